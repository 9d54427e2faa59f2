package collections

// contact_attempts are every try at reaching a family, kept or not. Append-only:
// one recorded in error is taken back by an attempt_withdrawals row, and the right one
// recorded anew. One that is dated ahead waits until then. Attempts that the service itself cancelled never
// count against a family (guard G13, domain 2.3).
func contactAttempts() *Noun {
	return &Noun{
		Name:   "contact_attempts",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), maybe("pathway", "pathways"), maybe("person", "people"), // at whom
			choice("method", "phone", "text", "email", "letter", "card", "visit_announced", "visit_unannounced", "appointment", "joint_visit", "via_professional"),
			choice("outcome", "reached", "child_seen", "no_answer", "not_home", "refused_entry", "child_withheld",
				"not_brought", "cancelled_by_family", "cancelled_by_service", "wrong_contact", "message_left"),
			requiredMoment("occurred_at", Waits), long("note"), flag("contact_confirmed"), text("place"), // where it was to be
			maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes:    []Index{{On: "`case`, `occurred_at`"}, {On: "pathway"}},
		Rules:      Rules{Read: and(member("case.")), Create: and(member("case."))},
		AppendOnly: true,
		Plain:      true,
		CaseField:  "case",
		Server:     []string{"author", "agency"},
		Sync:       &Sync{Scope: scopeCase, Since: 1},
	}
}
