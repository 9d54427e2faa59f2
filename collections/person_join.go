package collections

// personJoins say that two records are of one person, by somebody who sees both. Within a
// case the record same goes on as an alias of person; across two cases each keeps its own,
// and each says that there is another. Append-only: undoes names a join that was wrong.
func personJoins() *Noun {
	return &Noun{
		Name:   "person_joins",
		Untold: "two records were one person; what both tell is told",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), one("person", "people"), pattern(must(text("same")), `^[a-z0-9]+$`), must(long("because")),
			maybe("undoes", "person_joins"), moment("joined_at", Happened), maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes:    []Index{{On: "`case`"}, {On: "person"}, {On: "same"}},
		Rules:      Rules{Read: and(member("case.")), Create: and(member("case."))},
		AppendOnly: true,
		CaseField:  "case",
		Server:     []string{"joined_at", "author", "agency"},
		Sync:       &Sync{Scope: scopeCase, Since: 1},
	}
}
