package collections

// evidence_disposals are proposals to remove an original's bytes, and, once two
// people have agreed, its certificate: what it was by hash and size, never what it
// showed (domain 5.3). One of the two is the data protection officer, the other
// leads or manages the case. Nothing is disposed of by itself.
func evidenceDisposals() *Noun {
	may := `(` + leads("case.") + ` || ` + role(DPO) + `)`
	return &Noun{
		Name:   "evidence_disposals",
		Untold: "custody is not the family's story",
		Fields: fields(
			one("case", "cases"), one("evidence", "evidence"), must(long("reason")), must(text("basis")),
			choice("status", "proposed", "refused", "approved"),
			maybe("proposed_by", "users"), moment("proposed_at", Happened), maybe("decided_by", "users"), moment("decided_at", Happened), maybe("dpo", "users"),
			text("sha256"), number("size"), text("mime"), text("kind"), moment("sealed_at", Happened), moment("bytes_removed_at", Happened),
		),
		Indexes: []Index{{On: "`case`"}, {On: "evidence"}},
		Rules: Rules{
			Read:   and(`(` + member("case.") + ` || ` + role(DPO) + `)`),
			Create: and(may),
			Update: and(may),
		},
		CaseField: "case",
		Fixed:     []string{"case", "evidence", "reason", "basis"},
		Server: []string{
			"proposed_by", "proposed_at", "decided_by", "decided_at", "dpo",
			"sha256", "size", "mime", "kind", "sealed_at", "bytes_removed_at",
		},
		Sync: &Sync{Scope: scopeCase, Since: 1},
	}
}
