package collections

// letter_events are what became of a letter, in the order it became it. Append-only:
// a letter that went out stays one that went out. There is no kind for "received":
// posted is never more than posted (domain 3.5). The kinds that send a letter keep
// where it went as it was on that day.
func letterEvents() *Noun {
	return &Noun{
		Name:   "letter_events",
		Untold: "a letter tells of itself, and a pathway of what came of it",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), one("letter", "letters"),
			choice("kind", "drafted", "approved", "countersigned", "rejected", "withdrawn", "printed",
				"posted", "print_room", "hand_delivered", "handed_over", "emailed",
				"delivery_proven", "bounced", "returned", "reply_received"),
			requiredMoment("occurred_at", Arrives), moment("recorded_at", ByClock), long("note"), text("seen_content_hash"),
			optional(choice("postage", "first", "second", "signed_for")), text("tracking"), text("witness"), maybe("evidence", "evidence"),
			body("address"), day("deemed_on", Planned), moment("received_at", Happened), maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes:    []Index{{On: "letter, occurred_at"}, {On: "`case`"}},
		Rules:      Rules{Read: and(member("case.")), Create: and(member("case."))},
		AppendOnly: true,
		CaseField:  "case",
		Server:     []string{"address", "deemed_on", "received_at", "author", "agency"},
		Sync:       &Sync{Scope: scopeCase, Since: 1},
	}
}
