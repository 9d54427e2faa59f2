package main

import (
	"strings"
	"testing"
	"time"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// A member of another agency closes a case, opens it, takes it over and hides it by no door,
// and each says in words who does (A7).
func TestNoDoorActsOnACaseForAnotherAgency(t *testing.T) {
	s := house(t)
	token := s.Token(demo.School)
	var device contract.DeviceAnswer
	s.Do("POST", "/api/sync/devices", s.SignIn(demo.School), contract.DeviceRequest{Name: "the school's phone"}).JSON(t, &device)
	act := func(what string) map[string]any {
		return map[string]any{"case": demo.CaseID(1), "act": what, "occurred_at": time.Now().UTC().Format("2006-01-02 15:04:05.000Z"), "reason": "We are sure that this is right.", "told": "Everybody.", "review_on": time.Now().AddDate(0, 1, 0).Format(time.DateOnly)}
	}
	operator := glassBroken(t, s)
	cases := "/api/collections/cases/records/" + demo.CaseID(1)
	for i, c := range []struct {
		say     string
		field   map[string]any
		act     string
		inWords string
	}{
		{"closes it", map[string]any{"status": "closed"}, "close", "A case is closed by a manager of"},
		{"opens it", map[string]any{"status": "closed", "closed_on": "2026-11-20"}, "reopen", "This case is open."},
		{"takes it over", map[string]any{"lead_agency": demo.School.Agency}, "", ""},
		{"hides it", map[string]any{"restricted": true}, "restrict", "for a manager or the safeguarding lead"},
	} {
		doors := map[string]demotest.Answer{
			"rest":  s.Do("PATCH", cases, token, c.field),
			"batch": s.Do("POST", "/api/batch", token, map[string]any{"requests": []map[string]any{{"method": "PATCH", "url": cases, "body": c.field}}}),
		}
		if c.act != "" {
			doors["rest, as an act"] = s.Do("POST", "/api/collections/case_acts/records", token, act(c.act))
			doors["batch, as an act"] = s.Do("POST", "/api/batch", token, map[string]any{"requests": []map[string]any{{"method": "POST", "url": "/api/collections/case_acts/records", "body": act(c.act)}}})
			doors["the operator, as an act"] = s.Do("POST", "/api/collections/case_acts/records", operator, act(c.act))
		}
		for door, a := range doors {
			if a.Status < 400 || strings.Contains(string(a.Body), "created with") || door == "rest, as an act" && !strings.Contains(string(a.Body), c.inWords) {
				t.Errorf("%s, %s: %d %s", c.say, door, a.Status, a.Body)
			}
		}
		mutations := []map[string]any{{"id": "01jd0000000000000000000" + string(rune('a'+i)) + "01", "collection": "cases", "record": demo.CaseID(1), "op": "update", "base": 1, "set": c.field, "recorded_at": "2026-11-20T10:00:00.000Z"}}
		if c.act != "" {
			mutations = append(mutations, map[string]any{"id": "01jd0000000000000000000" + string(rune('a'+i)) + "02", "collection": "case_acts", "record": "actbyphone0000" + string(rune('a'+i)), "op": "create", "set": act(c.act), "recorded_at": "2026-11-20T10:00:00.000Z"})
		}
		var pushed contract.PushAnswer
		push := s.Do("POST", "/api/sync/push", device.AccessToken, map[string]any{"mutations": mutations})
		push.JSON(t, &pushed)
		for _, r := range pushed.Results {
			if r.Verdict == contract.Applied || r.Verdict == contract.Merged {
				t.Errorf("%s, by phone: %s", c.say, push.Body)
			}
		}
		if len(pushed.Results) != len(mutations) {
			t.Errorf("%s, by phone: %s", c.say, push.Body)
		}
	}
	c := must(s.App.FindRecordById("cases", demo.CaseID(1)))
	if c.GetString("status") != "open" || c.GetBool("restricted") || c.GetString("lead_agency") != demo.Practitioner.Agency {
		t.Errorf("%s, restricted %v, led by %s", c.GetString("status"), c.GetBool("restricted"), c.GetString("lead_agency"))
	}
}
