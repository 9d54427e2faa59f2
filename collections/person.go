package collections

// Sexes are what a person's sex was recorded as; empty where nobody asked.
var Sexes = []string{"female", "male", "intersex", "not_said"}

// Communications are the ways in which a person can be written and spoken to, beside a
// language (accessible information, domain 3.3).
var Communications = []string{"easy_read", "large_print", "braille", "audio", "bsl", "makaton", "lip_reading", "read_aloud", "symbols", "other"}

// people are the children and adults of a case, with the ways to reach them and
// whether each is safe to use (domain 3.4). A name is written as the person has it: nobody
// is asked for one that is not known, not yet given, or not theirs. called_by is what they
// answer to, and what letters and lists say; birth_order tells twins apart.
func people() *Noun {
	return &Noun{
		Name: "people",
		Fields: fields(
			one("case", "cases"), choice("kind", "child", "adult"), text("name"), text("called_by"),
			day("date_of_birth", Born), day("expected_on", Born), number("birth_order"),
			body("contact_points"), text("language"), optional(choice("interpreter", "needed", "not_needed")),
			choices("communication", Communications...), long("needs"), optional(choice("sex", Sexes...)), text("ethnicity"),
			day("last_seen_on", Happened),
			day("seen_before", Happened), // last_seen_on as it was known when the child was put on record
			day("joined_on", Happened),   // the household, where later than its first record (guard G6)
			day("left_on", Happened), day("died_on", Happened),
			flag("informant"),          // passed on a worry, and is named to nobody
			flag("care_leaver"),        // counts as a child beyond 18 (domain 2.3)
			maybe("same_as", "people"), // the record that this one was joined to
		),
		Indexes:   []Index{{On: "`case`"}},
		Rules:     caseRules("case."),
		CaseField: "case",
		Fixed:     []string{"case", "last_seen_on"}, // from then on the server writes it, from what was recorded
		Server:    []string{"same_as", "seen_before"},
		Sync:      &Sync{Scope: scopeCase, Since: 1},
	}
}
