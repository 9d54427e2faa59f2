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
	},
	"cy": {
		Dear: "Annwyl", Closing: "Yn gywir", Reference: "Ein cyfeirnod", Return: "Cyfeiriad dychwelyd", Copies: "Copïau at",
		Page: "Tudalen {n} o {m}", Midday: "hanner dydd", Midnight: "hanner nos", To: "tan", And: "a", AndVowel: "ac",
		Weekdays: []string{"Dydd Sul", "Dydd Llun", "Dydd Mawrth", "Dydd Mercher", "Dydd Iau", "Dydd Gwener", "Dydd Sadwrn"},
		Months: []string{
			"Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin",
			"Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr",
		},
	},
}
