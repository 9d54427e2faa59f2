package collections

// requests tell a person that they are asked for something, by when, and what became of
// it: an answer to a closing, a position in a dispute, a decision on a referral, a
// signature. The server works them out from what stands (hooks/asked/asked.go) and takes them
// back when the person leaves the case. They carry no case content: what it is about is
// read from the record that collection and record name, by those who may. Who is asked
// for their agency without being on the case learns neither case nor pathway; asked_in
// is the server's own note of it. What only wants reading is answered by acknowledging.
func requests() *Noun {
	return &Noun{
		Name:     "requests",
		Untold:   "they ask workers",
		ByServer: true,
		Fields: fields(
			one("user", "users"), maybe("case", "cases"), maybe("pathway", "pathways"),
			pattern(must(text("kind")), `^[a-z_]+$`), must(text("collection")), must(text("record")), text("part"),
			maybe("by_agency", "agencies"), day("due_on", Planned), moment("asked_at", Happened),
			choice("standing", "waiting", "answered", "moot"), moment("ended_at", Happened),
			maybe("answered_by", "users"), text("answer"), text("moot_because"), moment("acknowledged_at", Happened),
			secret(must(text("asked_in"))),
		),
		Indexes: []Index{
			{Unique: true, On: "`user`, kind, record, part"}, {On: "asked_in, standing"}, {On: "`user`, standing"}, {On: "`case`"},
		},
		Rules:     Rules{Read: and(`user = @request.auth.id`), Update: and(`user = @request.auth.id`)},
		CaseField: "case",
		Fixed:     []string{"user", "kind", "collection", "record", "part"},
		Server: []string{
			"case", "pathway", "by_agency", "due_on", "asked_at", "standing", "ended_at", "answered_by", "answer", "moot_because", "asked_in",
		},
		Sync: &Sync{Scope: scopeUser, Policy: map[string]Policy{"acknowledged_at": Max}, Since: 1},
	}
}
