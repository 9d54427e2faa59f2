package collections

// IdentifierTypes are the numbers by which other systems know a person (domain 1.0).
var IdentifierTypes = []string{"nhs_number", "upn", "unique_identifier", "social_care", "school", "police", "other"}

// personIdentifiers are the numbers that other systems know a person by. One that has a
// check digit is held to it, so that a slip of the pen does not become another child.
func personIdentifiers() *Noun {
	return &Noun{
		Name:   "person_identifiers",
		Untold: "other systems' numbers are nothing that happened",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), one("person", "people"), choice("type", IdentifierTypes...), text("issuer"), must(text("value")),
			maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes:   []Index{{On: "`case`"}, {On: "person"}},
		Rules:     caseRules("case."),
		CaseField: "case",
		Fixed:     []string{"case", "person"},
		Server:    []string{"author", "agency"},
		Sync:      &Sync{Scope: scopeCase, Groups: [][]string{{"type", "issuer", "value"}}, Since: 1},
	}
}
