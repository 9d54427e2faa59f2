package collections

// relationships are what two people of a case are to one another (domain 1.0): who
// holds parental responsibility, who lives with whom, and what stands between them.
// One row says what person is to other; what stands between them holds both ways.
func relationships() *Noun {
	return &Noun{
		Name:   "relationships",
		Untold: "what people are to one another stands on the family's page, with its history",
		Stamps: Stamps{Who: "author"},
		Fields: fields(
			one("case", "cases"), one("person", "people"), one("other", "people"), text("kind"),
			choice("parental_responsibility", "yes", "no", "unknown"), flag("lives_with"),
			choices("between", "domestic_abuse", "no_contact", "court_order"), long("note"), maybe("author", "users"),
		),
		Indexes:   []Index{{On: "`case`"}, {Unique: true, On: "person, other"}},
		Rules:     caseRules("case."),
		CaseField: "case",
		Fixed:     []string{"case", "person", "other"},
		Server:    []string{"author"},
		Sync:      &Sync{Scope: scopeCase, Policy: map[string]Policy{"between": Union, "note": Append}, Since: 1},
	}
}
