package sync

import (
	"testing"
	"time"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// familyOf is a new case as a phone opens it.
func familyOf(id string) contract.Mutation {
	return mutation("create", "cases", id, 0, set("family_name", "Newcome", "lead_agency", demo.Practitioner.Agency, "status", "open", "opened_on", "2026-11-20"))
}

// speaksOf are the records that an answer speaks of.
func speaksOf(changes []contract.Change) map[string]string {
	out := map[string]string{}
	for _, c := range changes {
		if c.ID != "" {
			out[c.ID] = c.Op
		}
	}
	return out
}

// What waits for its parent is on its author's phone and stays there: a phone whose store
// is its outbox would lose sight of it. It is put when it is applied, and dropped when it
// has waited in vain and is refused.
func TestWhatIsHeldStaysOnItsAuthorsPhone(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	note := func(id, of string) contract.Mutation {
		return mutation("create", "notes", id, 0, set("case", of, "body", "Seen.", "source", "document"))
	}
	comes, never := note("heldnote0000001", "casethatcomes01"), note("heldnote0000002", "casethatnever01")
	later := mutation("update", "notes", "heldnote0000001", 0, set("body", "Seen, and asleep."))
	for i, r := range p.push(comes, never, later) {
		if want(t, r, contract.Held); r.Code != "parent_missing" {
			t.Errorf("mutation %d: %+v", i, r)
		}
	}
	for range 2 {
		if said := speaksOf(p.pull(0)); said["heldnote0000001"] != "" || said["heldnote0000002"] != "" {
			t.Errorf("the phone is told %v", said)
		}
		want(t, p.push(comes)[0], contract.Held) // and again, sent once more
	}
	want(t, p.push(familyOf("casethatcomes01"))[0], contract.Applied)
	if said := speaksOf(p.pull(0)); said["heldnote0000001"] != "put" || said["heldnote0000002"] != "" {
		t.Errorf("when its case has come the phone is told %v", said)
	}
	if got := p.field("notes", "heldnote0000001", "body"); got != "Seen, and asleep." {
		t.Errorf("what was queued behind it: %v", got)
	}
	e, err := New(s.App)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.expireHeld(time.Now().AddDate(0, 0, contract.HeldDays+1)); err != nil {
		t.Fatal(err)
	}
	said := speaksOf(p.pull(0))
	if said["heldnote0000002"] != "drop" {
		t.Errorf("refused after its days, the phone is told %v", said)
	}
	r := want(t, p.push(never)[0], contract.Refused)
	if _, there := p.rows["sync_refusals/"+r.Refusal]; !there || r.Message != contract.Of(contract.RefusedOrphan).Title {
		t.Errorf("%+v", r)
	}
	p.inSync()
}

// A group that waits is called waiting: nothing of it was refused.
func TestAGroupThatWaitsIsNotCalledRefused(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	fine := mutation("create", "notes", "groupnote000001", 0, set("case", demo.CaseID(1), "body", "Seen.", "source", "document"))
	waits := mutation("create", "notes", "groupnote000002", 0, set("case", "casethatcomes01", "body", "Seen.", "source", "document"))
	fine.Group, waits.Group = "one", "one"
	results := p.push(fine, waits)
	if r := want(t, results[0], contract.Held); r.Code != "group_held" || r.Message != contract.Of(contract.RefusedGroupHeld).Title {
		t.Errorf("%+v", r)
	}
	if r := want(t, results[1], contract.Held); r.Code != "parent_missing" {
		t.Errorf("%+v", r)
	}
	if said := speaksOf(p.pull(0)); said["groupnote000001"] != "" || said["groupnote000002"] != "" {
		t.Errorf("the phone is told %v", said)
	}
	want(t, p.push(familyOf("casethatcomes01"))[0], contract.Applied)
	said := speaksOf(p.pull(0))
	if said["groupnote000001"] != "put" || said["groupnote000002"] != "put" {
		t.Errorf("when its case has come the phone is told %v", said)
	}
	p.inSync()
}
