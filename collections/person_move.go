package collections

// personMoves are the acts by which a person who was recorded in the wrong family goes to
// the right one, with what was recorded about them alone. The act of a manager of both
// stands in the family they leave, and the server writes its other half where they come
// to, so that both records say what happened. Append-only: a wrong move is moved back.
func personMoves() *Noun {
	return &Noun{
		Name:   "person_moves",
		Untold: "a record was put where it belongs; what it tells comes along",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), one("person", "people"), choice("direction", "out", "in"), maybe("to", "cases"), must(long("because")),
			number("records"), long("told"), // to whom they came: what is to be known of it, in words
			moment("moved_at", Happened), maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes:    []Index{{On: "`case`"}, {On: "person"}},
		Rules:      Rules{Read: and(member("case.")), Create: and(member("case."))},
		AppendOnly: true,
		CaseField:  "case",
		Server:     []string{"records", "told", "moved_at", "author", "agency"},
		Sync:       &Sync{Scope: scopeCase, Since: 1},
	}
}
