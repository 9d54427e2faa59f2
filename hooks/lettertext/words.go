package lettertext

// language holds the words that a letter's frame and its dates need.
type language struct {
	Dear      string   `json:"dear"` // before the salutation name
	Closing   string   `json:"closing"`
	Reference string   `json:"reference"`
	Return    string   `json:"return"` // before the address that an undelivered letter goes back to
	Copies    string   `json:"copies"`
	Page      string   `json:"page"` // {n} of {m}
	Midday    string   `json:"midday"`
	Midnight  string   `json:"midnight"`
	To        string   `json:"to"`  // between two times
	And       string   `json:"and"` // between the last two names
	AndVowel  string   `json:"and_vowel"`
	Weekdays  []string `json:"weekdays"` // from Sunday
	Months    []string `json:"months"`

	Name    string            `json:"name"`     // of the language itself, as people say what they speak
	Once    string            `json:"once"`     // how often something was
	Twice   string            `json:"twice"`    //
	Often   string            `json:"often"`    // {n} times
	TriedOn string            `json:"tried_on"` // {what} on {day}
	Tries   map[string]Called `json:"tries"`    // by the method of a try at contact

	Interpreter string            `json:"interpreter"` // {language}: the line that offers one
	Format      string            `json:"format"`      // {format}: the line that offers it
	Formats     map[string]string `json:"formats"`     // by the way of communication
}

// Called is how a letter speaks of a try at contact of one method.
type Called struct {
	Kind  string `json:"kind"`            // in a list of what was planned
	Place string `json:"place,omitempty"` // where it was to be; empty for the agency's own name
	What  string `json:"what"`            // in a sentence of what else was tried
}

// words has one row a language; a letter in another needs a row here first.
var words = map[string]*language{
	"en": {
		Dear: "Dear", Closing: "Yours sincerely", Reference: "Our reference", Return: "Return address", Copies: "Copies to",
		Page: "Page {n} of {m}", Midday: "midday", Midnight: "midnight", To: "to", And: "and", AndVowel: "and",
		Weekdays: []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		Months: []string{
			"January", "February", "March", "April", "May", "June",
			"July", "August", "September", "October", "November", "December",
		},
		Name: "English", Once: "once", Twice: "twice", Often: "{n} times", TriedOn: "{what} on {day}",
		Tries: map[string]Called{
			"phone": {"phone call", "by phone", "a phone call"}, "text": {"text message", "by text", "a text message"},
			"email": {"email", "by email", "an email"}, "card": {"card", "your home", "a card through your door"},
			"visit_announced":   {"home visit", "your home", "a home visit"},
			"visit_unannounced": {"visit without an appointment", "your home", "a call at your home"},
			"joint_visit":       {"home visit with another service", "your home", "a home visit with another service"},
			"appointment":       {"appointment", "", "an appointment"},
			"via_professional":  {"message", "through someone you know", "a message through someone you know"},
			"kept":              {"visit", "your home", "a visit"},
		},
		Interpreter: "We can book an interpreter who speaks {language} for you. It is free.",
		Format:      "You can have this letter in another form: {format}. Please ask us.",
		Formats: map[string]string{
			"easy_read": "easy read", "large_print": "large print", "braille": "braille", "audio": "audio", "bsl": "British Sign Language", "read_aloud": "read out to you",
		},
	},
	"cy": {
		Dear: "Annwyl", Closing: "Yn gywir", Reference: "Ein cyfeirnod", Return: "Cyfeiriad dychwelyd", Copies: "Copïau at",
		Page: "Tudalen {n} o {m}", Midday: "hanner dydd", Midnight: "hanner nos", To: "tan", And: "a", AndVowel: "ac",
		Weekdays: []string{"Dydd Sul", "Dydd Llun", "Dydd Mawrth", "Dydd Mercher", "Dydd Iau", "Dydd Gwener", "Dydd Sadwrn"},
		Months: []string{
			"Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin",
			"Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr",
		},
		Name: "Welsh", Once: "unwaith", Twice: "ddwywaith", Often: "{n} gwaith", TriedOn: "{what} ({day})",
		Tries: map[string]Called{
			"phone": {"galwad ffôn", "dros y ffôn", "galwad ffôn"}, "text": {"neges destun", "drwy neges destun", "neges destun"},
			"email": {"e-bost", "drwy e-bost", "e-bost"}, "card": {"cerdyn", "eich cartref", "cerdyn drwy’ch drws"},
			"visit_announced":   {"ymweliad cartref", "eich cartref", "ymweliad cartref"},
			"visit_unannounced": {"ymweliad heb apwyntiad", "eich cartref", "galwad yn eich cartref"},
			"joint_visit":       {"ymweliad cartref gyda gwasanaeth arall", "eich cartref", "ymweliad cartref gyda gwasanaeth arall"},
			"appointment":       {"apwyntiad", "", "apwyntiad"},
			"via_professional":  {"neges", "drwy rywun rydych yn ei adnabod", "neges drwy rywun rydych yn ei adnabod"},
			"kept":              {"ymweliad", "eich cartref", "ymweliad"},
		},
		Interpreter: "Gallwn drefnu cyfieithydd i chi. Mae’n rhad ac am ddim.",
		Format:      "Gallwch gael y llythyr hwn ar ffurf arall: {format}. Gofynnwch i ni.",
		Formats: map[string]string{
			"easy_read": "hawdd ei ddarllen", "large_print": "print bras", "braille": "braille", "audio": "sain", "bsl": "Iaith Arwyddion Prydain", "read_aloud": "ei ddarllen i chi",
		},
	},
}
