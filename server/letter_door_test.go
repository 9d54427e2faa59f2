package main

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// What a letter establishes comes of the letter's own record, by whichever door somebody
// claims it: each claim stays on the record as attempted, and the pathway stands where
// it stood. That an event arises from a letter is the server's to say.
func TestNoDoorTakesALettersWord(t *testing.T) {
	h := house(t)
	e := &ending{Server: h, t: t}
	template := must(h.App.FindFirstRecordByFilter("pathway_templates", "key = 'early-help-engagement' && status = 'published'"))
	e.pathway = e.made(demo.Practitioner, "pathways", map[string]any{"case": demo.CaseID(1), "template": template.Id, "opened_at": time.Now().AddDate(0, 0, -3), "trigger": "missed_contact"})
	operator := glassBroken(t, h)
	claims := map[string]any{"letter_id": "aletterofnobody", "letter": "first", "channel": "handed_over", "safe_contact": true, "merge_clean": true, "reason": "An evening."}
	kinds := []string{"letter.drafted", "letter.approved", "letter.rejected", "letter.issued", "letter.returned", "letter.reply_received"}
	const events = "/api/collections/pathway_events/records"
	stands := func(door, kind string, a demotest.Answer) {
		t.Helper()
		if a.Status != 200 || !strings.Contains(string(a.Body), `"verdict":"attempted"`) || !strings.Contains(string(a.Body), "Record it on the letter") {
			t.Errorf("%s, %s: %d %s", door, kind, a.Status, a.Body)
		}
		if p := must(h.App.FindRecordById("pathways", e.pathway)); p.GetString("state") != "attempting" {
			t.Errorf("%s, %s: the pathway is in %s", door, kind, p.GetString("state"))
		}
	}
	token := e.Token(demo.Manager)
	var device contract.DeviceAnswer
	e.Do("POST", "/api/sync/devices", e.SignIn(demo.Manager), contract.DeviceRequest{Name: "the manager's phone"}).JSON(t, &device)
	for i, kind := range kinds {
		claim := e.approval(kind, time.Now(), claims)
		for door, token := range map[string]string{"rest": token, "dashboard": operator} {
			if door == "dashboard" { // who writes nothing of a case
				if a := e.Do("POST", events, token, claim); a.Status != 403 {
					t.Errorf("%s, %s: %d %s", door, kind, a.Status, a.Body)
				}
				continue
			}
			stands(door, kind, e.Do("POST", events, token, claim))
			forged := e.approval(kind, time.Now(), claims)
			forged["arises_from"] = "letter_events/aletterofnobody"
			if a := e.Do("POST", events, token, forged); a.Status != 400 || !strings.Contains(string(a.Body), "arises_from") {
				t.Errorf("%s, %s said to arise from a letter: %d %s", door, kind, a.Status, a.Body)
			}
		}
		stands("batch", kind, e.Do("POST", "/api/batch", token, map[string]any{"requests": []map[string]any{{"method": "POST", "url": events, "body": claim}}}))
		record := "claimedbyphone" + string(rune('a'+i))
		pushed := func(id string, set map[string]any) contract.Result {
			t.Helper()
			var answer contract.PushAnswer
			e.Do("POST", "/api/sync/push", device.AccessToken, map[string]any{"mutations": []map[string]any{
				{"id": id, "collection": "pathway_events", "record": record, "op": "create", "set": set, "recorded_at": "2026-11-20T10:00:00.000Z"},
			}}).JSON(t, &answer)
			return answer.Results[0]
		}
		forged := e.approval(kind, time.Now(), claims)
		forged["arises_from"] = "letter_events/aletterofnobody"
		if r := pushed("01jd000000000000000000001"+string(rune('a'+i)), forged); r.Verdict != contract.Refused {
			t.Errorf("sync, %s said to arise from a letter: %+v", kind, r)
		}
		if r := pushed("01jd000000000000000000002"+string(rune('a'+i)), claim); r.Verdict != contract.Applied {
			t.Errorf("sync, %s: %+v", kind, r)
		}
		stands("sync", kind, e.Do("GET", events+"/"+record, token, nil))
	}
	// No claim of a draft waits on the coordinators' page, whose answer would be a letter's.
	if status, shown := e.page(demo.Manager).get("/coordinate/approvals"); status != 200 || strings.Contains(shown, "A letter:") {
		t.Errorf("%d %s", status, shown)
	}
	if n := must(h.App.CountRecords("pathway_events", dbx.HashExp{"pathway": e.pathway}, dbx.Like("kind", "letter."), dbx.Not(dbx.HashExp{"verdict": "attempted"}))); n != 0 {
		t.Errorf("%d claims count", n)
	}

	// Nor is a step of the pathway ticked that only a record of what was done does.
	for _, code := range []string{"each-child", "see-children"} {
		step := must(h.App.FindFirstRecordByFilter("pathway_steps", "pathway = {:p} && code = {:c}", dbx.Params{"p": e.pathway, "c": code}))
		if a := e.Do("PATCH", "/api/collections/pathway_steps/records/"+step.Id, token, map[string]any{"status": "done"}); a.Status != 400 || !strings.Contains(string(a.Body), "not by ticking it") {
			t.Errorf("%s: %d %s", code, a.Status, a.Body)
		}
	}
	step := must(h.App.FindFirstRecordByFilter("pathway_steps", "pathway = {:p} && code = 'tell-manager'", dbx.Params{"p": e.pathway}))
	if a := e.Do("PATCH", "/api/collections/pathway_steps/records/"+step.Id, token, map[string]any{"status": "done"}); a.Status != 200 {
		t.Errorf("what is ticked: %d %s", a.Status, a.Body)
	}
}

func (p *page) get(path string) (int, string) {
	p.e.t.Helper()
	return p.read(p.client.Get(p.e.URL + path))
}
