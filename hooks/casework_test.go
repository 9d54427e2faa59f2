package hooks_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// furnish gives two families of different workers a record of each noun that stands
// beside the pathway, so that what holds of every record is held of those too.
func furnish(t *testing.T, app core.App) {
	t.Helper()
	for n, who := range map[int]demo.Person{1: demo.Practitioner, 4: demo.Colleague} {
		child, adult := demo.ID("child", n*100), demo.ID("adult", n*100)
		agreed := map[string]any{"person": adult, "children": []string{child}, "scope": "Mornings.", "answer": "given", "how": "verbal", "answered_at": "2025-06-02 10:00:00.000Z"}
		with := func(name, value string) map[string]any {
			out := maps.Clone(agreed)
			out[name] = value
			return out
		}
		user := must(app.FindRecordById("users", who.ID))
		err := kernel.Within(app, kernel.Actor{User: user, Door: "test"}, func(tx core.App) error {
			made := map[string]string{}
			for _, r := range []struct {
				noun   string
				values map[string]any
			}{
				{"meetings", map[string]any{"agenda": "review", "status": "scheduled", "scheduled_for": "2025-06-05 10:00:00.000Z"}},
				{"meeting_invitations", map[string]any{"meeting": "meetings", "name": "The surgery", "attendance": "apologies"}},
				{"actions", map[string]any{"meeting": "meetings", "what": "Ring", "owner": "Priya", "due_on": "2025-06-10", "children": []string{child}}},
				{"referrals", map[string]any{"target": "children_social_care", "to": "The front door", "reasons": "Hungry.", "family_told": true}},
				{"referral_steps", map[string]any{"referral": "referrals", "step": "sent", "occurred_at": "2025-06-05 10:00:00.000Z"}},
				{"disputes", map[string]any{"about": "The threshold", "subject": "threshold", "opened_at": "2025-06-06 10:00:00.000Z"}},
				{"dispute_steps", map[string]any{"dispute": "disputes", "step": "position", "text": "We think so.", "occurred_at": "2025-06-07 10:00:00.000Z"}},
				{"service_agreements", with("service", "early_help")},
				{"sharing_consents", with("with_whom", "The surgery")},
				{"treatment_consents", with("treatment", "Weighing")},
				{"sharing_decisions", map[string]any{"what": "Attendance", "with_whom": "The surgery", "decision": "not_shared", "basis": "none", "reason": "Not needed.",
					"family_told": "yes", "decided_by": "Priya", "decided_at": "2025-06-05 10:00:00.000Z"}},
				{"transparency_notices", map[string]any{"person": adult, "version": "1", "how": "post", "given_at": "2025-06-05 10:00:00.000Z"}},
				{"child_flags", map[string]any{"child": child, "kind": "cp_plan", "category": "NEG", "from": "2025-06-01"}},
				{"chronology_entries", map[string]any{"from": "2025-06-01", "words": "Came without breakfast.", "source": "said_by_child", "impact": "negative", "tags": []string{"hungry"}}},
			} {
				row := core.NewRecord(must(tx.FindCachedCollectionByNameOrId(r.noun)))
				row.Set("case", demo.CaseID(n))
				for name, v := range r.values {
					if s, ok := v.(string); ok && made[s] != "" {
						v = made[s]
					}
					row.Set(name, v)
				}
				if err := tx.Save(row); err != nil {
					return fmt.Errorf("%s: %w", r.noun, err)
				}
				made[r.noun] = row.Id
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnEntrysTagsCanBeFoundAgain(t *testing.T) {
	app := demotest.App(t)
	for tags, ok := range map[string]bool{`["hungry"]`: true, `[]`: true, `null`: true, `["Hungry"]`: false, `["a b"]`: false, `"hungry"`: false, `[1]`: false, `["=x"]`: false,
		`["aa","ab","ac","ad","ae","af","ag","ah","ai","aj","ak","al","am"]`: false} {
		row := core.NewRecord(must(app.FindCachedCollectionByNameOrId("chronology_entries")))
		row.Load(map[string]any{"case": demo.CaseID(1), "from": "2025-06-01", "words": "x", "source": "document", "impact": "neutral"})
		row.Set("tags", tags)
		if err := app.Save(row); (err == nil) != ok {
			t.Errorf("tags %s: %v", tags, err)
		}
	}
}

// A list is guarded like any other field: whoever could set it where it is the
// server's, or fixed, could make themselves a data protection officer.
func TestAListIsGuardedLikeAnyField(t *testing.T) {
	app := demotest.App(t)
	s := demotest.Serve(t, app)
	token := s.Token(demo.Practitioner)
	furnish(t, app)
	foreign := []string{demo.ID("child", 200)}
	for path, c := range map[string]struct {
		body map[string]any
		says string
	}{
		"users/" + demo.Practitioner.ID:                             {map[string]any{"roles": []string{"practitioner", "dpo"}}, "server_owned"},
		"users/" + demo.Practitioner.ID + "?":                       {map[string]any{"roles+": "dpo"}, "server_owned"},
		"service_agreements/" + first(t, app, "service_agreements"): {map[string]any{"children": []string{demo.ID("child", 101)}}, "fixed"},
		"actions/" + first(t, app, "actions"):                       {map[string]any{"children": foreign}, "other_case"},
	} {
		if a := s.Do("PATCH", "/api/collections/"+strings.Replace(path, "/", "/records/", 1), token, c.body); a.Status != 400 || !strings.Contains(string(a.Body), c.says) {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	if a := s.Do("PATCH", "/api/collections/actions/records/"+first(t, app, "actions"), token, map[string]any{"children": []string{demo.ID("child", 101)}}); a.Status != 200 {
		t.Fatal(a.Status, string(a.Body))
	}
	var fields string
	if err := app.ConcurrentDB().NewQuery(`SELECT fields FROM audit_log WHERE collection = 'actions' AND verb = 'update' ORDER BY rowid DESC LIMIT 1`).Row(&fields); err != nil || fields != `["children"]` {
		t.Errorf("the audit names %s, %v", fields, err)
	}
}

// first is a record of FM-0001.
func first(t *testing.T, app core.App, noun string) string {
	t.Helper()
	r, err := app.FindFirstRecordByData(noun, "case", demo.CaseID(1))
	if err != nil {
		t.Fatal(err)
	}
	return r.Id
}
