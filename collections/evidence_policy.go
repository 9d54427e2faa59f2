package collections

// evidence_policies say what may come in as evidence, by kind: types, sizes, counts
// (domain 5.5). An area publishes its own version; the highest published one holds,
// and a phone asks it before it takes a photo that would be refused.
func evidencePolicies() *Noun {
	return &Noun{
		Name: "evidence_policies",
		Fields: fields(
			pattern(must(text("key")), `^[a-z0-9-]+$`), must(text("title")), number("version"),
			choice("status", "draft", "published", "superseded", "withdrawn"),
			body("body"), text("hash"), long("change_note"),
		),
		Indexes: []Index{{Unique: true, On: "key, version"}},
		Rules:   Rules{Read: and(`status != 'draft'`)},
		Server:  []string{"hash"},
		Sync:    &Sync{Scope: published, Since: 1},
	}
}
