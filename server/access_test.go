package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/tell"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/ops"
)

var update = flag.Bool("update", false, "write the golden files anew")

// house is a running Fellmoor with every room open.
func house(t testing.TB) *demotest.Server {
	t.Helper()
	app := demotest.App(t)
	ops.Bind(app)
	return demotest.Serve(t, app, rooms(&ops.Options{Together: true})...)
}

// The access table: what each account gets from each collection by the stock REST
// doors, for a record of FM-0001 where the collection is case content. It is
// reviewed as a diff: go test ./server -run AccessTable -update.
func TestAccessTable(t *testing.T) {
	lines := map[string][]string{}
	for _, p := range append([]demo.Person{{Account: "guest"}}, demo.Cast...) {
		s := house(t) // each account meets Fellmoor as it was filled
		extra(t, s.App)
		token := ""
		if p.ID != "" {
			token = s.Token(p)
		}
		for _, n := range collections.All() { // first all that is read, then all that writes
			list := s.Do("GET", at(n)+"?perPage=500", token, nil)
			var page struct{ TotalItems int }
			if list.Status == 200 {
				list.JSON(t, &page)
			}
			if n.Name == "audit_log" {
				page.TotalItems = min(page.TotalItems, 1) // it grows with every line of this table
			}
			id := sample(t, s.App, n)
			view := s.Do("GET", at(n)+"/"+id, token, nil)
			missing := s.Do("GET", at(n)+"/nosuchrecord000", token, nil)
			if view.Status != 200 && string(view.Body) != string(missing.Body) {
				t.Errorf("%s: a foreign %s is told apart from a missing one:\n%s\n%s", p.Account, n.Name, view.Body, missing.Body)
			}
			lines[n.Name] = append(lines[n.Name], fmt.Sprintf("  %-13s list %s  view %d  missing %d", p.Account, count(list.Status, page.TotalItems), view.Status, missing.Status))
		}
		for _, n := range collections.All() {
			id := sample(t, s.App, n)
			create := s.Do("POST", at(n), token, draft(t, s.App, n, p))
			change, ok := touch[n.Name]
			if !ok {
				change = derivedTouch(n)
			}
			patch := s.Do("PATCH", at(n)+"/"+id, token, change)
			del := s.Do("DELETE", at(n)+"/"+id, token, nil)
			last := &lines[n.Name][len(lines[n.Name])-1]
			*last += fmt.Sprintf("  create %d  update %d  delete %d", create.Status, patch.Status, del.Status)
		}
	}
	var out strings.Builder
	out.WriteString("list: how many records; view, create, update, delete: HTTP status; missing: the status of view for an id that does not exist\n")
	for _, n := range collections.All() {
		fmt.Fprintf(&out, "\n%s\n%s\n", n.Name, strings.Join(lines[n.Name], "\n"))
	}
	golden(t, "testdata/access.golden", out.String())
}

func count(status, n int) string {
	if status != 200 {
		return fmt.Sprintf("(%d)", status)
	}
	return fmt.Sprintf("%4d", n)
}

// extra gives Fellmoor a record of the nouns that the demo leaves empty.
func extra(t *testing.T, app core.App) {
	t.Helper()
	tell.OfferPush(app, "the area's key", "push.fellmoor.example")
	user := must(app.FindRecordById("users", demo.Practitioner.ID))
	manager := must(app.FindRecordById("users", demo.Manager.ID))
	err := kernel.Within(app, kernel.Actor{User: manager, Door: "test"}, func(tx core.App) error {
		_, err := made(tx, "evidence_exceptions", map[string]any{"case": demo.CaseID(1), "child": demo.ID("child", 100), "reason": "For the examination of this child", "valid_until": time.Now().AddDate(0, 0, 7)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = kernel.Within(app, kernel.Actor{User: user, Door: "test"}, func(tx core.App) error {
		for noun, values := range map[string]map[string]any{
			"sync_conflicts":         {"case": demo.CaseID(1), "user": user.Id, "collection": "cases", "record": demo.CaseID(1), "status": "open"},
			"sync_refusals":          {"user": user.Id, "mutation": "m", "collection": "cases", "record": demo.CaseID(1), "code": "invalid", "status": "open"},
			"devices":                {"user": user.Id, "name": "phone", "status": "active"},
			"crests":                 {"agency": demo.Practitioner.Agency, "sha256": strings.Repeat("0", 64), "picture": "/9j/"},
			"glass_openings":         {"operator": "operator0000001", "name": "operator@fellmoor.example", "reason": "r", "told": demo.DPO.ID, "told_name": demo.DPO.Name, "ends_at": "2026-11-20 10:00:00.000Z"},
			"risk_alarms":            {"case": demo.CaseID(1), "risk": "arisk0000000001", "raised_at": "2026-11-20 09:00:00.000Z"},
			"push_subscriptions":     {"user": user.Id, "endpoint": "https://push.fellmoor.example/1", "p256dh": strings.Repeat("a", 87), "auth": strings.Repeat("a", 22)},
			"champions":              {"user": user.Id, "agency": demo.Practitioner.Agency, "name": "Priya Kendal"},
			"champion_registrations": {"job_title": "x", "work_email": "p@fellmoor.example", "reason": "r", "manager_name": "m", "manager_email": "m@fellmoor.example"},
			"letters": {"case": demo.CaseID(1), "recipient": demo.ID("adult", 100), "status": "draft",
				"template": must(tx.FindFirstRecordByFilter("letter_templates", "key = 'L1_missed' && language = 'en' && variant = 'standard'")).Id},
			"relationships": {"case": demo.CaseID(1), "person": demo.ID("adult", 100), "other": demo.ID("child", 100), "kind": "mother", "parental_responsibility": "yes"},
		} {
			if _, err := made(tx, noun, values); err != nil {
				return err
			}
		}
		if err := extraCasework(tx); err != nil {
			return err
		}
		c := must(tx.FindRecordById("cases", demo.CaseID(1)))
		c.Set("summary", "In other words.")
		if err := tx.Save(c); err != nil { // which leaves a version
			return err
		}
		piece := demo.ID("evidence", 100)
		if _, err := made(tx, "evidence_copies", map[string]any{"case": demo.CaseID(1), "evidence": piece, "kind": "preview", "sha256": strings.Repeat("a", 64), "made_by": "test"}); err != nil {
			return err
		}
		if _, err := made(tx, "evidence_disposals", map[string]any{"case": demo.CaseID(1), "evidence": piece, "reason": "The time of retention has ended.", "basis": "b", "status": "proposed"}); err != nil {
			return err
		}
		if _, err := made(tx, "evidence_holds", map[string]any{"case": demo.CaseID(1), "evidence": piece, "reason": "r", "authority": "a"}); err != nil {
			return err
		}
		p, err := made(tx, "pathways", map[string]any{"case": demo.CaseID(1), "opened_at": "2026-11-20 09:00:00.000Z",
			"template": must(tx.FindFirstRecordByData("pathway_templates", "key", "early-help-engagement")).Id})
		if err != nil {
			return err
		}
		if _, err = made(tx, "notices", map[string]any{"user": user.Id, "case": demo.CaseID(1), "pathway": p.Id, "timer": "immediate_risk.raised/sample", "stage": "at_once", "due_on": "2026-11-19"}); err != nil {
			return err
		}
		if _, err = made(tx, "requests", map[string]any{"user": user.Id, "case": demo.CaseID(1), "asked_in": demo.CaseID(1), "kind": "closing_back", "collection": "pathway_events", "record": "sample", "standing": "waiting"}); err != nil {
			return err
		}
		_, err = made(tx, "pathway_events", map[string]any{"case": demo.CaseID(1), "pathway": p.Id, "kind": "child.seen",
			"occurred_at": "2026-11-20 10:00:00.000Z", "data": map[string]any{"children": []string{demo.ID("child", 100)}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	deriveEmpty(t, app)
}

func made(tx core.App, noun string, values map[string]any) (*core.Record, error) {
	r := core.NewRecord(must(tx.FindCachedCollectionByNameOrId(noun)))
	r.Load(values)
	if err := tx.Save(kernel.AsServer(r)); err != nil {
		return nil, fmt.Errorf("%s: %w", noun, err)
	}
	return r, nil
}

func at(n *collections.Noun) string { return "/api/collections/" + n.Name + "/records" }

// sample is a record of the collection, of FM-0001 where it is case content.
func sample(t *testing.T, app core.App, n *collections.Noun) string {
	t.Helper()
	filter := dbx.HashExp{}
	if n.CaseField != "" {
		filter[n.CaseField] = demo.CaseID(1)
	}
	switch n.Name {
	case "notes":
		filter["shared"] = true
	case "letter_templates", "letter_rules", "pathway_templates", "evidence_policies":
		filter["status"] = "published"
	}
	var id string
	if err := app.ConcurrentDB().Select("id").From(n.Name).Where(filter).OrderBy("rowid").Limit(1).Row(&id); err != nil {
		t.Fatalf("no sample of %s: %v", n.Name, err)
	}
	return id
}

// draft is what this person would create another with.
func draft(t *testing.T, app core.App, n *collections.Noun, p demo.Person) map[string]any {
	t.Helper()
	c := demo.CaseID(1)
	template := func(noun, key string) string {
		return must(app.FindFirstRecordByFilter(noun, "status = 'published' && key = '"+key+"'")).Id
	}
	switch n.Name {
	case "cases":
		return map[string]any{"family_name": "New", "lead_agency": p.Agency, "status": "open"}
	case "case_members":
		return map[string]any{"case": c, "work_email": demo.Outsider.Email(), "role": "member", "from": "2050-01-01 00:00:00.000Z"}
	case "relationships":
		return map[string]any{"case": c, "person": demo.ID("adult", 100), "other": demo.ID("child", 101), "parental_responsibility": "unknown"}
	case "letter_events":
		return map[string]any{"case": c, "letter": sample(t, app, collections.ByName("letters")), "kind": "rejected", "note": "Shorter.", "occurred_at": "2026-11-20 10:00:00.000Z"}
	case "people":
		return map[string]any{"case": c, "kind": "adult", "name": "Somebody"}
	case "notes":
		return map[string]any{"case": c, "body": "Seen.", "source": "seen_by_worker", "shared": true}
	case "contact_attempts":
		return map[string]any{"case": c, "method": "phone", "outcome": "no_answer", "occurred_at": "2026-11-20 10:00:00.000Z"}
	case "evidence":
		return map[string]any{"case": c, "title": "t", "kind": "document", "sha256": strings.Repeat("a", 64), "size": 1}
	case "evidence_events":
		return map[string]any{"case": c, "evidence": demo.ID("evidence", 100), "kind": "viewed", "at": "2026-11-20 10:00:00.000Z"}
	case "evidence_copies":
		return map[string]any{"case": c, "evidence": demo.ID("evidence", 100), "kind": "preview", "sha256": strings.Repeat("b", 64), "made_by": "me"}
	case "evidence_holds":
		return map[string]any{"case": c, "evidence": demo.ID("evidence", 100), "reason": "r", "authority": "a"}
	case "evidence_disposals": // held by now: what whoever may propose is told is the reason
		return map[string]any{"case": c, "evidence": demo.ID("evidence", 100), "reason": "r", "basis": "b"}
	case "evidence_exceptions":
		return map[string]any{"case": c, "child": demo.ID("child", 100), "reason": "For the examination of this child", "valid_until": time.Now().AddDate(0, 0, 7)}
	case "letters":
		return map[string]any{"case": c, "recipient": demo.ID("adult", 100), "template": template("letter_templates", "L1_missed")}
	case "pathways":
		return map[string]any{"case": c, "template": template("pathway_templates", "early-help-engagement"), "opened_at": "2026-11-20 10:00:00.000Z"}
	case "pathway_events":
		return map[string]any{"case": c, "pathway": sample(t, app, collections.ByName("pathways")), "kind": "barrier.identified", "occurred_at": "2026-11-20 10:00:00.000Z"}
	case "champion_registrations":
		return map[string]any{"job_title": "x", "work_email": "p@fellmoor.example", "reason": "r", "manager_name": "m", "manager_email": "m@fellmoor.example"}
	case "network_events":
		return map[string]any{"title": "t", "kind": "meeting", "starts_at": "2026-12-20 10:00:00.000Z", "status": "planned"}
	case "network_attendance":
		return map[string]any{"event": demo.ID("event", 4), "user": p.ID, "answer": "coming"}
	case "push_subscriptions":
		return map[string]any{"endpoint": "https://push.fellmoor.example/" + p.Account, "p256dh": strings.Repeat("b", 87), "auth": strings.Repeat("b", 22)}
	case "cascade_log":
		return map[string]any{"on": "2020-01-01", "audience": "Team", "people": 3, "topic": "t"}
	case "surgery_sessions":
		return map[string]any{"on": "2020-01-01", "minutes": 30}
	case "good_practice":
		return map[string]any{"title": "t", "body": "b"}
	case "coverage_targets":
		return map[string]any{"agency": demo.Agencies[0].ID, "from": "2050-01-01", "target": 3}
	case "champion_policies":
		return map[string]any{"from": "2050-01-01", "valid_months": 12, "remind_days": []int{30, 14, 3}, "link_days": 14, "staff_per_champion": 25, "lead_from": 3}
	}
	if d := caseworkDraft(app, n.Name, func(n *collections.Noun) string { return sample(t, app, n) }); d != nil {
		return d
	}
	return derived(app, n, p)
}

// touch is a change that a person might make.
var touch = map[string]map[string]any{
	"agencies": {"locality": "Elsewhere"}, "crests": {"picture": "Touched"}, "agency_history": {"locality": "Touched"}, "users": {"job_title": "Something else"}, "cases": {"summary": "Touched"},
	"case_members": {"until": "2050-01-01 00:00:00.000Z"}, "people": {"needs": "Touched"}, "notes": {"body": "Touched"},
	"contact_attempts": {"note": "Touched"}, "pathway_templates": {"change_note": "Touched"}, "calendars": {"title": "Touched"},
	"pathways": {"trigger": "Touched"}, "pathway_steps": {"comment": "Touched"}, "pathway_events": {"kind": "letter.issued"},
	"letter_templates": {"title": "Touched"}, "letters": {"date": "2026-11-21"}, "letter_events": {"note": "Touched"},
	"letter_rules": {"change_note": "Touched"}, "relationships": {"note": "Touched"}, "evidence": {"title": "Touched"},
	"evidence_policies": {"title": "Touched"}, "evidence_exceptions": {"revoked": true}, "evidence_copies": {"made_by": "Touched"},
	"evidence_events": {"name": "Touched"}, "evidence_holds": {"lifted": true, "lift_reason": "Touched by somebody who may"}, "evidence_disposals": {"status": "refused"},
	"champion_registrations": {"job_title": "Touched"}, "champions": {"job_title": "Touched"}, "resources": {"title": "Touched"},
	"champion_history": {"reason": "Touched"}, "manager_links": {"answered_by": "Touched"}, "champion_policies": {"link_days": 99},
	"coverage_targets": {"target": 9}, "network_events": {"place": "Touched"}, "network_attendance": {"answer": "apologies"},
	"cascade_log": {"topic": "Touched"}, "surgery_sessions": {"minutes": 9}, "good_practice": {"title": "Touched"}, "outbox": {"problem": "Touched"},
	"risk_alarms": {"told": 9}, "risk_policies": {"again_after": 9}, "push_subscriptions": {"endpoint": "https://push.fellmoor.example/9"},
	"devices": {"name": "Touched"}, "notices": {"acknowledged_at": "2026-11-20 10:00:00.000Z"}, "requests": {"acknowledged_at": "2026-11-20 10:00:00.000Z"}, "calendar_versions": {"title": "Touched"}, "sync_conflicts": {"choice": "ours"}, "sync_refusals": {"code": "touched"}, "audit_log": {"verb": "touched"},
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-golden +now); if the change is wanted: go test ./server -update\n%s", path, diff)
	}
}
