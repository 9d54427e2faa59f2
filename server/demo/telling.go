package demo

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
)

// telling is one family's history as it is written down: by people, on days before
// the demo's, through the same Save as every other door. The first fault ends it.
type telling struct {
	tx      core.App
	today   time.Time
	family  family
	days    int       // ago, of what is told now
	clock   time.Time // of what is told next
	last    time.Time
	pathway string
	err     error
}

// on is so many working days before the demo's day, at an hour: nobody visits at a
// weekend.
func (t *telling) on(days, hour int) *telling {
	d := t.before(days)
	t.days, t.clock = days, time.Date(d.Year(), d.Month(), d.Day(), hour, 0, 0, 0, time.UTC)
	return t
}

// before is the day so many working days ago, or to come where it is negative.
func (t *telling) before(days int) time.Time {
	d, step := t.today, -1
	if days < 0 {
		days, step = -days, 1
	}
	for days > 0 {
		if d = d.AddDate(0, 0, step); d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
			days--
		}
	}
	return d
}

// moment is when the next thing happened: after everything that was told before it.
func (t *telling) moment() types.DateTime {
	if !t.clock.After(t.last) {
		t.clock = t.last.Add(10 * time.Minute)
	}
	t.last = t.clock
	at, err := types.ParseDateTime(t.clock)
	if err != nil && t.err == nil {
		t.err = err
	}
	return at
}

// day is that day as it is written.
func (t *telling) day(ago int) string { return t.before(ago).Format(time.DateOnly) }

func (t *telling) child(i int) string { return ID("child", t.family.Number*100+i) }
func (t *telling) adult(i int) string { return ID("adult", t.family.Number*100+i) }

// make is a new record of the case, written by a person.
func (t *telling) make(who Person, noun string, values map[string]any) *core.Record {
	if t.err != nil {
		return nil
	}
	c, err := t.tx.FindCachedCollectionByNameOrId(noun)
	if err != nil {
		t.err = err
		return nil
	}
	r := core.NewRecord(c)
	r.Load(values)
	r.Set("case", CaseID(t.family.Number))
	t.save(who, r)
	return r
}

// change is what a person changes of a record.
func (t *telling) change(who Person, noun, id string, values map[string]any) {
	if t.err != nil {
		return
	}
	r, err := t.tx.FindRecordById(noun, id)
	if err != nil {
		t.err = err
		return
	}
	r.Load(values)
	t.save(who, r)
}

// closes is the manager's act after it: the case is closed, and who was told.
func (t *telling) closes() {
	t.make(Manager, "case_acts", map[string]any{
		"act": "close", "occurred_at": t.moment(), "reason": "The pathway has ended, and every agency was asked.", "told": "The family by telephone, and each agency.",
	})
}

func (t *telling) save(who Person, r core.Model) {
	err := kernel.Within(t.tx, by(t.tx, who), func(tx core.App) error { return tx.Save(r) })
	if err != nil {
		t.err = fmt.Errorf("%s by %s: %w", r.TableName(), who.Account, err)
	}
}

// id of a record; empty once something went wrong.
func id(r *core.Record) string {
	if r == nil {
		return ""
	}
	return r.Id
}

// opens starts a pathway.
func (t *telling) opens(key, trigger string) {
	if t.err != nil {
		return
	}
	template, err := t.tx.FindFirstRecordByFilter("pathway_templates", "key = {:k} && status = 'published'", dbx.Params{"k": key})
	if err != nil {
		t.err = fmt.Errorf("the pathway template %s: %w", key, err)
		return
	}
	t.pathway = id(t.make(t.family.Lead, "pathways", map[string]any{"template": template.Id, "opened_at": t.moment(), "trigger": trigger}))
}

// happens is an event that the engine accepts.
func (t *telling) happens(who Person, kind string, data map[string]any) {
	if r := t.event(who, kind, data); t.err == nil && r.GetString("verdict") != "accepted" {
		t.err = fmt.Errorf("%s is %s: %s", kind, r.GetString("verdict"), r.GetString("reasons"))
	}
}

// isRefused is an event that the engine keeps on the record as attempted.
func (t *telling) isRefused(who Person, kind string, data map[string]any) {
	if r := t.event(who, kind, data); t.err == nil && r.GetString("verdict") != "attempted" {
		t.err = fmt.Errorf("%s is %s, and not refused", kind, r.GetString("verdict"))
	}
}

func (t *telling) event(who Person, kind string, data map[string]any) *core.Record {
	at := t.moment()
	return t.make(who, "pathway_events", map[string]any{"pathway": t.pathway, "kind": kind, "occurred_at": at, "recorded_at": at, "data": data})
}

// tries is a try at contact, to a number or an address that is known to be theirs.
func (t *telling) tries(method, outcome, note string) {
	t.make(t.family.Lead, "contact_attempts", map[string]any{
		"person": t.adult(0), "method": method, "outcome": outcome, "note": note, "occurred_at": t.moment(), "contact_confirmed": true,
	})
}

// writes is a note that every agency of the case sees.
func (t *telling) writes(who Person, source, speaker, body string) {
	t.make(who, "notes", map[string]any{
		"body": body, "source": source, "speaker": speaker, "verbatim": speaker != "", "shared": true, "occurred_at": t.moment(),
	})
}

// asks looks at what may stand in the family's way, in every area there is (G3), and
// tells the manager of it (T1).
func (t *telling) asks(note string) {
	t.happens(t.family.Lead, "barrier.checked", map[string]any{"note": note, "areas": []string{
		"language", "literacy", "disability", "health", "work_pattern", "fear_or_abuse", "wrong_address",
	}})
	t.happens(t.family.Lead, "manager.told", nil)
}

// sees is every child of the household, seen alone.
func (t *telling) sees(who Person) {
	var children []string
	for i := range t.family.Children {
		children = append(children, t.child(i))
	}
	t.happens(who, "child.seen", map[string]any{"children": children, "alone": true, "seen_by": who.Name})
}

// assesses says what this means for each child, and has it signed off the same day.
func (t *telling) assesses(impact ...string) {
	var list []map[string]any
	for i, words := range impact {
		list = append(list, map[string]any{"child": t.child(i), "impact": words, "last_seen_on": t.day(t.days + 3), "seen_by": School.Name, "alone": true})
	}
	t.happens(t.family.Lead, "risk_assessment.submitted", map[string]any{"impact": list})
	t.happens(Manager, "risk_assessment.signed_off", map[string]any{"comment": "Read with the lead. I agree with how it weighs what helps and what worries us."})
}

// agrees is an answer to a service, a yes or a no, by the first adult.
func (t *telling) agrees(service, answer, scope, reason string) string {
	return id(t.make(t.family.Lead, "service_agreements", map[string]any{
		"pathway": t.pathway, "person": t.adult(0), "service": service, "scope": scope, "answer": answer, "how": "verbal",
		"witnessed_by": School.Name, "reason": reason, "answered_at": t.moment(),
	}))
}
