package sync

import (
	"strings"
	"testing"

	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// A transfer by phone: one asks, another answers, and both phones hold who leads now.
func TestThePhoneOfAnotherAgencyTakesTheLead(t *testing.T) {
	s := fellmoor(t)
	head, err := s.App.FindRecordById("users", demo.School.ID)
	if err != nil {
		t.Fatal(err)
	}
	head.Set("roles", []string{"practitioner", "manager"})
	if err := s.App.Save(kernel.AsServer(head)); err != nil {
		t.Fatal(err)
	}
	p, school, colleague := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School), newPhone(t, s, demo.Colleague)
	p.pull(100)
	asks := func(by *phone) contract.Result {
		return by.push(mutation("create", "transfers", fresh(), 0, set("case", demo.CaseID(1), "to_agency", demo.Agencies[1].ID,
			"reason", "The school sees both children every day.", "handover_note", "Tess answers texts, not calls.", "requested_at", "2026-11-20 10:00:00.000Z")))[0]
	}
	for say, by := range map[string]*phone{"somebody who is not on the case": colleague, "the school itself": school} {
		if r := asks(by); r.Verdict == contract.Applied {
			t.Errorf("%s asked: %+v", say, r)
		}
	}
	r := asks(p)
	if r.Verdict != contract.Applied {
		t.Fatalf("%+v", r)
	}
	if r := asks(p); r.Errors["case"].Code != "open_already" {
		t.Errorf("asked twice: %+v", r)
	}
	school.pull(100)
	transfer := ""
	for key := range school.rows {
		if id, ok := strings.CutPrefix(key, "transfers/"); ok {
			transfer = id
		}
	}
	if transfer == "" {
		t.Fatal("the school's phone does not hold the question")
	}
	answer := func(by *phone) contract.Result {
		return by.push(mutation("create", "transfer_answers", fresh(), 0, set("case", demo.CaseID(1), "transfer", transfer, "answer", "accepted", "occurred_at", "2026-11-20 11:00:00.000Z")))[0]
	}
	if r := answer(p); r.Errors["answer"].Code != "not_a_manager" {
		t.Errorf("whoever asked accepted: %+v", r)
	}
	if r := answer(school); r.Verdict != contract.Applied {
		t.Fatalf("%+v", r)
	}
	if r := answer(school); r.Errors["transfer"].Code != "resolved" {
		t.Errorf("answered twice: %+v", r)
	}
	for _, by := range []*phone{p, school} {
		by.pull(100)
		if got := by.rows["cases/"+demo.CaseID(1)].record; !strings.Contains(got, `"lead_agency":"`+demo.Agencies[1].ID+`"`) {
			t.Errorf("on %s's phone: %s", by.who.Account, got)
		}
		if got := by.rows["transfers/"+transfer].record; !strings.Contains(got, `"status":"accepted"`) {
			t.Errorf("on %s's phone: %s", by.who.Account, got)
		}
	}
}
