package collections

// ReferralSteps are what can become of a referral.
var ReferralSteps = []string{"sent", "acknowledged", "more_asked", "accepted", "assessment", "section_47", "nfa", "withdrawn"}

// referrals are to children's social care, or to adult services for a parent's own
// needs (domain 1.3d). Append-only: what became of one is a row for each step, and
// where it stands is read from them by the server.
func referrals() *Noun {
	return &Noun{
		Name:   "referrals",
		Untold: "its steps are told, the first of which is that it was sent",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), maybe("pathway", "pathways"),
			choice("target", "children_social_care", "adult_social_care"), must(text("to")), maybe("to_agency", "agencies"),
			must(long("reasons")), several("people", "people"), flag("family_told"), long("not_told_because"),
			text("status"), day("sent_on", Happened), day("acknowledged_on", Happened), day("decided_on", Happened), text("decided_by"),
			maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes:    []Index{{On: "`case`"}},
		Rules:      Rules{Read: and(member("case.")), Create: and(member("case."))},
		AppendOnly: true,
		CaseField:  "case",
		Server:     []string{"status", "sent_on", "acknowledged_on", "decided_on", "decided_by", "author", "agency"},
		Sync:       &Sync{Scope: scopeCase, Since: 1},
	}
}

// referralSteps are a referral's history; nothing in it is overwritten.
func referralSteps() *Noun {
	return &Noun{
		Name:   "referral_steps",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), one("referral", "referrals"), choice("step", ReferralSteps...), requiredMoment("occurred_at", Happened),
			text("decided_by"), long("reason"), maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes:    []Index{{On: "`case`, occurred_at"}, {On: "referral, occurred_at"}},
		Rules:      Rules{Read: and(member("case.")), Create: and(member("case."))},
		AppendOnly: true,
		CaseField:  "case",
		Server:     []string{"author", "agency"},
		Sync:       &Sync{Scope: scopeCase, Since: 1},
	}
}
