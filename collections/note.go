package collections

// Sources of an observation: which of them a note rests on is mandatory, because
// relying on a home's look or on one parent's account is a known risk (domain 1.3d).
var Sources = []string{"seen_by_worker", "said_by_child", "said_by_parent", "said_by_other", "other_professional", "document"}

// Methods are how a child told it: in words, by other means, or by what was seen of one
// who does not speak (domain 1.3d, the child's voice).
var Methods = []string{"words", "drawing", "play", "signing", "interpreter", "writing", "symbols", "observed", "distress"}

// notes are what was seen and said. An unshared note is its agency's own. Its words are
// its author's, and nobody else changes them: who sees it otherwise writes a note too.
func notes() *Noun {
	mine := `(shared = true || agency = @request.auth.agency)`
	return &Noun{
		Name:   "notes",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), must(long("body")), choice("source", Sources...),
			text("speaker"), flag("verbatim"), flag("shared"), moment("occurred_at", Happened),
			several("children", "people"), optional(choice("method", Methods...)), body("tags"),
			maybe("author", "users"), maybe("agency", "agencies"),
		),
		Indexes: []Index{{On: "`case`, occurred_at, created"}},
		Rules: Rules{
			Read:   and(member("case."), mine),
			Create: and(member("case.")),
			Update: and(member("case."), mine, `author = @request.auth.id`),
			Delete: and(member("case."), `author = @request.auth.id`),
		},
		Plain:     true,
		CaseField: "case",
		Fixed:     []string{"case"},
		Server:    []string{"author", "agency"},
		Sync: &Sync{
			Scope:  `'case:' || {r}."case" || CASE WHEN {r}.shared THEN '' ELSE '/agency:' || {r}.agency END`,
			Groups: [][]string{{"speaker", "verbatim", "method"}},
			Policy: map[string]Policy{"children": Union, "tags": Union},
			Since:  1,
		},
	}
}
