package upload

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// draftOf is an announcement by REST, of FM-0001.
func draftOf(content []byte, changes map[string]any) map[string]any {
	v := map[string]any{"case": demo.CaseID(1), "title": "t", "kind": "document", "sha256": strings.Repeat("a", 64), "size": len(content), "captured_at": "2026-11-20 10:00:00.000Z"}
	for k, to := range changes {
		v[k] = to
	}
	return v
}

func TestAnAnnouncementIsHeldToThePolicy(t *testing.T) {
	d := fellmoor(t)
	told := func(want string, changes map[string]any) {
		t.Helper()
		status, _, body := d.post("evidence", draftOf(make([]byte, 10), changes))
		if want == "" && status != 200 || want != "" && (status != 400 || !strings.Contains(body, `"`+want+`"`)) {
			t.Errorf("%v: %d %s, want %q", changes, status, body, want)
		}
	}
	told("", nil)
	told("too_large", map[string]any{"size": 50<<20 + 1})
	told("type_refused", map[string]any{"mime": "text/html"})
	told("type_refused", map[string]any{"kind": "home_conditions", "mime": "application/pdf"})
	told("", map[string]any{"kind": "home_conditions", "mime": "image/jpg"})

	// An area writes its own version, and it holds from the next announcement on.
	d.policy(func(p map[string]any) {
		kinds := p["kinds"].(map[string]any)
		delete(kinds, "audio")
		kinds["document"].(map[string]any)["per_day"] = 3
		kinds["letter"].(map[string]any)["per_case"] = 1
	})
	told("kind_off", map[string]any{"kind": "audio"})
	told("", nil)
	told("", nil)
	told("too_many", nil)                                               // three on that day
	told("", map[string]any{"captured_at": "2026-11-21 10:00:00.000Z"}) // another day
	told("", map[string]any{"kind": "letter"})
	told("too_many", map[string]any{"kind": "letter", "captured_at": "2026-11-21 10:00:00.000Z"}) // one in the case, whatever the day
	c := must(d.App.FindFirstRecordByFilter("evidence_policies", "version = 1"))
	c.Set("title", "Touched")
	if d.App.Save(c) == nil {
		t.Error("a published policy was changed")
	}
	bad := core.NewRecord(must(d.App.FindCachedCollectionByNameOrId("evidence_policies")))
	bad.Load(map[string]any{"key": "evidence", "title": "Bad", "version": 9, "status": "published", "body": `{"kinds":{"document":{"types":["text/html"]}}}`})
	if d.App.Save(bad) == nil {
		t.Error("a policy that lets HTML in was published")
	}
}

// What was announced under one policy is judged by the one that holds when its bytes
// have come.
func TestBytesAreJudgedByThePolicyThatHolds(t *testing.T) {
	d := fellmoor(t)
	photo := jpegOf(64, 48)
	d.announce("evidencejudge01", photo, "kind", "document")
	d.policy(func(p map[string]any) {
		p["kinds"].(map[string]any)["document"].(map[string]any)["types"] = []string{"application/pdf"}
	})
	wantStatus(t, d.send("evidencejudge01", photo), 422, "quarantined")
	if got := d.row("evidencejudge01").GetString("reason"); !strings.HasPrefix(got, "type_refused: image/jpeg") {
		t.Errorf("the reason is %q", got)
	}
}

func TestAnImageOfABodyNeedsSomebodyElsesException(t *testing.T) {
	d := fellmoor(t)
	ivy, jonah, bea := demo.ID("child", 100), demo.ID("child", 101), demo.ID("child", 200)
	manager := d.as(demo.Manager)
	image := func(as *desk, child string) (int, string) {
		status, r, body := as.post("evidence", draftOf(make([]byte, 10), map[string]any{"kind": "body_image", "child": child}))
		if status == 200 && r["exception"] == "" {
			t.Error("an image came in and names no exception")
		}
		return status, body
	}
	refused := func(what string, as *desk, child, code string) {
		t.Helper()
		if status, body := image(as, child); status != 400 || !strings.Contains(body, `"`+code+`"`) {
			t.Errorf("%s: %d %s", what, status, body)
		}
	}
	refused("by default", d, ivy, "exception_needed")
	refused("of nobody", d, "", "child_needed")
	refused("of an adult", d, demo.ID("adult", 100), "no_child")
	refused("of another case's child", d, bea, "other_case")

	in := func(days int) string { return time.Now().AddDate(0, 0, days).UTC().Format("2006-01-02 15:04:05.000Z") }
	approve := func(as *desk, changes map[string]any) (int, map[string]any, string) {
		v := map[string]any{"case": demo.CaseID(1), "child": ivy, "reason": "Advice of the duty paediatrician, today.", "valid_until": in(3)}
		for k, to := range changes {
			v[k] = to
		}
		return as.post("evidence_exceptions", v)
	}
	for what, c := range map[string]struct {
		as      *desk
		changes map[string]any
	}{
		"who takes the photo":     {d, nil},
		"a plain member":          {d.as(demo.School), nil},
		"somebody off the case":   {d.as(demo.Outsider), nil},
		"no reason":               {manager, map[string]any{"reason": ""}},
		"no end":                  {manager, map[string]any{"valid_until": ""}},
		"an end in the past":      {manager, map[string]any{"valid_until": in(-1)}},
		"an end far off":          {manager, map[string]any{"valid_until": in(60)}},
		"an adult":                {manager, map[string]any{"child": demo.ID("adult", 100)}},
		"another case's child":    {manager, map[string]any{"child": bea}},
		"in somebody else's name": {manager, map[string]any{"approved_by": demo.DPO.ID}},
	} {
		if status, _, body := approve(c.as, c.changes); status == 200 {
			t.Errorf("approved by %s: %s", what, body)
		}
	}
	status, exception, body := approve(manager, nil)
	if status != 200 || exception["approved_by"] != demo.Manager.ID {
		t.Fatalf("the manager approves: %d %s", status, body)
	}
	refused("for another child", d, jonah, "exception_needed")
	refused("by who approved it", manager, ivy, "exception_needed")
	if status, body := image(d, ivy); status != 200 {
		t.Errorf("by the practitioner: %d %s", status, body)
	}
	if status, _, body := d.post("evidence", draftOf(make([]byte, 10), map[string]any{"kind": "body_image", "child": ivy, "exception": exception["id"]})); status == 200 {
		t.Errorf("the exception can be written in: %s", body)
	}
	id := fmt.Sprint(exception["id"])
	if status, _, _ := manager.change("evidence_exceptions", id, map[string]any{"valid_until": in(20)}); status == 200 {
		t.Error("an exception was made longer")
	}
	if status, _, body := manager.change("evidence_exceptions", id, map[string]any{"revoked": true}); status != 200 {
		t.Errorf("revoking: %d %s", status, body)
	}
	refused("after it was revoked", d, ivy, "exception_needed")
	if status, _, _ := manager.change("evidence_exceptions", id, map[string]any{"revoked": false}); status == 200 {
		t.Error("a revoked exception came back")
	}

	// The safeguarding lead on the case may approve too; an exception that ran out is none.
	u := must(d.App.FindRecordById("users", demo.School.ID))
	u.Set("roles", []string{"practitioner", "safeguarding_lead"})
	if err := d.App.Save(kernel.AsServer(u)); err != nil {
		t.Fatal(err)
	}
	status, exception, body = approve(d.as(demo.School), nil)
	if status != 200 {
		t.Fatalf("the safeguarding lead approves: %d %s", status, body)
	}
	if status, body := image(d, ivy); status != 200 {
		t.Errorf("under the lead's exception: %d %s", status, body)
	}
	if _, err := d.App.NonconcurrentDB().NewQuery(`UPDATE evidence_exceptions SET valid_until = '2026-01-01 00:00:00.000Z'`).Execute(); err != nil {
		t.Fatal(err)
	}
	refused("when it ran out", d, ivy, "exception_needed")
}
