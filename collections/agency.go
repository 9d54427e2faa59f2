package collections

// agencies are the partners who work with families: a directory that every
// signed-in worker may read (domain 1.0). An agency counts working days by its own
// calendar, else by its parent's.
func agencies() *Noun {
	return &Noun{
		Name: "agencies",
		Fields: fields(
			must(text("name")),
			choice("kind", "local_authority_csc", "early_help", "health_trust", "gp", "school", "early_years",
				"police", "probation", "housing", "fire", "vcs", "faith", "private", "other"),
			text("locality"), maybe("parent", "agencies"), text("phone"), number("headcount"), flag("active"),
			maybe("calendar", "calendars"),
		),
		Indexes: []Index{{Unique: true, On: "name"}},
		Rules:   Rules{Read: SignedIn},
		Sync:    &Sync{Scope: scopeAll, Since: 1},
	}
}

// agency_history is what coverage counts an agency by, as it was from an instant on:
// a past day's target follows from the staff of that day.
func agencyHistory() *Noun {
	return &Noun{
		Name:     "agency_history",
		ByServer: true,
		Fields: fields(
			one("agency", "agencies"), text("name"), text("kind"), text("locality"), number("headcount"), flag("active"),
			requiredMoment("at", Happened),
		),
		Indexes:    []Index{{On: "agency, at"}},
		Rules:      Rules{Read: and(`(` + role("coordinator") + ` || (` + role("agency_lead") + ` && ` + sameAgency + `))`)},
		AppendOnly: true,
	}
}
