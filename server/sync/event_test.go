package sync

import (
	"strings"
	"testing"
	"time"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// A mutation that is applied may be an event that the pathway only took as attempted: the
// answer says so, in words, and says anew how it stands when it is sent again (A17).
func TestAPushSaysWhatThePathwaySays(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	path := p.opens()
	event := func(id, kind string, data map[string]any) contract.Mutation {
		return mutation("create", "pathway_events", id, 0, set("case", demo.CaseID(1), "pathway", path, "kind", kind, "occurred_at", "2025-06-04 10:00:00.000Z", "data", data))
	}
	described := event(fresh(), "engagement.described", map[string]any{"pattern": "avoidant"})
	all := p.push(
		described,
		event(fresh(), "consent.given", nil),
		attempt(fresh(), 1),
		mutation("create", "notes", fresh(), 0, set("case", demo.CaseID(1), "body", "Words.", "source", "document", "shared", true)),
	)
	for _, r := range all {
		want(t, r, contract.Applied)
	}
	if e := all[0].Event; e == nil || e.ID != described.Record || e.Verdict != "attempted" || len(e.Reasons) != 1 || e.Reasons[0].Code != "G3" || !strings.Contains(e.Reasons[0].Text, "still to check") {
		t.Errorf("it is said to be %+v", e)
	}
	if e := all[1].Event; e == nil || !strings.HasPrefix(e.Verdict, "accepted") || len(e.Reasons) > 0 {
		t.Errorf("it is said to be %+v", e)
	}
	if all[2].Event != nil || all[3].Event != nil {
		t.Errorf("no event of a pathway: %+v %+v", all[2].Event, all[3].Event)
	}
	again := p.push(event(fresh(), "barrier.checked", map[string]any{"areas": []string{"language", "literacy", "disability", "health", "work_pattern", "fear_or_abuse", "wrong_address"}}), described)
	if e := again[1].Event; e == nil || again[1].Verdict != contract.Applied {
		t.Errorf("sent again, it is said to be %+v", e)
	}

	// What another record of the case gives rise to is answered with that record.
	meeting := fresh()
	r := p.push(
		mutation("create", "meetings", meeting, 0, set("case", demo.CaseID(1), "agenda", "other", "status", "scheduled", "scheduled_for", "2026-12-01 10:00:00.000Z")),
		mutation("create", "disputes", fresh(), 0, set("case", demo.CaseID(1), "about", "The threshold", "subject", "threshold", "with_agency", demo.School.Agency, "opened_at", "2025-06-05 10:00:00.000Z")),
	)
	for i, kind := range []string{"meetings/", "disputes/"} {
		want(t, r[i], contract.Applied)
		if e := r[i].Event; e == nil || e.Verdict == "" || !strings.HasPrefix(stored(t, s.App, "pathway_events", e.ID).GetString("arises_from"), kind) {
			t.Errorf("%s is said to be %+v", kind, r[i].Event)
		}
	}

	// One that was refused and is corrected is answered so too, by either way.
	for i, resend := range []func(string) *contract.EventVerdict{
		func(refusal string) *contract.EventVerdict {
			var r contract.Result
			a := s.Do("POST", "/api/sync/refusals/"+refusal, p.token, map[string]any{"action": "resend", "set": map[string]any{"occurred_at": "2025-06-06 10:00:00.000Z"}})
			a.JSON(t, &r)
			return r.Event
		},
		func(refusal string) *contract.EventVerdict {
			return p.push(mutation("update", "sync_refusals", refusal, 0, set("action", "resend", "values", map[string]any{"occurred_at": "2025-06-06 11:00:00.000Z"})))[0].Event
		},
	} {
		m := event(fresh(), "closure.objected", map[string]any{"reason": "Not yet."})
		m.Set["occurred_at"] = []byte(`"2025-06-06"`)
		if e := resend(want(t, p.push(m)[0], contract.Refused).Refusal); e == nil || e.ID != m.Record || e.Verdict != "attempted" {
			t.Errorf("%d, sent again, is said to be %+v", i, e)
		}
	}

	// Whoever has left the case is told nothing of it.
	if _, err := s.App.NonconcurrentDB().NewQuery(`UPDATE case_members SET active = FALSE, until = '2025-07-01 00:00:00.000Z' WHERE "case" = '` + demo.CaseID(1) + `' AND "user" = '` + demo.Practitioner.ID + `'`).Execute(); err != nil {
		t.Fatal(err)
	}
	if r := p.push(described)[0]; r.Event != nil {
		t.Errorf("told to somebody who has left: %+v", r.Event)
	}
}

// An app of before takes back a try at contact as though it were an event. It is told at
// once what to do, and does not wait five days for an event that there is not (A13).
func TestATryIsNotWithdrawnAsAnEvent(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	path := p.opens()
	try := p.adds("contact_attempts", "case", demo.CaseID(1), "method", "phone", "outcome", "no_answer", "occurred_at", time.Now().UTC().Add(-time.Hour).Format("2006-01-02 15:04:05.000Z"))
	withdraw := func(what string) contract.Result {
		return p.push(mutation("create", "pathway_events", fresh(), 0, set("case", demo.CaseID(1), "pathway", path, "kind", "event.withdrawn",
			"occurred_at", "2025-06-05 10:00:00.000Z", "corrects", what, "data", map[string]any{"reason": "Next door's."})))[0]
	}
	r := want(t, withdraw(try), contract.Refused)
	if e := r.Errors["corrects"]; e.Code != "a_try" || !strings.Contains(e.Message, "withdraw the try itself") {
		t.Errorf("%+v", r)
	}
	want(t, withdraw(fresh()), contract.Held)
	a := s.Do("POST", "/api/collections/pathway_events/records", s.Token(demo.Practitioner), map[string]any{"case": demo.CaseID(1), "pathway": path,
		"kind": "event.withdrawn", "occurred_at": "2025-06-05 10:00:00.000Z", "corrects": try, "data": map[string]any{"reason": "Next door's."}})
	if a.Status != 400 || !strings.Contains(string(a.Body), "withdraw the try itself") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	theirs := newPhone(t, s, demo.Outsider)
	r = theirs.push(mutation("create", "pathway_events", fresh(), 0, set("case", demo.CaseID(1), "pathway", path, "kind", "event.withdrawn",
		"occurred_at", "2025-06-05 10:00:00.000Z", "corrects", try, "data", map[string]any{"reason": "x"})))[0]
	if r.Errors["corrects"].Code == "a_try" {
		t.Errorf("a stranger learns that there is such a try: %+v", r)
	}
}
