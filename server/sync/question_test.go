package sync

import (
	"fmt"
	"testing"

	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// What a rule says is what it says now: of a rule that has changed since the last push,
// and of an asker who has.
func TestARuleThatChangesIsSeenAtOnce(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	n := 0
	for _, c := range []struct {
		what, rule string
		verified   bool
		verdict    string
	}{
		{"as it is", "", true, contract.Applied},
		{"the rule asks for somebody unknown", "@request.auth.verified = false", true, contract.Refused},
		{"the asker is", "", false, contract.Applied},
		{"and no longer", "", true, contract.Refused},
		{"the rule asks for anybody", "@request.auth.id != ''", true, contract.Applied},
	} {
		if c.rule != "" {
			notes, err := s.App.FindCollectionByNameOrId("contact_attempts")
			if err != nil {
				t.Fatal(err)
			}
			notes.CreateRule = &c.rule
			s.App.Store().Remove("holdfast.stands") // while it is served nobody changes it
			if err := s.App.Save(notes); err != nil {
				t.Fatal(err)
			}
		}
		user, err := s.App.FindRecordById("users", demo.Practitioner.ID)
		if err != nil {
			t.Fatal(err)
		}
		user.Set("verified", c.verified) // PocketBase writes it into the SQL; most fields it joins
		if err := s.App.Save(kernel.AsServer(user)); err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{1, 3} { // asked alone, and ahead for several
			var ms []contract.Mutation
			for i := range size {
				n++
				m := attempt(fmt.Sprintf("ruleattempt%04d", n), 1)
				m.Set["method"] = set("method", []string{"phone", "text", "email"}[i])["method"]
				ms = append(ms, m)
			}
			for _, r := range p.push(ms...) {
				if r.Verdict != c.verdict {
					t.Errorf("%s, %d at once: %s (%s %s), want %s", c.what, size, r.Verdict, r.Code, r.Message, c.verdict)
				}
			}
		}
	}
}
