// Package hooks says what must always be true, whoever writes: the REST API, a
// batch, the dashboard, a phone's push, a partner or the server itself.
//
// Why one transaction around every Save: in PocketBase a plain Save is none, so a
// second row written by a hook could be lost while the first stays. Here the row,
// its feed entry and its audit row are one thing.
//
// Why nothing in here sends anything: an effect outside the database is a reader
// of the log with a cursor of its own; a hook only writes.
//
// A rule is found by its subject. From below to above, each knowing those before it:
//
//	kernel       the transaction, who writes, what may be written, stamps, audit, journal
//	upkeep       what stands in the store is what the collections say, and is put back
//	pack         templates, calendars and policies: installed, versioned, published
//	tell         notices, the outbox, who is told and asked
//	signin       passwords, second factors, sessions
//	openid       signing in by an agency's own provider
//	glass        an operator's emergency reading
//	account      people who work here, agencies, phones
//	scheme       neglect practice champions and their network
//	family       who belongs to a family, by what names and where
//	risk         an immediate risk, heard until it is over
//	engagement   the pathway as it is stored; its engine is hooks/pathway
//	letter       from a draft to the paper
//	partnership  meetings, actions, referrals, disagreements, handing over
//	casework     the case, who is on it, people who move and are joined
//	evidence     what was handed in, its custody and its disposal
//	asked        everybody's list of what they are asked
//
// The other folders are what these stand on (store, feed, signing, reply) and pure engines
// (pathway, workday, lettertext, letterpage, champion, chronology): those know no rule.
// hooks.go binds every rule in one list, since their order is one.
package hooks
