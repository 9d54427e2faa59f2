package collections

// disputes are disagreements between agencies about a child. They stop no other
// clock and delay no protection (domain 2.1, 2.3). Append-only, like a referral.
func disputes() *Noun {
	return &Noun{
		Name:   "disputes",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), maybe("pathway", "pathways"), must(text("about")),
			choice("subject", "threshold", "assessment", "roles", "service", "information_sharing", "closure", "other"),
			maybe("with_agency", "agencies"), long("position"), requiredMoment("opened_at", Happened),
			text("status"), number("stage"), body("limits"), day("stage_since", Happened), day("stage_due_on", Planned), day("resolved_on", Happened),
			maybe("author", "users"), maybe("agency", "agencies"),
			flag("urgent"), long("urgent_because"), moment("stage_due_at", Planned),
		),
		Indexes:    []Index{{On: "`case`, opened_at"}},
		Rules:      Rules{Read: and(member("case.")), Create: and(member("case."))},
		AppendOnly: true,
		CaseField:  "case",
		Server:     []string{"status", "stage", "limits", "stage_since", "stage_due_on", "stage_due_at", "resolved_on", "author", "agency"},
		Sync:       &Sync{Scope: scopeCase, Since: 1},
	}
}

// disputeSteps take a dispute up a stage, say an agency's position, or settle it.
func disputeSteps() *Noun {
	return &Noun{
		Name:   "dispute_steps",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), one("dispute", "disputes"), choice("step", "position", "stage_up", "resolved"),
			requiredMoment("occurred_at", Happened), must(long("text")), maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes:    []Index{{On: "`case`, occurred_at"}, {On: "dispute, occurred_at"}},
		Rules:      Rules{Read: and(member("case.")), Create: and(member("case."))},
		AppendOnly: true,
		CaseField:  "case",
		Server:     []string{"author", "agency"},
		Sync:       &Sync{Scope: scopeCase, Since: 1},
	}
}
