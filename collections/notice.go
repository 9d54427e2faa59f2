package collections

// notices tell a person that a step of a pathway is due soon or overdue, once for
// each stage of its clock; and of an immediate risk at once, that nobody has answered for
// one, and that one is resolved, where timer names the event in place of a clock, and
// pathway, or even case, is empty for as long as the event's own has not arrived. They
// carry no case content: what it is about is read from the case, by those who may. Of an
// immediate risk somebody may be told who is not on the case: the notice says who raised
// it and where they are rung up, and whoever takes it on is put on the case by that. cycles is
// how often, by then, working together with the family again has lapsed. The person told
// acknowledges it.
func notices() *Noun {
	return &Noun{
		Name:     "notices",
		Untold:   "they are told to workers",
		ByServer: true,
		Fields: fields(
			one("user", "users"), maybe("case", "cases"), maybe("pathway", "pathways"), text("step"), must(text("timer")),
			pattern(must(text("stage")), `^(at_once|unanswered|resolved|verdict_turned|approve_again|closed_over|case_reopened|moved_here|due_soon|overdue|overdue_[2-9])$`), day("due_on", Planned), moment("told_at", Happened), moment("acknowledged_at", Happened),
			moment("told_again_at", Happened), moment("taken_on_at", Happened), text("raised_by"), text("ring"),
			number("cycles"),
		),
		Indexes: []Index{
			{Unique: true, On: "`user`, pathway, timer, stage, due_on"}, {On: "`case`"}, {On: "timer"},
		},
		Rules:     Rules{Read: and(`user = @request.auth.id`), Update: and(`user = @request.auth.id`)},
		CaseField: "case",
		Fixed:     []string{"user", "case", "pathway", "step", "timer", "stage", "due_on"},
		Server:    []string{"told_at", "told_again_at", "raised_by", "ring", "cycles"},
		Sync:      &Sync{Scope: scopeUser, Policy: map[string]Policy{"acknowledged_at": Max, "taken_on_at": Max}, Since: 1},
	}
}
