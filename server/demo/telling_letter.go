package demo

import (
	"fmt"
	"maps"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
)

// drafts writes a letter to the first adult.
func (t *telling) drafts(key string, more map[string]any) string {
	if t.err != nil {
		return ""
	}
	template, err := t.tx.FindFirstRecordByFilter("letter_templates", "key = {:k} && language = 'en' && variant = 'standard' && status = 'published'", dbx.Params{"k": key})
	if err != nil {
		t.err = fmt.Errorf("the letter template %s: %w", key, err)
		return ""
	}
	letters, err := t.tx.FindCachedCollectionByNameOrId("letters")
	if err != nil {
		t.err = err
		return ""
	}
	at := t.moment()
	r := core.NewRecord(letters)
	r.Load(map[string]any{"case": CaseID(t.family.Number), "recipient": t.adult(0), "template": template.Id, "date": at.Time().Format("2006-01-02"), "merge": t.facts()})
	r.Load(more)
	r.Set("pathway", t.pathway)
	t.save(t.family.Lead, kernel.Recorded(r, at))
	return r.Id
}

// facts are what a worker fills into a letter; one that does not ask for a fact does
// not show it.
func (t *telling) facts() map[string]any {
	return map[string]any{
		"next.date": t.day(-5), "next.time": "16:15", "next.place": "your home", "next.kind": "a talk about what would help",
		"support_offered": []string{"help with mornings before school", "a lift to appointments", "a place at toast club"},
	}
}

// approves is a person's yes to a letter as it stands.
func (t *telling) approves(who Person, letter string) {
	if t.err != nil {
		return
	}
	r, err := t.tx.FindRecordById("letters", letter)
	if err != nil {
		t.err = err
		return
	}
	r.Set("status", "approved")
	t.save(who, kernel.Recorded(r, t.moment()))
}

// goes is what became of a letter.
func (t *telling) goes(letter, how string, more ...map[string]any) {
	values := map[string]any{"letter": letter, "kind": how, "occurred_at": t.moment()}
	for _, m := range more {
		maps.Copy(values, m)
	}
	t.make(t.family.Lead, "letter_events", values)
}

// writesFirst is the first letter: written, approved by the manager, posted.
func (t *telling) writesFirst() string {
	l := t.drafts("L1_missed", nil)
	t.approves(Manager, l)
	t.goes(l, "posted", map[string]any{"postage": "first"})
	return l
}
