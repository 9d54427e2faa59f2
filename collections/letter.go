package collections

import "github.com/pocketbase/pocketbase/core"

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

// letterRules are what an area holds every letter to, as data: the words that make a
// manager look twice, how long an address stays confirmed, when a letter is taken to
// have come (domain 3.3 to 3.5). The published one with the highest number holds.
func letterRules() *Noun {
	return &Noun{
		Name: "letter_rules",
		Fields: fields(
			number("version"), choice("status", "draft", "published", "superseded", "withdrawn"),
			body("body"), text("hash"), text("change_note"),
		),
		Indexes: []Index{{Unique: true, On: "version"}},
		Rules:   Rules{Read: and(`status != 'draft'`)},
		Server:  []string{"hash"},
		Sync:    &Sync{Scope: published, Since: 1},
	}
}

// Explanations are the ways in which a letter is brought home to somebody who cannot read
// it as it stands.
var Explanations = []string{"interpreter", "read_out", "easy_read_copy", "large_print", "braille", "audio", "signed"}

// letters are what is sent to one person of one case; to two adults together only
// where nothing stands between them (domain 3.4, hard block 5).
func letters() *Noun {
	return &Noun{
		Name:   "letters",
		Stamps: Stamps{Who: "author", Status: "draft"},
		Fields: fields(
			one("case", "cases"), maybe("pathway", "pathways"), one("recipient", "people"), maybe("joint_with", "people"),
			one("template", "letter_templates"), optional(choice("delivery", "post", "by_hand", "by_email")),
			maybe("agency", "agencies"), // whose paper it is on
			text("reference"), day("date", Near), choice("status", "draft", "approved", "issued", "returned", "withdrawn"),
			body("merge"), body("problems"), text("template_hash"), text("content_hash"),
			&core.NumberField{Name: "grade"}, body("hits"), body("blocks"), text("pathway_letter"),
			text("seen_template_hash"), text("seen_content_hash"), body("acknowledged"), long("override_reason"),
			maybe("author", "users"), maybe("approved_by", "users"), moment("approved_at", Happened),
			choices("explained", Explanations...), day("explained_on", Near), text("explained_by"), body("children"),
			text("renderer"), text("pdf_sha256"),
			text("channel"), moment("issued_at", Happened), maybe("issued_by", "users"), day("deemed_on", Planned),
		),
		Indexes:   []Index{{On: "`case`, date"}, {On: "recipient, status"}},
		Rules:     caseRules("case."),
		CaseField: "case",
		Kept:      []string{"joint_with", "delivery", "date", "merge", "override_reason", "explained", "explained_on", "explained_by"}, // where it stands has a history of its own
		Fixed:     []string{"case", "recipient", "pathway", "reference"},
		Server: []string{
			"problems", "template_hash", "content_hash", "grade", "hits", "blocks", "children", "pathway_letter", "author",
			"approved_by", "approved_at", "renderer", "pdf_sha256", "channel", "issued_at", "issued_by", "deemed_on",
		},
		Sync: &Sync{
			Scope: scopeCase,
			Groups: [][]string{{
				"status", "approved_by", "approved_at", "seen_template_hash", "seen_content_hash", "acknowledged", "override_reason",
				"channel", "issued_at", "issued_by", "deemed_on",
			}},
			Since: 1,
		},
	}
}
