package collections

// evidence_holds keep an original from being disposed of while somebody outside the
// case may still need it: a court, an inquiry, a review (domain 5.3: a hold always
// wins). The data protection officer sets and lifts them too, and sees of the
// evidence only what the hold says.
func evidenceHolds() *Noun {
	may := `(` + leads("case.") + ` || ` + role(DPO) + `)`
	return &Noun{
		Name:   "evidence_holds",
		Untold: "custody is not the family's story",
		Fields: fields(
			one("case", "cases"), one("evidence", "evidence"), must(long("reason")), must(text("authority")),
			maybe("set_by", "users"), moment("set_at", Happened),
			flag("lifted"), long("lift_reason"), maybe("lifted_by", "users"), moment("lifted_at", Happened),
		),
		Indexes: []Index{{On: "`case`"}, {On: "evidence"}},
		Rules: Rules{
			Read:   and(`(` + member("case.") + ` || ` + role(DPO) + `)`),
			Create: and(may),
			Update: and(may),
		},
		CaseField: "case",
		Fixed:     []string{"case", "evidence", "reason", "authority"},
		Server:    []string{"set_by", "set_at", "lifted_by", "lifted_at"},
		Sync:      &Sync{Scope: scopeCase, Groups: [][]string{{"lifted", "lift_reason"}}, Since: 1},
	}
}
