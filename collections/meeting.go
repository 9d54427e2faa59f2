package collections

// Attendance is how an agency took part in a meeting (domain 2.3, maam).
var Attendance = []string{"invited", "attended", "sent_report", "apologies", "no_answer"}

// meetings are those of the agencies around one family: called, then held or not.
// Who came is a row for each agency, so that two who record it offline at once do
// not meet in one field.
func meetings() *Noun {
	return &Noun{
		Name:   "meetings",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), maybe("pathway", "pathways"),
			choice("agenda", "engagement", "professionals", "strategy", "core_group", "review", "closure", "other"),
			choice("status", "scheduled", "held", "cancelled"),
			moment("called_at", Happened), requiredMoment("scheduled_for", Arranged), moment("held_at", Happened), text("place"), text("chair"),
			number("quorum"), long("decision"), long("child_views"), long("family_views"), long("no_views_because"), long("cancelled_because"),
			number("attended"), number("needed"), flag("quorate"), maybe("author", "users"), maybe("agency", "agencies"),
			optional(choice("family_told", "yes", "no")), long("not_told_because"),
		),
		Indexes:   []Index{{On: "`case`, scheduled_for"}},
		Rules:     caseRules("case."),
		CaseField: "case",
		Fixed:     []string{"case", "pathway", "called_at"},
		Server:    []string{"attended", "needed", "quorate", "author", "agency"},
		Sync:      &Sync{Scope: scopeCase, Groups: [][]string{{"status", "held_at", "cancelled_because"}}, Since: 1},
	}
}

// meetingInvitations are who was asked to a meeting, whether they took part, and
// what they said there.
func meetingInvitations() *Noun {
	return &Noun{
		Name:   "meeting_invitations",
		Untold: "the meeting is told, with who came",
		Stamps: Stamps{Who: "author"},
		Fields: fields(
			one("case", "cases"), one("meeting", "meetings"), maybe("agency", "agencies"), must(text("name")),
			choice("attendance", Attendance...), long("views"), long("report"), maybe("author", "users"),
		),
		Indexes:   []Index{{On: "`case`"}, {On: "meeting"}},
		Rules:     caseRules("case."),
		CaseField: "case",
		Fixed:     []string{"case", "meeting", "agency"},
		Server:    []string{"author"},
		Sync:      &Sync{Scope: scopeCase, Policy: map[string]Policy{"views": Append, "report": Append}, Since: 1},
	}
}

// actions are what was agreed that somebody does, by when. Whose it is who has an account
// and is on the case is owner_user, whom it stands on the list of; owner names anybody.
func actions() *Noun {
	return &Noun{
		Name:   "actions",
		Untold: "what is to be done stands on the family's page; what was done is recorded as what it was",
		Stamps: Stamps{Who: "author"},
		Fields: fields(
			one("case", "cases"), maybe("meeting", "meetings"), must(long("what")), must(text("owner")), maybe("owner_agency", "agencies"), maybe("owner_user", "users"),
			must(day("due_on", Arranged)), day("done_on", Happened), long("outcome"), several("children", "people"), maybe("author", "users"),
		),
		Indexes:   []Index{{On: "`case`, due_on"}},
		Rules:     caseRules("case."),
		CaseField: "case",
		Fixed:     []string{"case", "meeting"},
		Server:    []string{"author"},
		Sync:      &Sync{Scope: scopeCase, Groups: [][]string{{"done_on", "outcome"}}, Since: 1},
	}
}
