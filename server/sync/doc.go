// Package sync is the counter where phones hand in what was recorded and collect
// what changed. It reads what the collections declare and knows nothing of the practice
// but this: an immediate risk is told of, whatever keeps it back (immediate_risk.go).
//
// Why rows never become Record objects on the way out: each row's JSON is made once, as
// it is written, and its bytes go to the socket; that is the difference between nine and
// a hundred and sixty thousand records a second.
//
// Why a pull writes nothing but that a device learned of a right's end, not even who was
// shown what: it would wait for the one writer and for the disk, behind every push and
// upload (hooks/kernel/audit_read.go).
//
// Why pushes that wait for the writer share a transaction: the disk is waited for once
// for all of them, and a page that several touch is written once.
//
// Why one cursor a scope, merged: "scope IN (…) ORDER BY seq LIMIT n" sorts what is
// left again for every page (trap T25).
//
// Why what cannot be kept is answered "later" and not refused: a refusal says that the
// server has it, and one person could fill the store with them (bound.go).
//
// Why a position says which collections it is good for: clients of libraries replicate
// each by itself, and a place that was good for some, taken for one of all, would lose the
// rest without a word (only.go).
//
// Why each mutation of a push is read by itself, and one that is none is kept as the text
// that it was: an app's mistake with one would hold up all that stands behind it (trap
// T34), and whoever records something again needs the words (element.go).
//
// Why a verdict remembers what it was given for: else the second of two contents under one
// id is answered as done, and is nowhere (meaning.go, trap T35).
//
// Why copies of what an agency wrote for itself are moved by the feed's triggers: whoever
// un-shares a record takes along what was contested of it (collections.Copies).
//
// Why a record goes by the id that a phone gave it, though another stands for it: what is
// queued behind it on that phone is led there (alias.go), and is nobody's dead end.
//
// Why what a person decided of a conflict is a mutation: it waits in an outbox and is
// judged like an edit, and two ways to settle would be two ways to lose (decide.go).
//
// Why removals are forgotten and verdicts and rights are not: a phone that lacks a
// removal finds that by digest and repairs itself; one that sent a mutation twice could
// never know that it counted twice.
//
// # One note, from the request to the disk
//
//	push.go            the request: who, when, which history, and the answer
//	decode.go          decode: each mutation by itself, its fields held to its collection (element.go: one element)
//	lookup.go          look up, once a push: verdicts given before, other ids, what is new, what rules say
//	judge.go           judge: each in a savepoint of its own; why one does not stand
//	write.go           write: parents, rule, and the Save that every door calls
//	../../hooks/kernel/tx.go  the transaction: who writes, what is taken back, the log at its end
//	record.go          record: the verdicts, and what is to be delivered again
//
// There is one way through: what a push of one mutation does, one of a hundred does a
// hundred times. Only the pathway of a try at contact is read once for many of them
// (engagement.ReadOnce); a push that fell for that is done again without.
//
// # What each shortcut is worth
//
// A push of 100 notes over fifty cases without the shortcut, against one with it: the
// processor's time, which a machine shared with others disturbs least, the middle of 5 to
// 11 rounds in turns, on two busy cores. What gave less than 15 % alone is gone. To measure
// again: make bench, or HOLDFAST_BENCH=push.
//
//	statement cache (hooks/store/conn.go)               0.16 to 0.58  stays
//	rules remembered for a push (memo.go)               0.68 to 0.80  stays
//	relations looked for once (hooks/quicker)           0.58 to 0.76  stays, behind HOLDFAST_STOCK
//	rules asked for many at once (ahead.go)             0.72 to 0.86  stays
//	pushes that wait share a transaction (convoy.go)    0.93          stays: four phones 0.88 by the clock, and the disk is waited for once
//	rows of verdicts and log in one statement           0.83 to 0.98  stays, as JSON: it is the shorter way to write them (hooks/kernel/rows.go)
//	rows written on another processor, gathered         0.84          gone: a live connection in a second goroutine
//	several mutations in one savepoint                  1.02          gone
//	mutations read ahead                                1.03 to 1.09  gone
//	rules kept as SQL from push to push                 0.87 to 1.00  gone (0.87 three notes at a time)
//	PocketBase's INSERT and UPDATE replaced             0.71 to 0.98  gone
//	hooks looked up by noun                             0.83 to 0.99  gone
//	C memory held back, collections read once at start  not measured  gone
//	GOMAXPROCS doubled (server/main.go)                 0.97 to 0.98  gives a push nothing; it is for pulls beside uploads
//	positions of what is made, read at once (record.go) 0.95          stays
//
// With all of them, in three turns of the same hour, a push was 3.2 to 4.3 times
// PocketBase's batch endpoint, 0.66 to 0.79 of app.Save, and four phones 4.2 to 5.1 times
// four batches. With those that stayed it was 2.3 to 2.5 times, 0.66 to 0.73, and 2.2 to
// 2.3 times; then the feed's triggers became fewer (hooks/feed/capture.go), which took 0.85
// of a push's time and of everybody else's. The bench tells what it is now.
package sync
