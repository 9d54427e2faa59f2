package collections

// calendars are the working days of an area, editable and versioned (domain 2.2).
// They are the partnership's, for every agency that counts by them: a coordinator
// keeps them.
func calendars() *Noun {
	return &Noun{
		Name: "calendars",
		Fields: fields(
			pattern(must(text("key")), `^[a-z0-9-]+$`), must(text("title")), number("version"),
			body("body"), text("hash"), text("change_note"), maybe("changed_by", "users"),
		),
		Indexes: []Index{{Unique: true, On: "key"}},
		Rules:   Rules{Read: SignedIn, Create: and(role(Coordinator)), Update: and(role(Coordinator))},
		Fixed:   []string{"key"},
		Server:  []string{"version", "hash", "changed_by"},
		Sync:    &Sync{Scope: scopeAll, Since: 1},
	}
}

// calendar_versions are every version that a calendar ever had, so that a due day
// can be reckoned again years later as it was reckoned then.
func calendarVersions() *Noun {
	return &Noun{
		Name:     "calendar_versions",
		ByServer: true,
		Fields: fields(
			must(text("key")), number("version"), text("title"), body("body"), text("hash"),
			text("change_note"), maybe("changed_by", "users"),
		),
		Indexes:    []Index{{Unique: true, On: "key, version"}},
		Rules:      Rules{Read: SignedIn},
		AppendOnly: true,
	}
}
