package collections

// attempt_withdrawals take back tries at contact that were recorded in error: a date
// mistyped, another family's visit. The try stays as it was written, with who took it
// back, when and why beside it; it counts nowhere any more. Its author's second of one
// try repeats the first, so their two phones never meet in a dead end; anybody else learns
// who took it back. Append-only: what was taken back by mistake is recorded again.
func attemptWithdrawals() *Noun {
	return &Noun{
		Name:   "attempt_withdrawals",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), one("attempt", "contact_attempts"), must(long("because")), moment("withdrawn_at", Happened),
			maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes:    []Index{{On: "`case`, withdrawn_at"}, {On: "attempt"}},
		Rules:      Rules{Read: and(member("case.")), Create: and(member("case."))},
		AppendOnly: true,
		Repeats:    []string{"attempt", "author"},
		CaseField:  "case",
		Server:     []string{"withdrawn_at", "author", "agency"},
		Sync:       &Sync{Scope: scopeCase, Since: 1},
	}
}
