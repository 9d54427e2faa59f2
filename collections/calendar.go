package collections

// calendars are the working days of an area, editable and versioned (domain 2.2).
func calendars() *Noun {
	return &Noun{
		Name: "calendars",
		Fields: fields(
			pattern(must(text("key")), `^[a-z0-9-]+$`), must(text("title")), number("version"),
			body("body"), text("hash"),
		),
		Indexes: []Index{{Unique: true, On: "key"}},
		Rules:   Rules{Read: SignedIn},
		Server:  []string{"hash"},
		Sync:    &Sync{Scope: scopeAll, Since: 1},
	}
}
