package sync

import (
	"testing"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// A rev is the record's after that mutation, however many more of the push write it or
// others: a phone that took a later one for it would think that it had read what came
// between.
func TestARevIsOfThatWriteAlone(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	note := func(id string) contract.Mutation {
		return mutation("create", "notes", id, 0, set("case", demo.CaseID(1), "body", "Nobody came to the door.", "source", "seen_by_worker", "shared", true))
	}
	rs := p.push(note("revofanote00001"), note("revofanote00002"),
		mutation("update", "notes", "revofanote00001", 0, set("body", "A neighbour came to the door.")),
		note("revofanote00003"))
	for i, r := range rs {
		want(t, r, contract.Applied)
		if r.Rev == 0 || i > 0 && r.Rev <= rs[i-1].Rev {
			t.Errorf("the revs do not rise: %+v", rs)
		}
	}
	p.pull(0)
	for i, id := range map[int]string{1: "revofanote00002", 2: "revofanote00001", 3: "revofanote00003"} {
		if got := p.rows["notes/"+id].rev; got != rs[i].Rev {
			t.Errorf("%s stands at %d, and its push said %d", id, got, rs[i].Rev)
		}
	}
}
