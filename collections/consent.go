package collections

import "github.com/pocketbase/pocketbase/core"

// Three agreements are three records and never one (domain 7.2): to receive a
// service, to share information by consent, and to medical treatment. Being open
// with a family is a fourth thing, a notice, and no consent.

// serviceAgreements are to early help, to a service under section 17, or to a plan.
// They alone give rise to consent.* on the pathway.
func serviceAgreements() *Noun {
	return agreement("service_agreements", maybe("pathway", "pathways"), choice("service", "early_help", "section_17", "plan"))
}

// sharingConsents are data-protection consent as a basis of sharing: seldom the
// right one in safeguarding, so it is asked for and recorded by itself.
func sharingConsents() *Noun {
	return agreement("sharing_consents", must(text("with_whom")))
}

// treatmentConsents are to medical treatment or examination.
func treatmentConsents() *Noun {
	return agreement("treatment_consents", must(text("treatment")))
}

// agreement is what the three have in common: whose answer, to what, for whom, how
// and when; only its withdrawal is added later.
func agreement(name string, own ...core.Field) *Noun {
	list := append(fields(
		one("case", "cases"), one("person", "people"), several("children", "people"), must(long("scope")),
		choice("answer", "given", "refused"), choice("how", "signed", "verbal", "declined_to_sign"), text("witnessed_by"),
		requiredMoment("answered_at", Happened), long("reason"), moment("withdrawn_at", Happened), long("withdrawn_because"),
		maybe("author", "users"), maybe("agency", "agencies"),
	), own...)
	fixed := []string{"case", "person", "children", "scope", "answer", "how", "witnessed_by", "answered_at", "reason"}
	for _, f := range own {
		fixed = append(fixed, f.GetName())
	}
	return &Noun{
		Name: name, Fields: list,
		Stamps:    Stamps{Who: "author", Agency: "agency"},
		Indexes:   []Index{{On: "`case`, answered_at"}, {On: "`case`, withdrawn_at"}},
		Rules:     caseRules("case."),
		CaseField: "case",
		Fixed:     fixed,
		Server:    []string{"author", "agency"},
		Sync:      &Sync{Scope: scopeCase, Groups: [][]string{{"withdrawn_at", "withdrawn_because"}}, Since: 1},
	}
}

// sharingDecisions say what was shared with whom and on what basis, or that it was
// not: there is no silent no (domain 7.2, 7.3).
func sharingDecisions() *Noun {
	return &Noun{
		Name:   "sharing_decisions",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), must(long("what")), must(text("with_whom")), maybe("with_agency", "agencies"), several("children", "people"),
			choice("decision", "shared", "not_shared"),
			choice("basis", "consent", "legal_obligation", "public_task", "vital_interests", "legitimate_interests", "none"),
			maybe("consent", "sharing_consents"), must(long("reason")), long("necessity"), long("proportionality"),
			choice("family_told", "yes", "no", "later"), long("not_told_because"), text("advice_from"), must(text("decided_by")),
			requiredMoment("decided_at", Happened), maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes:    []Index{{On: "`case`, decided_at"}},
		Rules:      Rules{Read: and(member("case.")), Create: and(member("case."))},
		AppendOnly: true,
		CaseField:  "case",
		Server:     []string{"author", "agency"},
		Sync:       &Sync{Scope: scopeCase, Since: 1},
	}
}

// transparencyNotices say which notice a person was given, and how.
func transparencyNotices() *Noun {
	return &Noun{
		Name:   "transparency_notices",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), one("person", "people"), must(text("version")),
			choice("how", "handed_over", "read_aloud", "post", "email", "interpreter"), requiredMoment("given_at", Happened), long("note"),
			maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes:    []Index{{On: "`case`, given_at"}},
		Rules:      Rules{Read: and(member("case.")), Create: and(member("case."))},
		AppendOnly: true,
		CaseField:  "case",
		Server:     []string{"author", "agency"},
		Sync:       &Sync{Scope: scopeCase, Since: 1},
	}
}
