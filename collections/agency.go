package collections

import "github.com/pocketbase/pocketbase/core"

// agencies are the partners who work with families: a directory that every
// signed-in worker may read (domain 1.0). An agency counts working days by its own
// calendar, else by its parent's. Its letters bear its address (a line a line), its
// telephone and its crest, and its return address shows in the envelope's window, so that
// it had better not say what the agency is.
func agencies() *Noun {
	return &Noun{
		Name: "agencies",
		Fields: fields(
			must(text("name")),
			choice("kind", "local_authority_csc", "early_help", "health_trust", "gp", "school", "early_years",
				"police", "probation", "housing", "fire", "vcs", "faith", "private", "other"),
			text("locality"), maybe("parent", "agencies"), text("phone"), number("headcount"), flag("active"),
			maybe("calendar", "calendars"),
			&core.TextField{Name: "address", Max: 400}, &core.TextField{Name: "return_address", Max: 80}, &core.TextField{Name: "crest", Max: 64},
		),
		Indexes: []Index{{Unique: true, On: "name"}},
		Rules:   Rules{Read: SignedIn},
		Server:  []string{"crest"},
		Sync:    &Sync{Scope: scopeAll, Since: 1},
	}
}

// crests are the pictures at the top of agencies' letters, each kept for ever under the
// SHA-256 of its bytes: a letter names the one that it was approved with, and is printed
// with that for as long as it is kept. An agency's own are those that it ever chose.
func crests() *Noun {
	return &Noun{
		Name: "crests",
		Fields: fields(
			one("agency", "agencies"), must(text("sha256")),
			&core.TextField{Name: "picture", Required: true, Max: 400_000}, // a JPEG in base64
		),
		Indexes:    []Index{{Unique: true, On: "agency, sha256"}},
		AppendOnly: true,
		ByServer:   true,
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
		Rules:      Rules{Read: and(`(` + role(Coordinator) + ` || (` + role(AgencyLead) + ` && ` + sameAgency + `))`)},
		AppendOnly: true,
	}
}
