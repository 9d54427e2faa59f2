package lettertext

import "strings"

// Type says what a field holds and how its value is written in a letter.
type Type string

const (
	Text  Type = "text"  // one line of plain text
	Date  Type = "date"  // 2006-01-02, written out in the letter's language
	Time  Type = "time"  // 15:04, or 15:04-16:04 for a span; written as 3:04pm
	Count Type = "count" // a whole number from 1 to 999
	Names Type = "names" // a list of texts, also usable in a sentence: "A, B and C"
	Texts Type = "texts" // a list of texts; each is called item inside the list
	Rows  Type = "rows"  // a list of rows; the row's own fields are named inside the list
)

// Place says where a field may be used.
type Place string

const (
	Body  Place = "body"  // only where the template names it
	Both  Place = "both"  // the letter's frame always shows it, the template may name it too
	Frame Place = "frame" // only the letter's frame shows it
)

// Field is one entry of the closed catalogue of merge fields.
type Field struct {
	Name     string  `json:"name"`
	Type     Type    `json:"type"`
	Place    Place   `json:"place"`
	Optional bool    `json:"optional"`        // may be without a value; see the package comment
	Max      int     `json:"max"`             // longest value as given, in Unicode code points
	MaxItems int     `json:"max_items"`       // most items of a list; 0 for a single value
	Items    []Field `json:"items,omitempty"` // a row's own fields, or the one field item
	Meaning  string  `json:"meaning"`
}

// Limits of a template and of a letter. They bound the work of parsing and
// merging, on a phone too.
const (
	MaxSource   = 20_000 // bytes of template source
	MaxBlocks   = 200    // headings, paragraphs and bullets in a template
	MaxFields   = 200    // places where a template names a field
	MaxValue    = 10_000 // code points in one value
	MaxItems    = 50     // items in one list
	MaxDocument = 60_000 // code points in one merged letter
)

// Catalogue returns every field a letter can hold, in the order of the letter.
// The list is closed: section 3.2 of the domain reference, with rows for the
// facts that section 3.1 says a kind must state. It has no field for another
// person's address, telephone or whereabouts (3.4, hard blocks 1 and 2) and
// none for a record's own id. The caller may change what it is given.
func Catalogue() []Field {
	fields := make([]Field, len(catalogue))
	for i, f := range catalogue {
		f.Items = append([]Field(nil), f.Items...)
		fields[i] = f
	}
	return fields
}

var catalogue = []Field{
	short("area.name", Both, 120, "the organisation that writes"),
	optional(list("area.address_lines", Texts, Frame, 6, 100, "the organisation's own address and switchboard")),
	optional(short("area.return_line", Frame, 80, "where an undelivered letter goes back to, on one line; it shows in the envelope's window")),
	optional(short("area.crest", Frame, 64, "the SHA-256 of the organisation's picture, in hexadecimal")),
	{Name: "letter.date", Type: Date, Place: Both, Max: 10, Meaning: "the day the letter bears"},
	short("letter.ref", Both, 40, "the letter's reference; never a record's id"),
	short("recipient.name", Both, 200, "the one person it is addressed to"),
	short("recipient.salutation_name", Both, 200, "the name after Dear"),
	list("recipient.address_lines", Texts, Frame, 8, 100, "their own current, confirmed, safe address; or the words By hand"),
	optional(short("recipient.postcode", Frame, 12, "the postcode of that address")),
	list("child.first_names", Names, Body, 20, 100, "the first names of the children; or the one entry your child"),
	optional(rows("missed", "contacts that were planned and missed, oldest first; never one the service cancelled",
		item("date", Date, "the day"), item("time", Time, "the time arranged"),
		item("kind", Text, "home visit, clinic appointment"), item("place", Text, "where it was to be"))),
	optional(short("missed_times", Body, 40, "how often that was, as in a sentence: once, twice, 3 times")),
	optional(list("tried", Names, Body, MaxItems, 200, "other tries at reaching them, oldest first, as in a sentence: a phone call on a day")),
	{Name: "attempt_count", Type: Count, Place: Body, Max: 3, Meaning: "how many times we have tried"},
	short("attempt_times", Body, 40, "how often we have tried, as in a sentence"),
	{Name: "next.date", Type: Date, Place: Body, Max: 10, Meaning: "the day now offered"},
	{Name: "next.time", Type: Time, Place: Body, Max: 11, Meaning: "the time now offered"},
	long("next.place", "where the contact now offered would be"),
	long("next.kind", "what the contact now offered is"),
	short("contact.name", Body, 200, "the named person to answer to"),
	short("contact.role", Body, 200, "what that person does"),
	short("contact.phone", Body, 40, "their telephone number"),
	optional(short("contact.email", Body, 200, "their e-mail address")),
	optional(short("contact.hours", Body, 200, "when they can be reached")),
	rows("concerns", "short facts, each with the day it was seen, in approved words",
		item("date", Date, "the day it was seen"), item("what", Text, "what was seen")),
	list("support_offered", Texts, Body, MaxItems, MaxValue, "help that was or is offered"),
	long("offer.service", "the service that was offered, as a family would call it"),
	long("consequence_text", "what happens next if nothing changes; no threat that was not authorised"),
	long("views_how", "how the family can say what they think"),
	long("rights_text", "where to find advice or an advocate"),
	short("advice.name", Body, 200, "whom to ask for advice who does not work for us"),
	short("advice.phone", Body, 40, "the telephone number of that advice"),
	{Name: "meeting.date", Type: Date, Place: Body, Max: 10, Meaning: "the day of the meeting"},
	{Name: "meeting.time", Type: Time, Place: Body, Max: 11, Meaning: "the time of the meeting"},
	long("meeting.place", "where the meeting is"),
	long("meeting.purpose", "what the meeting is for"),
	list("meeting.attending", Texts, Body, MaxItems, MaxValue, "who was asked, by role"),
	{Name: "referral.date", Type: Date, Place: Body, Max: 10, Meaning: "the day the referral was made"},
	long("referral.to", "the service it was made to"),
	long("referral.reason", "why it was made"),
	list("referral.shared", Texts, Body, MaxItems, MaxValue, "what was passed on"),
	list("closing.done", Texts, Body, MaxItems, MaxValue, "what was done before closing"),
	list("closing.told", Texts, Body, MaxItems, MaxValue, "the agencies that were told"),
	list("closing.reopen", Texts, Body, MaxItems, MaxValue, "what would make us get in touch again"),
	optional(long("interpreter_line", "how to ask for an interpreter")),
	optional(long("accessible_format_line", "how to ask for large print, audio, braille or British Sign Language")),
	optional(short("out_of_hours_phone", Body, 40, "the number outside office hours")),
	short("signatory.name", Both, 200, "who signs"),
	short("signatory.role", Both, 200, "what they do"),
	optional(list("cc", Texts, Frame, 20, 200, "who else gets this letter, by role")),
}

var catalogueIndex = func() map[string]*Field {
	index := make(map[string]*Field, len(catalogue))
	for i := range catalogue {
		index[catalogue[i].Name] = &catalogue[i]
	}
	return index
}()

func short(name string, place Place, max int, meaning string) Field {
	return Field{Name: name, Type: Text, Place: place, Max: max, Meaning: meaning}
}

func long(name, meaning string) Field { return short(name, Body, MaxValue, meaning) }

func item(name string, t Type, meaning string) Field {
	max := map[Type]int{Text: MaxValue, Date: 10, Time: 11}[t]
	return Field{Name: name, Type: t, Place: Body, Max: max, Meaning: meaning}
}

func list(name string, t Type, place Place, items, max int, meaning string) Field {
	one := Field{Name: "item", Type: Text, Place: place, Max: max, Meaning: "one of them"}
	return Field{Name: name, Type: t, Place: place, Max: max, MaxItems: items, Items: []Field{one}, Meaning: meaning}
}

func rows(name, meaning string, items ...Field) Field {
	return Field{Name: name, Type: Rows, Place: Body, Max: MaxValue, MaxItems: MaxItems, Items: items, Meaning: meaning}
}

func optional(f Field) Field { f.Optional = true; return f }

// isList reports whether the field holds items.
func (f *Field) isList() bool { return f.Type == Names || f.Type == Texts || f.Type == Rows }

// itemField finds one of the fields that may be named inside the list.
func (f *Field) itemField(name string) *Field {
	for i := range f.Items {
		if f.Items[i].Name == name {
			return &f.Items[i]
		}
	}
	return nil
}

// Meaning is what a field is, in words for people: of an item of a list, of the list.
func Meaning(name string) string {
	field, _, _ := strings.Cut(name, "[")
	if f := catalogueIndex[field]; f != nil {
		short, _, _ := strings.Cut(f.Meaning, ";")
		return short
	}
	return name
}
