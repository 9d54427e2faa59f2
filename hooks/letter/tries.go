package letter

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/hooks/lettertext"
	"holdfast/hooks/pack"
)

// tried is what a letter may say of the tries at its recipient: those of the letter's own
// agency, at the recipient or at nobody in particular, planned and missed or tried
// otherwise. Where somebody is kept apart from the recipient, one at nobody in particular
// may have been at the other's home, and is not told (practice L1); nor is one at a place where
// the recipient may live elsewhere.
type tried struct {
	missed []lettertext.Row
	other  []string
}

// aTry is one try at contact, or an event of a pathway that says as much.
type aTry struct {
	at             time.Time
	method, place  string
	planned, other bool
}

// speaksOfTries says whether a letter names what was tried.
func speaksOfTries(t *lettertext.Template) bool {
	return slices.ContainsFunc([]string{"missed", "missed_times", "tried", "attempt_count", "attempt_times"}, t.Names)
}

// triesOf are what a letter of this kind may say was tried.
func triesOf(app core.App, letter *core.Record, h *circle, pack *lettertext.Pack, language string) (*tried, error) {
	all, err := listedTries(app, letter, h, pack)
	if err != nil {
		return nil, err
	}
	agency, err := app.FindRecordById("agencies", engagement.AgencyOfLetter(app, letter))
	if err != nil {
		return nil, fmt.Errorf("the agency of letter %s: %w", letter.Id, err)
	}
	found := &tried{}
	for _, t := range all {
		at := t.at.In(kernel.London)
		day := at.Format(time.DateOnly)
		if t.planned {
			row := lettertext.TryRow(language, t.method, day, at.Format("15:04"), t.place, agency.GetString("name"))
			if !slices.ContainsFunc(found.missed, func(r lettertext.Row) bool { return sameTime(r, row) }) {
				found.missed = append(found.missed, row)
			}
		} else if text := lettertext.Tried(language, t.method, day); !slices.Contains(found.other, text) {
			found.other = append(found.other, text)
		}
	}
	found.missed = found.missed[max(0, len(found.missed)-lettertext.MaxItems):]
	found.other = found.other[max(0, len(found.other)-lettertext.MaxItems):]
	return found, nil
}

func listedTries(app core.App, letter *core.Record, h *circle, pack *lettertext.Pack) (all []aTry, err error) {
	missed, other := pack.Lists()
	since, err := countedSince(app, letter)
	if err != nil {
		return nil, err
	}
	agency := dbx.HashExp{"agency": engagement.AgencyOfLetter(app, letter)}
	var rows []*core.Record
	err = engagement.Tries(app, letter.GetString("case"), agency, dbx.HashExp{"contact_confirmed": true},
		dbx.NewExp("occurred_at >= {:since}", dbx.Params{"since": since})).OrderBy("occurred_at", "id").All(&rows)
	if err != nil {
		return nil, err
	}
	nobody, elsewhere := !h.keptApart(), h.mayLiveElsewhere()
	atNobody := func(t aTry) bool { return nobody && !(elsewhere && (t.place != "" || lettertext.AtHome(t.method))) }
	for _, r := range rows {
		method, outcome, at := r.GetString("method"), r.GetString("outcome"), r.GetString("person")
		t := aTry{at: r.GetDateTime("occurred_at").Time(), method: method, place: strings.TrimSpace(r.GetString("place")),
			planned: slices.Contains(missed.Methods, method) && slices.Contains(missed.Outcomes, outcome),
			other:   slices.Contains(other.Methods, method) && slices.Contains(other.Outcomes, outcome)}
		if (t.planned || t.other) && (at == "" && atNobody(t) || h.isTo(at)) {
			all = append(all, t)
		}
	}
	if !nobody || len(missed.Events) == 0 {
		return all, nil
	}
	events, err := standingEvents(app, letter.GetString("case"), missed.Events, agency, since)
	if err != nil {
		return nil, err
	}
	for _, r := range events {
		method, _ := missed.Event(r.GetString("kind"))
		if t := (aTry{at: r.GetDateTime("occurred_at").Time(), method: method, planned: true}); atNobody(t) {
			all = append(all, t)
		}
	}
	slices.SortStableFunc(all, func(a, b aTry) int { return a.at.Compare(b.at) })
	return all, nil
}

// standingEvents are the events of a case's pathways of these kinds that count: accepted,
// corrected by none, not still to come, and of a contact that was confirmed (G13).
func standingEvents(app core.App, caseID string, kinds []string, agency dbx.HashExp, since string) (rows []*core.Record, err error) {
	values := make([]any, len(kinds))
	for i, k := range kinds {
		values[i] = k
	}
	err = app.RecordQuery("pathway_events").AndWhere(dbx.HashExp{"case": caseID}).AndWhere(agency).AndWhere(dbx.In("kind", values...)).
		AndWhere(dbx.In("verdict", "accepted", "accepted_late")).
		AndWhere(dbx.NewExp(`occurred_at >= {:since} AND occurred_at <= {:now}
			AND (kind != 'appointment.missed' OR data->>'contact_confirmed')
			AND id NOT IN (SELECT corrects FROM pathway_events WHERE "case" = {:case} AND corrects != '' AND verdict != 'attempted')`,
			dbx.Params{"since": since, "now": engagement.ByNow(), "case": caseID})).OrderBy("occurred_at", "id").All(&rows)
	return rows, err
}

// countedSince is from when on the letter's pathway counts what was missed; without one,
// since the case was opened.
func countedSince(app core.App, letter *core.Record) (string, error) {
	if letter.GetString("pathway") == "" {
		return "", nil
	}
	p, err := app.FindRecordById("pathways", letter.GetString("pathway"))
	if err != nil {
		return "", nil // the guards refuse a pathway that is not there
	}
	t, err := pack.TemplateByID(app, p.GetString("template"))
	if err != nil {
		return "", err
	}
	return p.GetDateTime("opened_at").Time().AddDate(0, 0, -t.Counting.LookBackDays).UTC().Format(kernel.StoredMoment), nil
}

// sameTime says whether two rows are of one day and time.
func sameTime(a, b lettertext.Row) bool {
	return a["date"] == b["date"] && strings.HasPrefix(a["time"], b["time"])
}

// fill puts the tries into a letter: all of them, or those that the worker left in, each
// in the words of what it was, and how many they are. What is typed of no try stays, and
// stands in the way.
func (f *tried) fill(data lettertext.Data, language string) {
	rows, typed := data["missed"].Rows()
	if !typed {
		rows = f.missed
	}
	for i, row := range rows {
		if at := slices.IndexFunc(f.missed, func(r lettertext.Row) bool { return sameTime(row, r) }); at >= 0 {
			rows[i] = f.missed[at]
		}
	}
	other, typed := data["tried"].Texts()
	if !typed {
		other = f.other
	}
	data["missed"], data["tried"] = lettertext.Table(rows...), lettertext.Many(other...)
	delete(data, "attempt_count")
	delete(data, "attempt_times")
	delete(data, "missed_times")
	if n := len(rows); n > 0 {
		data["missed_times"] = lettertext.One(lettertext.Times(language, n))
	}
	if n := len(rows) + len(other); n > 0 {
		data["attempt_count"] = lettertext.One(fmt.Sprint(n))
		data["attempt_times"] = lettertext.One(lettertext.Times(language, n))
	}
}

// called: what a letter lists is on the record, and was not called off by the service
// itself (guard G13), and a letter about a missed contact has one that it may speak of.
func called(s *sight) ([]Block, error) {
	if !s.pack.NeedsMissed && !speaksOfTries(s.text) {
		return nil, nil
	}
	found, err := triesOf(s.app, s.letter, s.circle, s.pack, s.text.Language())
	if err != nil {
		return nil, err
	}
	var data lettertext.Data
	_ = kernel.Decode(s.letter, "merge", &data) // what does not fit is a problem of the merge
	rows, _ := data["missed"].Rows()
	other, _ := data["tried"].Texts()
	list, err := s.unlisted(rows, found)
	if err != nil {
		return nil, err
	}
	for _, text := range other {
		if !slices.Contains(found.other, text) {
			list = append(list, Block{"merge", "not_on_record", fmt.Sprintf("Take “%s” out; no such try of ours at %s is on the record.", text, s.recipient.GetString("name")), false})
		}
	}
	if s.pack.NeedsMissed && len(rows)+len(other) == 0 {
		whom := ""
		if s.keptApart() || s.mayLiveElsewhere() {
			whom = ", with whom it was at"
		}
		list = append(list, Block{"template", "needs_missed", fmt.Sprintf(
			"Record the visit first%s; no try at %s that this letter can speak of is on the record.", whom, s.recipient.GetString("name")), false})
	}
	return list, nil
}

// unlisted are the rows of a letter that are no try it may speak of, each with why.
func (s *sight) unlisted(rows []lettertext.Row, found *tried) (list []Block, err error) {
	var off, back, stand []*core.Record
	for i, row := range rows {
		if slices.ContainsFunc(found.missed, func(r lettertext.Row) bool {
			return sameTime(row, r) && row["kind"] == r["kind"] && row["place"] == r["place"]
		}) {
			continue
		}
		if off == nil && back == nil {
			if off, back, stand, err = s.uncounted(); err != nil {
				return nil, err
			}
		}
		same := func(r *core.Record) bool {
			at := r.GetDateTime("occurred_at").Time().In(kernel.London)
			return at.Format(time.DateOnly) == row["date"] && strings.HasPrefix(row["time"], at.Format("15:04"))
		}
		what := fmt.Sprintf("what was missed on %s", lettertext.Day("en", row["date"]))
		if lettertext.Day("en", row["date"]) == "" {
			what = fmt.Sprintf("line %d of what was missed", i+1)
		}
		switch {
		case row["date"] > kernel.Today():
			list = append(list, Block{"merge", "to_come", "Take " + what + " out; that day is still to come.", false})
		case slices.ContainsFunc(off, same):
			list = append(list, Block{"merge", "called_off", "Take " + what + " out; the service called that one off itself.", false})
		case slices.ContainsFunc(back, same) && !slices.ContainsFunc(stand, same): // not one recorded anew
			list = append(list, Block{"merge", "taken_back", "Take " + what + " out; that contact was recorded in error.", false})
		default:
			list = append(list, Block{"merge", "not_on_record", fmt.Sprintf(
				"Take %s out; no such try of ours at %s is on the record.", what, s.recipient.GetString("name")), false})
		}
	}
	return list, nil
}

// uncounted are the case's tries that the service called off, those that were taken back,
// and those that stand.
func (s *sight) uncounted() (off, back, stand []*core.Record, err error) {
	caseID := s.letter.GetString("case")
	if err = engagement.Tries(s.app, caseID, dbx.HashExp{"outcome": "cancelled_by_service"}).All(&off); err != nil {
		return nil, nil, nil, err
	}
	if back, err = engagement.TakenBack(s.app, caseID); err != nil {
		return nil, nil, nil, err
	}
	err = engagement.Tries(s.app, caseID, dbx.NotIn("outcome", "cancelled_by_service", "reached", "child_seen")).All(&stand)
	return off, back, stand, err
}
