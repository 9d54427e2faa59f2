package collections

// resources are briefings, guides and contact cards to read with no signal.
func resources() *Noun {
	return &Noun{
		Name: "resources",
		Fields: fields(
			pattern(must(text("key")), `^[a-z0-9-]+$`), must(text("title")),
			choice("kind", "briefing", "guide", "contact_card", "slides"), long("body"),
			number("version"), day("review_on", Planned), flag("published"),
		),
		Indexes: []Index{{Unique: true, On: "key"}},
		Rules:   Rules{Read: and(`published = true`)},
		Sync:    &Sync{Scope: `CASE WHEN {r}.published THEN 'all' END`, Since: 1},
	}
}
