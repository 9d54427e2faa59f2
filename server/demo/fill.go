package demo

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"holdfast/hooks/kernel"
)

// ErrOther is the refusal to fill a store that holds somebody's data.
var ErrOther = errors.New("this store already holds other data: --demo only fills an empty one (choose another folder with --dir)")

// Filled reports whether the store is Fellmoor already. A store with accounts of
// other people is an error, and stays untouched.
func Filled(app core.App) (bool, error) {
	if _, err := app.FindRecordById("users", Practitioner.ID); err == nil {
		return true, nil
	}
	for _, noun := range []string{"users", "agencies", "cases"} {
		n, err := app.CountRecords(noun)
		if err != nil {
			return false, err
		}
		if n > 0 {
			return false, ErrOther
		}
	}
	return false, nil
}

// mark says in a store that it is the demo's.
const mark = "demo"

// Marked reports whether a store is the demo's: everybody's password in it is known. It
// goes by the mark that filling leaves, and by the cast in a store from before there was
// one. A store that nobody served yet is nobody's.
func Marked(app core.App) bool {
	var n int
	err := app.ConcurrentDB().NewQuery(`SELECT (SELECT count(*) FROM sync_meta WHERE name = {:m}) + (SELECT count(*) FROM users WHERE id = {:p})`).
		Bind(dbx.Params{"m": mark, "p": Practitioner.ID}).Row(&n)
	return err == nil && n > 0
}

// Fill makes Fellmoor as it stands on a day, in one transaction: all of it or
// nothing.
func Fill(app core.App, today time.Time) error {
	return app.RunInTransaction(func(tx core.App) error {
		tx.Settings().Meta.AppName = "Fellmoor Safeguarding Partnership"
		if err := tx.Save(tx.Settings()); err != nil {
			return err
		}
		if _, err := tx.NonconcurrentDB().NewQuery(`INSERT OR IGNORE INTO sync_meta (name, value) VALUES ({:m}, {:d})`).
			Bind(dbx.Params{"m": mark, "d": today.UTC().Format(time.RFC3339)}).Execute(); err != nil {
			return fmt.Errorf("marking the store as a demo's: %w", err)
		}
		if _, err := save(tx, "account_policies", map[string]any{"device_keys": "asked", "reason": "Everybody's password is known here: a demo asks for no more."}); err != nil {
			return err
		}
		if err := savePeople(tx); err != nil {
			return err
		}
		if _, err := save(tx, "case_policies", map[string]any{"reference_prefix": "FM", "reason": "Fellmoor's cases have been called so since before."}); err != nil {
			return err
		}
		for _, f := range families {
			if err := saveFamily(tx, f, today, ""); err != nil {
				return fmt.Errorf("family %s: %w", f.Name, err)
			}
		}
		if err := saveResources(tx); err != nil {
			return err
		}
		return saveScheme(tx, today)
	})
}

// save writes one record the way the server itself does; its owner fields stand.
func save(app core.App, noun string, values map[string]any) (*core.Record, error) {
	c, err := app.FindCachedCollectionByNameOrId(noun)
	if err != nil {
		return nil, err
	}
	r := core.NewRecord(c)
	for k, v := range values {
		r.Set(k, v)
	}
	if err := app.Save(kernel.AsServer(r)); err != nil {
		return nil, fmt.Errorf("saving %s %v: %w", noun, values["id"], err)
	}
	return r, nil
}

func saveFamily(tx core.App, f family, today time.Time, seen string) error {
	id := CaseID(f.Number)
	ago := func(days, hour int) time.Time {
		d := today.AddDate(0, 0, -days)
		return time.Date(d.Year(), d.Month(), d.Day(), hour, 0, 0, 0, time.UTC)
	}
	return kernel.Within(tx, by(tx, f.Lead), func(tx core.App) error {
		values := map[string]any{
			"id": id, "reference": fmt.Sprintf("FM-%04d", f.Number), "family_name": f.Name, "lead_agency": f.Lead.Agency,
			"status": f.Status, "restricted": f.Restricted, "summary": f.Summary, "opened_on": ago(60, 9).Format(time.DateOnly),
		}
		if f.Status == "closed" {
			values["closed_on"] = ago(3, 9).Format(time.DateOnly)
		}
		if _, err := save(tx, "cases", values); err != nil {
			return err
		}
		for i, m := range f.Members {
			if _, err := save(tx, "case_members", map[string]any{
				"id": ID("member", f.Number*100+i), "case": id, "user": m.ID, "role": "member", "from": ago(50, 9),
			}); err != nil {
				return err
			}
		}
		if err := saveHousehold(tx, f, id, ago(30, 9).Format(time.DateOnly), seen); err != nil {
			return err
		}
		for i, a := range f.Attempts {
			if _, err := save(tx, "contact_attempts", map[string]any{
				"id": ID("attempt", f.Number*100+i), "case": id, "method": a.Method, "outcome": a.Outcome,
				"occurred_at": ago(a.DaysAgo, a.Hour), "note": a.Note, "contact_confirmed": a.Outcome != "wrong_contact",
			}); err != nil {
				return err
			}
		}
		for i, p := range f.Pathways {
			template, err := tx.FindFirstRecordByFilter("pathway_templates", "key = {:k} && status = 'published'", dbx.Params{"k": p.Key})
			if err != nil {
				return fmt.Errorf("the pathway template %s: %w", p.Key, err)
			}
			if _, err := save(tx, "pathways", map[string]any{
				"id": ID("pathway", f.Number*100+i), "case": id, "template": template.Id, "opened_at": ago(p.DaysAgo, 12), "trigger": p.Trigger,
			}); err != nil {
				return err
			}
		}
		for i, e := range f.Evidence {
			if err := saveEvidence(tx, id, ID("evidence", f.Number*100+i), e, ago(7, 14)); err != nil {
				return err
			}
		}
		return saveNotes(tx, f, id, ago)
	})
}

func saveHousehold(tx core.App, f family, id, confirmed, seen string) error {
	for i, c := range f.Children {
		if _, err := save(tx, "people", map[string]any{
			"id": ID("child", f.Number*100+i), "case": id, "kind": "child", "name": c.Name, "called_by": answersTo(c.Name), "date_of_birth": c.Born, "last_seen_on": seen,
		}); err != nil {
			return err
		}
	}
	for i, a := range f.Adults {
		if _, err := save(tx, "people", map[string]any{
			"id": ID("adult", f.Number*100+i), "case": id, "kind": "adult", "name": a.Name, "language": a.Language,
			"contact_points": []map[string]any{
				{"kind": "address", "lines": []string{a.Line1, a.Town}, "postcode": a.Postcode, "safe_post": true, "current": true, "confirmed_on": confirmed},
				{"kind": "phone", "value": a.Phone, "safe_sms": true, "safe_voicemail": false, "confirmed_on": confirmed},
			},
		}); err != nil {
			return err
		}
	}
	return nil
}

func saveNotes(tx core.App, f family, id string, ago func(days, hour int) time.Time) error {
	for i, n := range f.Notes {
		err := kernel.Within(tx, by(tx, n.By), func(tx core.App) error {
			_, err := save(tx, "notes", map[string]any{
				"id": ID("note", f.Number*100+i), "case": id, "body": n.Body, "source": n.Source, "speaker": n.Speaker,
				"verbatim": n.Verbatim, "shared": n.Shared, "occurred_at": ago(n.DaysAgo, 12), "children": speaking(f, n),
			})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// speaking is the child whose words a note holds.
func speaking(f family, n note) (ids []string) {
	for i, c := range f.Children {
		if n.Source == "said_by_child" && n.Speaker != "" && strings.HasPrefix(c.Name, n.Speaker+" ") {
			ids = append(ids, ID("child", f.Number*100+i))
		}
	}
	return ids
}

func saveEvidence(tx core.App, caseID, id string, e evidence, at time.Time) error {
	sum := sha256.Sum256([]byte(e.Content))
	file, err := filesystem.NewFileFromBytes([]byte(e.Content), "original.txt")
	if err != nil {
		return err
	}
	_, err = save(tx, "evidence", map[string]any{
		"id": id, "case": caseID, "title": e.Title, "kind": e.Kind, "sha256": hex.EncodeToString(sum[:]), "size": len(e.Content),
		"mime": "text/plain", "captured_at": at, "status": "sealed", "sealed_at": at, "file": file,
	})
	return err
}

func by(tx core.App, p Person) kernel.Actor {
	user, err := tx.FindRecordById("users", p.ID)
	if err != nil {
		panic(err) // the cast is saved before the families, in the same transaction
	}
	return kernel.Actor{User: user, Door: "demo"}
}

func saveResources(tx core.App) error {
	for i, r := range resources {
		r["id"], r["published"], r["version"] = ID("resource", i+1), true, 1
		if _, err := save(tx, "resources", r); err != nil {
			return err
		}
	}
	return nil
}

var resources = []map[string]any{
	{"key": "who-to-ring", "title": "Who to ring", "kind": "contact_card", "body": "If a child is in danger now, ring 999.\nFellmoor front door: 01632 960 001.\nOut of hours: 01632 960 002."},
	{"key": "seven-minutes", "title": "Seven minutes on neglect", "kind": "briefing", "body": "Small things, far apart, add up. Write down what you saw, who said it and when. Ask what the child's day is like. Ask what stands in the way before you call anybody unwilling."},
}

// answersTo is what a child of the demonstration is called by: nobody here has two names.
func answersTo(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return first
}
