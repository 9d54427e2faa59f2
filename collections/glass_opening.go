package collections

// glass_openings say when an operator broke the glass: opened case content to themselves
// for an hour, why, and who was told at once. What was read meanwhile stands in the audit
// log under the door "glass", with the opening in place of a phone. The server alone
// writes them; the data protection officer reads them.
func glassOpenings() *Noun {
	return &Noun{
		Name: "glass_openings",
		Fields: fields(
			must(text("operator")), must(text("name")), must(long("reason")), one("told", "users"), must(text("told_name")),
			requiredMoment("ends_at", Planned), moment("ended_at", Happened),
		),
		Indexes:    []Index{{On: "operator, ends_at"}, {On: "ends_at", Where: "ended_at = ''"}},
		Rules:      Rules{Read: and(role(DPO))},
		AppendOnly: true,
		Server:     []string{"ended_at"},
		ByServer:   true,
	}
}
