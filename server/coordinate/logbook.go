package coordinate

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/hooks"
)

// logbook is one of the two in which champions keep what they did for colleagues. The
// pages are the same; what is written differs, and is said here.
type logbook struct {
	Noun, Path, Title, One, Says, Add string
	Fields                            []logField
	Tags                              string // the field by whose tags the list is narrowed and counted; empty: none

	head, under string // what a row shows, in SQL over the alias x
	found       []string
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
	head: "x.topic", under: "x.audience", found: []string{"x.topic", "x.audience", "u.name", "a.name"},
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
	Tags: "questions", head: "x.questions", under: "x.advice", found: []string{"x.note", "u.name", "a.name"},
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

// logBody is the list of a logbook, and what it comes to.
type logBody struct {
	search
	*logbook
	Rows                   []logRow
	Pages                  pages
	Agencies               []choice
	Themes                 []theme
	Times, People, Minutes int
	CSV, Clear             string
	May                    bool
}

// Ends are the two ends of the time that the list can be narrowed to.
func (logBody) Ends() []choice { return []choice{{"from", "From"}, {"until", "Until"}} }

// theme is a tag, and in how many entries of the list it stands.
type theme struct {
	Name  string
	Times int
}

// Choices are the tags that the list can be narrowed to.
func (b *logbook) Choices() []choice {
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
	if writes, err = hooks.MayRecord(v.App, v.user); err == nil && !writes && !v.holds(scheme...) {
		err = errRole
	}
	return writes, err
}

const logFrom = ` x LEFT JOIN users u ON u.id = x."user" LEFT JOIN agencies a ON a.id = x.agency WHERE `

var logColumns = map[string]string{"when": `x."on"`, "who": "u.name COLLATE NOCASE", "agency": "a.name COLLATE NOCASE", "reached": "x.people"}

// logSearch reads the address of a logbook's list.
func (v *visit) logSearch(b *logbook) (search, terms, []problem) {
	s := parseSearch(v.Request.URL, []string{"when", "who", "agency", "reached"}, true)
	t := v.logSight()
	var problems []problem
	for _, end := range []struct{ field, is string }{{"from", `x."on" >= {:from}`}, {"until", `x."on" <= {:until}`}} {
		day := s.Asked(end.field)
		if day == "" {
			continue
		}
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			problems = append(problems, problem{end.field, "Enter a day, such as 2026-03-31"})
			continue
		}
		t.and(end.is, dbx.Params{end.field: day})
	}
	if agency := s.Asked("agency"); agency != "" {
		t.and(`x.agency = {:agency}`, dbx.Params{"agency": agency})
	}
	if tag := s.Asked("topic"); tag != "" && b.Tags != "" {
		t.and(`EXISTS (SELECT 1 FROM `+b.tagsOf()+` WHERE value = {:tag})`, dbx.Params{"tag": tag})
	}
	like(&t, s.Asked("q"), b.found...)
	return s, t, problems
}

// tagsOf are the tags of a row, one by one, also of one that holds no list.
func (b *logbook) tagsOf() string {
	return `json_each(CASE WHEN json_valid(x.` + b.Tags + `) THEN x.` + b.Tags + ` ELSE '[]' END)`
}

func (v *visit) logRows(b *logbook, s search, t terms, limit, offset int) (rows []logRow, err error) {
	params := dbx.Params{"limit": limit, "offset": offset}
	for k, p := range t.params {
		params[k] = p
	}
	minutes := "0"
	if b == surgery {
		minutes = "CAST(x.minutes AS INTEGER)"
	}
	err = v.App.ConcurrentDB().NewQuery(`SELECT x.id, x."on", coalesce(u.name, '') AS who, coalesce(a.name, '') AS agency, ` + b.head + ` AS head, ` + b.under + ` AS under,
		CAST(x.people AS INTEGER) AS people, ` + minutes + ` AS minutes FROM ` + b.Noun + logFrom + t.where() +
		` ORDER BY ` + s.order(logColumns, `x."on" DESC, x.rowid DESC`) + ` LIMIT {:limit} OFFSET {:offset}`).Bind(params).All(&rows)
	for i := range rows {
		rows[i].Head, rows[i].Under = b.words(rows[i].Head), b.words(rows[i].Under)
	}
	return rows, err
}

func (b *logbook) list(v *visit) error {
	writes, err := v.keepsLog()
	if err != nil {
		return err
	}
	s, t, problems := v.logSearch(b)
	body := logBody{search: s, logbook: b, CSV: s.with(b.Path + ".csv"), Clear: b.Path, May: writes}
	db := v.App.ConcurrentDB()
	sums := `SELECT count(*), CAST(coalesce(sum(x.people), 0) AS INTEGER), 0`
	if b == surgery {
		sums = `SELECT count(*), CAST(coalesce(sum(x.people), 0) AS INTEGER), CAST(coalesce(sum(x.minutes), 0) AS INTEGER)`
	}
	if err := db.NewQuery(sums+` FROM `+b.Noun+logFrom+t.where()).Bind(t.params).Row(&body.Times, &body.People, &body.Minutes); err != nil {
		return err
	}
	body.Pages = s.pages(body.Times)
	if body.Rows, err = v.logRows(b, s, t, perPage, (body.Pages.Page-1)*perPage); err != nil {
		return err
	}
	if body.Themes, err = v.themes(b, t); err != nil {
		return err
	}
	seen := v.logSight()
	if err := db.NewQuery(`SELECT DISTINCT a.id, a.name FROM ` + b.Noun + ` x JOIN agencies a ON a.id = x.agency WHERE ` + seen.where() + ` ORDER BY a.name COLLATE NOCASE`).
		Bind(seen.params).All(&body.Agencies); err != nil {
		return err
	}
	status := http.StatusOK
	if len(problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.show(status, "logbook", page{Title: b.Title, Body: body, Problems: problems})
}

// themes are the tags of the entries that fit, the most frequent first.
func (v *visit) themes(b *logbook, t terms) (out []theme, err error) {
	if b.Tags == "" {
		return nil, nil
	}
	err = v.App.ConcurrentDB().NewQuery(`SELECT j.value AS name, count(*) AS times FROM ` + b.Noun + ` x JOIN ` + b.tagsOf() + ` j
		LEFT JOIN users u ON u.id = x."user" LEFT JOIN agencies a ON a.id = x.agency WHERE ` + t.where() + ` GROUP BY j.value ORDER BY times DESC, name`).Bind(t.params).All(&out)
	for i := range out {
		out[i].Name = nameIn(b.Choices(), out[i].Name)
	}
	return out, err
}

// file is the same list whole; the audit log says who took it.
func (b *logbook) file(v *visit) error {
	if _, err := v.keepsLog(); err != nil {
		return err
	}
	s, t, problems := v.logSearch(b)
	if len(problems) > 0 {
		return &refusal{Status: http.StatusUnprocessableEntity, Heading: "There is no such day", Text: problems[0].Text + ".", Next: b.Path, Link: "Go to " + strings.ToLower(b.Title)}
	}
	rows, err := v.logRows(b, s, t, -1, 0)
	if err != nil {
		return err
	}
	if err := hooks.Audit(v.App, v.actor(), hooks.Entry{Verb: "read", Collection: b.Noun, Count: len(rows)}); err != nil {
		return err
	}
	header := []string{"Day", "Champion", "Agency", "What about", "To whom", "How many"}
	if b == surgery {
		header = []string{"Day", "Champion", "Agency", "Asked", "Advised", "How many", "Minutes"}
	}
	cells := make([][]string, len(rows))
	for i, r := range rows {
		cells[i] = []string{r.On, r.Who, r.Agency, r.Head, r.Under, strconv.Itoa(r.People), strconv.Itoa(r.Minutes)}[:len(header)]
	}
	return v.sendCSV(strings.TrimPrefix(b.Path, "/coordinate/"), header, cells)
}
