package collections

// transfers ask another agency to take the lead of a case (domain 2.3): why, with a note of
// what whoever takes over must know. Append-only. Where one stands is read by the server from
// what is answered; until it is accepted the agency that leads goes on leading. What was open
// on the case's pathways is named by the server, so that nothing is handed over unsaid.
func transfers() *Noun {
	return &Noun{
		Name:   "transfers",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), one("to_agency", "agencies"), must(long("reason")), must(long("handover_note")),
			requiredMoment("requested_at", Happened),
			maybe("from_agency", "agencies"), text("status"), day("due_on", Planned), body("open_steps"),
			day("answered_on", Happened), maybe("answered_by", "users"), maybe("lead", "users"), flag("overdue"),
			maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes:    []Index{{On: "`case`, requested_at"}, {On: "status"}},
		Rules:      Rules{Read: and(member("case.")), Create: and(leads("case."))},
		AppendOnly: true,
		CaseField:  "case",
		Server: []string{
			"from_agency", "status", "due_on", "open_steps", "answered_on", "answered_by", "lead", "overdue", "author", "agency",
		},
		Sync: &Sync{Scope: scopeCase, Since: 1},
	}
}

// transferAnswers are what became of a transfer: a manager of the agency that was asked
// accepts it, and names who leads from then on, or refuses it with a reason; whoever asked
// may take it back.
func transferAnswers() *Noun {
	return &Noun{
		Name:   "transfer_answers",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), one("transfer", "transfers"), choice("answer", "accepted", "refused", "withdrawn"),
			requiredMoment("occurred_at", Happened), maybe("lead", "users"), long("reason"),
			maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes:    []Index{{On: "`case`, occurred_at"}, {On: "transfer"}},
		Rules:      Rules{Read: and(member("case.")), Create: and(member("case."))},
		AppendOnly: true,
		CaseField:  "case",
		Server:     []string{"author", "agency"},
		Sync:       &Sync{Scope: scopeCase, Since: 1},
	}
}
