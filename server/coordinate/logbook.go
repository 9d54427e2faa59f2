package coordinate

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/clock"
	schemerules "holdfast/hooks/scheme"
)

// logbook is one of the two in which champions keep what they did for colleagues. The
// pages are the same; what is written differs, and is said here.
type logbook struct {
	Noun, Path, Title, One, Says, Add string
	Fields                            []logField
	Tags                              string // the field by whose tags the list is narrowed and counted; empty: none

	head, under, minutes string // what a row shows, in SQL over the alias x
	found                []string
	about, times, people string   // what a row, the rows and their people are called
	header               []string // of the file
}

// logField is one answer of a logbook's form.
type logField struct {
	Name, Label, Kind, Hint string
	Options                 []choice
	Must                    string // what is said when it is empty
}

// noChildHere stands before every field in which somebody writes freely. The hooks
// refuse what has the form of a reference, a number or a date of birth; a name has no
// form, so that people must know it.
const noChildHere = "Write nothing that could lead to a child: no name or initials, no date of birth, no number or reference."

var cascade = &logbook{
	Noun: "cascade_log", Path: "/coordinate/cascade", Title: "Passed on", One: "What was passed on", Add: "Add what you passed on",
	Says: "What champions passed on in their agencies, and to how many people.",
	head: "x.topic", under: "x.audience", minutes: "0", found: []string{"x.topic", "x.audience", "u.name", "a.name"},
	about: "What about, and to whom", times: "Times passed on", people: "People reached, counted each time",
	header: []string{"Day", "Champion", "Agency", "What about", "To whom", "How many"},
	Fields: []logField{
		{Name: "on", Label: "Day", Kind: "date"},
		{Name: "audience", Label: "To whom", Kind: "text", Hint: "A team or a group of colleagues. " + noChildHere, Must: "Enter to whom you passed it on"},
		{Name: "people", Label: "How many people", Kind: "number", Must: "Enter how many people"},
		{Name: "topic", Label: "What about", Kind: "text", Hint: noChildHere, Must: "Enter what it was about"},
		{Name: "resource", Label: "The briefing that you used (optional)", Kind: "select"},
		{Name: "feedback", Label: "What they said (optional)", Kind: "long", Hint: noChildHere + " Up to 500 characters."},
	},
}

var surgery = &logbook{
	Noun: "surgery_sessions", Path: "/coordinate/surgeries", Title: "Surgery sessions", One: "A surgery session", Add: "Add a surgery session",
	Says: "When a champion advised colleagues: what was asked and what was advised, never about whom.",
	Tags: "questions", head: "x.questions", under: "x.advice", minutes: "x.minutes", found: []string{"x.note", "u.name", "a.name"},
	about: "Asked and advised", times: "Sessions", people: "People advised, counted each time",
	header: []string{"Day", "Champion", "Agency", "Asked", "Advised", "How many", "Minutes"},
	Fields: []logField{
		{Name: "on", Label: "Day", Kind: "date"},
		{Name: "minutes", Label: "Minutes", Kind: "number"},
		{Name: "people", Label: "How many colleagues came", Kind: "number"},
		{Name: "questions", Label: "What was asked", Kind: "tags", Options: []choice{{"recognising", "Recognising neglect"}, {"thresholds", "Thresholds"}, {"engagement", "Engagement"},
			{"assessment_tool", "The assessment tool"}, {"recording", "Recording"}, {"voice_of_child", "The child’s voice"}, {"escalation", "Escalation"}, {"other", "Something else"}}},
		{Name: "advice", Label: "What was advised", Kind: "tags", Options: []choice{{"talk_to_safeguarding_lead", "Talk to the safeguarding lead"}, {"use_assessment_tool", "Use the assessment tool"},
			{"multi_agency_meeting", "Call a multi-agency meeting"}, {"record_more", "Record more"}, {"refer", "Refer"}, {"escalate", "Escalate"}, {"training", "Training"}, {"other", "Something else"}}},
		{Name: "note", Label: "Note (optional)", Kind: "long", Hint: noChildHere + " Up to 500 characters."},
	},
}

// logRow is one entry of a logbook in its list.
type logRow struct {
	ID      string `db:"id"`
	On      string `db:"on"`
	Who     string `db:"who"`
	Agency  string `db:"agency"`
	Head    string `db:"head"`
	Under   string `db:"under"`
	People  int    `db:"people"`
	Minutes int    `db:"minutes"`
}

// choices are the tags that the list can be narrowed to.
func (b *logbook) choices() []choice {
	for _, f := range b.Fields {
		if f.Name == b.Tags {
			return f.Options
		}
	}
	return nil
}

// words are stored tags as a person reads them; a text is itself.
func (b *logbook) words(stored string) string {
	var tags []string
	if b.Tags == "" || json.Unmarshal([]byte(stored), &tags) != nil {
		return stored
	}
	return b.named(tags)
}

// named are tags in words.
func (b *logbook) named(tags []string) string {
	out := slices.Clone(tags)
	for i, tag := range out {
		for _, f := range b.Fields {
			if name := nameIn(f.Options, tag); name != tag {
				out[i] = name
				break
			}
		}
	}
	return strings.Join(out, ", ")
}

// logSight is which entries (alias x) the visitor may see, as the collection's rule
// has it: their own, a coordinator all, an agency lead those of the agency.
func (v *visit) logSight() terms {
	var t terms
	switch {
	case v.holds(coordinator):
	case v.holds(agencyLead):
		t.and(`x."user" = {:viewer} OR x.agency = {:own}`, dbx.Params{"viewer": v.user.Id, "own": v.user.GetString("agency")})
	default:
		t.and(`x."user" = {:viewer}`, dbx.Params{"viewer": v.user.Id})
	}
	return t
}

// keepsLog opens a logbook to those who write in it and those who run the scheme.
func (v *visit) keepsLog() (writes bool, err error) {
	if writes, err = schemerules.MayRecord(v.App, v.user); err == nil && !writes && !v.holds(scheme...) {
		err = errRole
	}
	return writes, err
}

// tagsOf are the tags of a row, one by one, also of one that holds no list.
func (b *logbook) tagsOf() string {
	return `json_each(CASE WHEN json_valid(x.` + b.Tags + `) THEN x.` + b.Tags + ` ELSE '[]' END)`
}

func (b *logbook) list(v *visit) error { return b.entries().page(v) }
func (b *logbook) file(v *visit) error { return b.entries().csv(v) }

// entries is the list of a logbook, with what it comes to.
func (b *logbook) entries() *list[logRow] {
	l := &list[logRow]{
		title: b.Title, path: b.Path, says: b.Says, none: "Nothing matches your filters.",
		take: `x.id, x."on", coalesce(u.name, '') AS who, coalesce(a.name, '') AS agency, ` + b.head + ` AS head, ` + b.under + ` AS under,
			CAST(x.people AS INTEGER) AS people, CAST(` + b.minutes + ` AS INTEGER) AS minutes`,
		from: b.Noun + ` x LEFT JOIN users u ON u.id = x."user" LEFT JOIN agencies a ON a.id = x.agency`,
		sight: func(v *visit) (terms, error) {
			_, err := v.keepsLog()
			return v.logSight(), err
		},
		found: "Words, name or agency", words: b.found,
		filters: []filter{
			{id: "from", label: "From", is: `x."on" >= {:from}`, day: true},
			{id: "until", label: "Until", is: `x."on" <= {:until}`, day: true},
			{id: "agency", label: "Agency", all: "All agencies", is: `x.agency = {:agency}`, there: b.agencies},
		},
		first: "when", down: true, last: `x."on" DESC, x.rowid DESC`,
		columns: []column[logRow]{
			{head{Name: b.about}, "", func(r logRow) shown { return leading(b.Path+"/"+r.ID, b.words(r.Head), b.words(r.Under)) }},
			{head{Name: "Day", Sort: "when"}, `x."on"`, func(r logRow) shown { return ours(clock.Day(r.On)) }},
			{head{Name: "Champion", Sort: "who"}, "u.name COLLATE NOCASE", func(r logRow) shown { return text(r.Who) }},
			{head{Name: "Agency", Sort: "agency"}, "a.name COLLATE NOCASE", func(r logRow) shown { return text(r.Agency) }},
			{head{Name: "People", Sort: "reached", Number: true}, "x.people", func(r logRow) shown { return number(r.People) }},
		},
		noun: b.Noun, header: b.header,
		cells: func(r logRow) []string {
			return []string{r.On, r.Who, r.Agency, b.words(r.Head), b.words(r.Under), strconv.Itoa(r.People), strconv.Itoa(r.Minutes)}[:len(b.header)]
		},
		more: b.comesTo,
	}
	if b.Tags != "" {
		l.filters = append(l.filters, filter{id: "topic", label: "Asked about", all: "Anything", there: always(b.choices()), is: `EXISTS (SELECT 1 FROM ` + b.tagsOf() + ` WHERE value = {:topic})`})
		l.columns = append(l.columns, column[logRow]{head{Name: "Minutes", Number: true}, "", func(r logRow) shown { return number(r.Minutes) }})
	}
	return l
}

// agencies are those of the entries that the visitor sees; one alone is no choice.
func (b *logbook) agencies(v *visit) ([]choice, error) {
	seen := v.logSight()
	out, err := v.choices(`SELECT DISTINCT a.id, a.name FROM `+b.Noun+` x JOIN agencies a ON a.id = x.agency WHERE `+seen.where()+` ORDER BY a.name COLLATE NOCASE`, seen)
	if len(out) < 2 {
		return nil, err
	}
	return out, err
}

// comesTo adds the entries that fit up: how many they are, whom they reached and, where
// they have tags, what was asked, the most frequent first.
func (b *logbook) comesTo(v *visit, body *listBody, t terms) error {
	writes, err := v.keepsLog()
	if err != nil {
		return err
	}
	if writes {
		body.Add = &link{Name: b.Add, Address: b.Path + "/new"}
	}
	var people, minutes int
	from := ` FROM ` + b.Noun + ` x LEFT JOIN users u ON u.id = x."user" LEFT JOIN agencies a ON a.id = x.agency `
	db := v.App.ConcurrentDB()
	if err := db.NewQuery(`SELECT CAST(coalesce(sum(x.people), 0) AS INTEGER), CAST(coalesce(sum(`+b.minutes+`), 0) AS INTEGER)`+from+`WHERE `+t.where()).Bind(t.params).Row(&people, &minutes); err != nil {
		return err
	}
	body.Figures = []line{{b.times, digits(body.Pages.Total)}, {b.people, digits(people)}}
	if b.Tags == "" {
		return nil
	}
	body.Figures, body.Theme = append(body.Figures, line{"Minutes", digits(minutes)}), "What was asked"
	var themes []struct {
		Name  string `db:"name"`
		Times int    `db:"times"`
	}
	err = db.NewQuery(`SELECT j.value AS name, count(*) AS times` + from + `JOIN ` + b.tagsOf() + ` j WHERE ` + t.where() + ` GROUP BY j.value ORDER BY times DESC, name`).Bind(t.params).All(&themes)
	for _, theme := range themes {
		body.Themes = append(body.Themes, line{nameIn(b.choices(), theme.Name), digits(theme.Times)})
	}
	return err
}
