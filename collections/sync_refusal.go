package collections

// sync_refusals are mutations that could not be applied, kept whole with the
// reason: seen by their author and their author's manager, to be corrected and
// sent again. Nothing a worker recorded is dropped. One made in good faith, before
// its author could know that the case was no longer theirs, is handed over to those
// who now hold the case; an immediate risk, as it comes, to those on its case. Both are
// as wide as what they are about and no wider: what an agency wrote for itself names it,
// and is handed to its own people on the case (Own). What is not of the form of a mutation
// is kept as the text that it was; of a restricted family that their manager is kept apart
// from, agency begins with apart- and it is its author's alone (hooks/tell/apart_refused.go); what it does not say of collection and record is empty.
func syncRefusals() *Noun {
	return &Noun{
		Name:     "sync_refusals",
		ByServer: true,
		Fields: fields(
			one("user", "users"), maybe("brought_by", "users"), text("device"), must(text("mutation")), text("collection"), text("record"),
			text("op"), whole("content"), must(text("code")), long("message"), whole("fields"),
			flag("good_faith"), flag("handover"), maybe("case", "cases"), text("agency"), flag("own"), maybe("settled_by", "users"), moment("recorded_at", ByClock), skew(), text("waits_for"),
			choice("status", "held", "open", "settled", "withdrawn"),
		),
		Indexes: []Index{{On: "`user`, agency, handover"}, {On: "record"}, {On: "waits_for"}, {Unique: true, On: "`user`, mutation, handover"}, {On: "`case`"}, {On: "status"},
			{On: "`user`, status, created, handover, code"}}, // what fills the room that one person has (server/sync: room)
		Rules: Rules{Read: and(`((handover = false && (user = @request.auth.id || (user.manager = @request.auth.id && ` + its + `))) || (handover = true && ` + member("case.") + ` && ` + its + `))`)},
		Sync: &Sync{
			Scope: `CASE WHEN NOT {r}.handover AND {r}.agency = '' THEN 'user:' || {r}."user" || '/manager' WHEN NOT {r}.handover THEN 'user:' || {r}."user" || '/agency:' || {r}.agency WHEN {r}.agency = '' THEN 'case:' || {r}."case" ELSE 'case:' || {r}."case" || '/agency:' || {r}.agency END`,
			Since: 1,
		},
	}
}
