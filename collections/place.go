package collections

// places are where somebody of a case lives, learns or works, and from whom that is kept:
// a refuge, a school that a child moved to. What a place is called and where it is stands
// in no letter to those it is kept from (domain 3.4, hard block 2).
func places() *Noun {
	return &Noun{
		Name:   "places",
		Untold: "where a family may be is kept from letters, and from a chronology that the family reads",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), choice("kind", "school", "nursery", "refuge", "home", "work", "health", "other"), must(text("name")),
			long("address"), text("postcode"), several("keep_from", "people"), long("note"),
			maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes:   []Index{{On: "`case`"}},
		Rules:     caseRules("case."),
		CaseField: "case",
		Fixed:     []string{"case"},
		Server:    []string{"author", "agency"},
		Sync:      &Sync{Scope: scopeCase, Policy: map[string]Policy{"keep_from": Union, "note": Append}, Since: 1},
	}
}
