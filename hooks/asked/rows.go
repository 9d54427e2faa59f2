package asked

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/tell"
)

// asKey is what tells one question from another.
type asKey struct{ kind, record, part string }

// settle brings the stored requests of some kinds to what is asked now: who is not yet
// asked is, who was and need no more is told why not, and what was answered and is asked
// again is on the list again. What did not change is not written.
func (i *inquiry) settle(of func(*asking) bool) error {
	stored, err := i.stored(of)
	if err != nil {
		return err
	}
	asks := map[asKey]question{}
	for n := range askings {
		a := &askings[n]
		if !of(a) {
			continue
		}
		questions, err := a.of(i)
		if err != nil {
			return fmt.Errorf("what is asked, %s: %w", a.kind, err)
		}
		for _, q := range questions {
			key := asKey{a.kind, q.record, q.part}
			asks[key] = q
			if q.answer != nil || q.moot != "" {
				continue
			}
			for _, who := range q.people {
				if err := i.ask(a, q, who, stored[key][who.User]); err != nil {
					return err
				}
				delete(stored[key], who.User)
			}
		}
	}
	for key, rows := range stored {
		for _, r := range rows {
			if err := i.over(r, asks[key]); err != nil {
				return err
			}
		}
	}
	return nil
}

// stored are the requests of those kinds, by question and person: of a pathway's kinds
// those about its own events.
func (i *inquiry) stored(of func(*asking) bool) (map[asKey]map[string]*core.Record, error) {
	rows, err := i.Tx.FindAllRecords("requests", dbx.HashExp{"asked_in": i.CaseID})
	if err != nil {
		return nil, err
	}
	out := map[asKey]map[string]*core.Record{}
	for _, r := range rows {
		a := askingOf[r.GetString("kind")]
		if a == nil || !of(a) || a.from == nil && i.past.Stored[r.GetString("record")] == nil {
			continue
		}
		key := asKey{a.kind, r.GetString("record"), r.GetString("part")}
		if out[key] == nil {
			out[key] = map[string]*core.Record{}
		}
		out[key][r.GetString("user")] = r
	}
	return out, nil
}

// ask puts a question on a person's list, and again where it came off it.
func (i *inquiry) ask(a *asking, q question, who tell.Asked, r *core.Record) error {
	if r == nil {
		c, err := i.Tx.FindCachedCollectionByNameOrId("requests")
		if err != nil {
			return err
		}
		r = core.NewRecord(c)
		r.Load(map[string]any{
			"user": who.User, "kind": a.kind, "collection": q.collection, "record": q.record, "part": q.part,
			"by_agency": q.agency, "asked_in": i.CaseID,
		})
	}
	if r.GetString("standing") != "waiting" {
		if a.reading && r.GetString("standing") == "answered" {
			return nil // it was read
		}
		r.Load(map[string]any{"standing": "waiting", "asked_at": kernel.Now(), "ended_at": "", "answered_by": "", "answer": "", "moot_because": "", "acknowledged_at": ""})
	}
	if !who.Off {
		r.Set("case", i.CaseID)
		r.Set("pathway", q.pathway)
	}
	r.Set("due_on", q.dueOn)
	if err := kernel.SaveChanged(i.Tx, r); err != nil {
		return fmt.Errorf("asking %s: %w", who.User, err)
	}
	return nil
}

// over takes what waits of a person off their list: it was answered, or is moot.
func (i *inquiry) over(r *core.Record, q question) error {
	if r.GetString("standing") != "waiting" {
		return nil
	}
	switch {
	case q.answer != nil:
		r.Load(map[string]any{"standing": "answered", "answered_by": q.answer.by, "answer": q.answer.record})
	case q.moot != "":
		r.Load(map[string]any{"standing": "moot", "moot_because": q.moot})
	case q.record != "":
		r.Load(map[string]any{"standing": "moot", "moot_because": "Somebody else is asked now."})
	default:
		r.Load(map[string]any{"standing": "moot", "moot_because": askingOf[r.GetString("kind")].gone})
	}
	r.Set("ended_at", kernel.Now())
	if q.answer != nil && !q.answer.at.IsZero() && q.answer.at.Before(kernel.Now().Time()) {
		r.Set("ended_at", q.answer.at)
	}
	if err := kernel.SaveChanged(i.Tx, r); err != nil {
		return fmt.Errorf("what was asked of %s: %w", r.GetString("user"), err)
	}
	return nil
}

// readRequest is the answer to what wants nothing but reading.
func readRequest(e *core.RecordEvent) error {
	r := e.Record
	if a := askingOf[r.GetString("kind")]; !kernel.IsServer(r) && a != nil && a.reading && r.GetString("standing") == "waiting" && !r.GetDateTime("acknowledged_at").IsZero() {
		r.Load(map[string]any{"standing": "answered", "ended_at": kernel.Now(), "answered_by": r.GetString("user")})
	}
	return e.Next()
}
