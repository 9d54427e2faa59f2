package collections

// cases are the families worked with. The server gives the reference; what a phone called
// the case until then is provisional, and nobody else's business. Who and what a case is
// stays as it was opened: nobody on it changes that as a field like any other.
// A case is listed to its active members
// and to nobody else; a restricted one is moreover left out of every count.
func cases() *Noun {
	return &Noun{
		Name:   "cases",
		Untold: "what was done with a case is told by case_acts",
		Stamps: Stamps{Who: "opened_by"},
		Fields: fields(
			pattern(must(text("reference")), `^[A-Z]{2,6}-\d{4,8}$`), text("provisional_reference"), must(text("family_name")),
			one("lead_agency", "agencies"), choice("status", "open", "closed"),
			flag("restricted"), long("summary"),
			day("opened_on", Happened), day("closed_on", Happened), maybe("opened_by", "users"),
			long("reopened_because"), day("restriction_review_on", Arranged),
		),
		Indexes: []Index{{Unique: true, On: "reference", Given: true}, {On: "lead_agency"}},
		Rules: Rules{
			Read:   and(member("")),
			Create: and(`lead_agency = @request.auth.agency`, role(Practitioner)),
			Update: and(member("")),
		},
		CaseField: "id",
		Fixed:     []string{"reference", "provisional_reference", "family_name", "lead_agency", "status", "restricted", "closed_on"},
		Kept:      []string{"family_name", "lead_agency", "status", "restricted", "closed_on", "opened_on", "summary"},
		Server:    []string{"opened_by", "reopened_because", "restriction_review_on"},
		Sync: &Sync{
			Scope:  `'case:' || {r}.id`,
			Groups: [][]string{{"status", "closed_on"}},
			Policy: map[string]Policy{"summary": Manual},
			Since:  1,
		},
	}
}

// CaseActs are what may be done with a case as a whole.
var CaseActs = []string{"propose_closing", "agree", "object", "close", "reopen", "restrict", "lift_restriction"}

// case_acts close a case, open it again and restrict who hears of it: who did it, why, and
// who was told. What a case is follows from them, and from nothing that is set. Where other
// agencies are on it they are asked before it is closed, and answer by an act of their own.
func caseActs() *Noun {
	return &Noun{
		Name:   "case_acts",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), choice("act", CaseActs...), requiredMoment("occurred_at", Happened), must(long("reason")),
			long("told"), day("review_on", Arranged), maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes:    []Index{{On: "`case`, occurred_at"}},
		Rules:      Rules{Read: and(member("case.")), Create: and(member("case."))},
		AppendOnly: true,
		CaseField:  "case",
		Server:     []string{"author", "agency"},
		Sync:       &Sync{Scope: scopeCase, Since: 1},
	}
}
