package sync

import (
	"strings"
	"testing"
	"time"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// What the server left out of a mutation, a name that differs by its capitals say, is never
// read back out of what was kept of it: one that waits stops nobody's push, then or later.
func TestWhatWasLeftOutOfAHeldMutationStopsNobody(t *testing.T) {
	for _, beyond := range []string{`"Base":"x"`, `"Set":5`, `"RECORD":[]`, `"oP":{}`} {
		t.Run(beyond, func(t *testing.T) {
			s := fellmoor(t)
			p, school := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
			p.pull(0)
			a := p.hand(`{"mutations":[{"id":"` + ulid() + `","collection":"notes","record":"heldnote0000001","op":"create",` + beyond + `,` +
				`"set":{"case":"casethatcomes01","body":"Seen.","source":"document"}}]}`)
			want(t, a.Results[0], contract.Held)
			if r := s.Do("POST", "/api/collections/cases/records", p.token, map[string]any{"id": "casethatcomes01", "family_name": "Newcome", "lead_agency": demo.Practitioner.Agency, "status": "open", "opened_on": "2026-11-20"}); r.Status != 200 {
				t.Fatalf("the family by another door: %d %s", r.Status, r.Body)
			}
			try := `{"mutations":[{"id":"` + ulid() + `","collection":"contact_attempts","record":"heldtry00000001","op":"create","set":{"case":"` + demo.CaseID(1) + `","method":"phone","outcome":"no_answer","occurred_at":"2026-11-20 10:00:00.000Z"}}]}`
			if r := s.Do("POST", "/api/sync/push", school.token, strings.NewReader(try)); r.Status != 200 {
				t.Errorf("the push of somebody else: %d %s", r.Status, r.Body)
			}
			if got := stored(t, s.App, "notes", "heldnote0000001"); got.GetString("body") != "Seen." {
				t.Errorf("what waited: %v", got.FieldsData())
			}
			if err := must(New(s.App)).expireHeld(time.Now().AddDate(0, 0, contract.HeldDays+1)); err != nil {
				t.Errorf("after its days: %v", err)
			}
		})
	}
}

// What a manager reads of a refused mutation is what is judged when they send it again.
func TestAManagerSendsAgainWhatTheyRead(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	a := p.hand(`{"mutations":[{"id":"` + ulid() + `","collection":"notes","record":"readnote0000001","op":"create",` +
		`"Set":{"body":"Mother says she is content.","source":"document"},"Record":"readnote0000009",` +
		`"set":{"case":"` + demo.CaseID(1) + `","body":"","source":"seen_by_worker","shared":false}}]}`)
	want(t, a.Results[0], contract.Refused)
	s.Do("POST", "/api/sync/refusals/"+a.Results[0].Refusal, p.token, contract.ResendRequest{ID: ulid(), Action: "resend", Set: set("body", "She was asleep.")})
	if _, err := s.App.FindRecordById("notes", "readnote0000009"); err == nil {
		t.Error("another record was written than the refusal names")
	}
	if got := stored(t, s.App, "notes", "readnote0000001"); got.GetString("body") != "She was asleep." || got.GetString("source") != "seen_by_worker" {
		t.Errorf("%v", got.FieldsData())
	}
}

// A group is of one push (M43): two pushes that call theirs the same, and wait for one
// family, are two groups when it comes.
func TestGroupsOfTwoPushesThatWaitAreTwoGroups(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	note := func(id, body string) contract.Mutation {
		m := mutation("create", "notes", id, 0, set("case", "casethatcomes01", "body", body, "source", "document"))
		m.Group = "g1"
		return m
	}
	good := []contract.Mutation{note("groupnote000001", "A bruise was seen on the child's arm."), note("groupnote000002", "The mother said it was a fall.")}
	for _, push := range [][]contract.Mutation{good, {note("groupnote000003", ""), note("groupnote000004", "Another day.")}} {
		for _, r := range p.push(push...) {
			want(t, r, contract.Held)
		}
	}
	want(t, p.push(familyOf("casethatcomes01"))[0], contract.Applied)
	for _, r := range p.push(good...) {
		want(t, r, contract.Applied)
	}
}

// A phone that became another device says what it had seen with what waited (M166): where
// that had arrived, and the answer was lost, it is the same mutation still (M172).
func TestWhatOneHadSeenMakesNoOtherMutation(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	c := demo.CaseID(1)
	m := mutation("update", "cases", c, p.rev("cases", c), set("summary", "Curtains closed all week."))
	want(t, p.push(m)[0], contract.Applied) // and its answer is lost
	m.Was = set("summary", p.field("cases", c, "summary"))
	want(t, newPhone(t, s, demo.Practitioner).push(m)[0], contract.Applied)
	m.Set = set("summary", "Curtains open.")
	if r := newPhone(t, s, demo.Practitioner).push(m)[0]; r.Code != string(contract.RefusedIDReused) {
		t.Errorf("other words under the same id: %+v", r)
	}
}
