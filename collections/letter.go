package collections

// letter_templates are the wordings an area sends, in a small markup that can
// hold nothing but text and merge fields (domain 3.1).
func letterTemplates() *Noun {
	return &Noun{
		Name: "letter_templates",
		Fields: fields(
			pattern(must(text("key")), `^[A-Za-z0-9_-]+$`), must(text("title")), text("language"), text("variant"),
			number("version"), choice("status", "draft", "published", "superseded", "withdrawn"),
			body("body"), text("hash"), maybe("derived_from", "letter_templates"),
		),
		Indexes: []Index{{Unique: true, On: "key, language, variant, version"}},
		Rules:   Rules{Read: and(`status != 'draft'`)},
		Server:  []string{"hash"},
		Sync:    &Sync{Scope: published, Since: 1},
	}
}

// letters are what is sent to one person of one case.
func letters() *Noun {
	return &Noun{
		Name: "letters",
		Fields: fields(
			one("case", "cases"), maybe("pathway", "pathways"), one("recipient", "people"), one("template", "letter_templates"),
			text("reference"), day("date"), choice("status", "draft", "approved", "issued", "withdrawn"),
			body("merge"), body("problems"), text("template_hash"), text("content_hash"),
			maybe("author", "users"), maybe("approved_by", "users"), moment("issued_at"),
		),
		Indexes:   []Index{{On: "`case`"}, {On: "`case`, date"}},
		Rules:     caseRules("case."),
		CaseField: "case",
		Fixed:     []string{"case", "recipient"},
		Server:    []string{"reference", "problems", "template_hash", "content_hash", "author", "approved_by", "issued_at"},
		Sync:      &Sync{Scope: scopeCase, Groups: [][]string{{"status", "approved_by", "issued_at"}}, Since: 1},
	}
}
