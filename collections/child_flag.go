package collections

// PlanCategories are the national codes of a child protection plan (domain 1.2a):
// neglect, physical, sexual, emotional, multiple.
var PlanCategories = []string{"NEG", "PHY", "SAB", "EMO", "MUL"}

// childFlags are what is open about one child elsewhere: a protection plan, an
// enquiry under section 47, a child-in-need plan. While a plan or an enquiry is
// open no pathway closes (guard G8, domain 2.3).
func childFlags() *Noun {
	return &Noun{
		Name:   "child_flags",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), one("child", "people"), choice("kind", "cp_plan", "section_47", "child_in_need"),
			optional(choice("category", PlanCategories...)), must(day("from", Near)), day("until", Planned), text("held_by"), long("note"),
			maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes:   []Index{{On: "`case`, `from`"}, {On: "child, kind"}},
		Rules:     caseRules("case."),
		CaseField: "case",
		Fixed:     []string{"case", "child", "kind"},
		Server:    []string{"author", "agency"},
		Sync:      &Sync{Scope: scopeCase, Groups: [][]string{{"from", "until"}}, Since: 1},
	}
}
