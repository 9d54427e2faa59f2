package collections

// case_members say who is on a case, from when until when. Membership is what
// opens case content, so "active" is written, never computed at read time: a
// rule and a grant can then never disagree about what time it is. Who has no id of the
// person whom they add names them by their work address; it is not kept.
func caseMembers() *Noun {
	return &Noun{
		Name:   "case_members",
		Untold: "who works with a family is on its page, and is not its story",
		Fields: fields(
			one("case", "cases"), one("user", "users"), choice("role", parts...),
			moment("from", Planned), moment("until", Planned), flag("active"),
			text("name"), maybe("agency", "agencies"), text("agency_name"), maybe("added_by", "users"),
			flag("automatic"), text("work_email"),
		),
		Indexes: []Index{
			{On: "`case`, `user`, `active`"},
			{On: "`user`, `active`"},
		},
		Once: []Index{{Unique: true, On: "`case`, `user`", Where: "active"}}, // joinCase says why no index does
		Rules: Rules{
			Read:   and(member("case.")),
			Create: and(leads("case.")),
			Update: and(leads("case.")),
		},
		CaseField: "case",
		Fixed:     []string{"case", "user", "work_email"},
		Server:    []string{"active", "name", "agency", "agency_name", "added_by", "automatic"},
		Sync:      &Sync{Scope: scopeCase, Groups: [][]string{{"from", "until"}}, Since: 1},
	}
}
