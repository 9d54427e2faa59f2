package sync

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// A repair says nothing of a scope that its asker does not hold, in any form.
func TestARepairOpensNothing(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	for _, scope := range []string{"case:" + demo.CaseID(4), "user:" + demo.Colleague.ID, `a"b`, "case:nosuchcase00000"} {
		for _, expand := range []bool{false, true} {
			a := s.Do("POST", "/api/sync/pull", p.token, contract.PullRequest{Position: p.position, Repair: []string{scope}, Expand: expand})
			var answer contract.PullAnswer
			a.JSON(t, &answer)
			if len(answer.Changes) != 0 || strings.Contains(string(a.Body), demo.CaseID(4)) {
				t.Errorf("repair of %s (expand %v): %s", scope, expand, a.Body)
			}
		}
	}
}

// T20, with everything at once: a changed scope that is repaired, and pushed to.
func TestARepairedScopeComesOnce(t *testing.T) {
	s := fellmoor(t)
	p, other := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	p.pull(0)
	other.pull(0)
	id := demo.CaseID(1)
	want(t, other.push(mutation("update", "cases", id, other.rev("cases", id), set("summary", "x")))[0], contract.Applied)
	want(t, p.push(attempt("attemptrepair01", 1))[0], contract.Applied)
	a := p.page(contract.PullRequest{Position: p.position, Repair: []string{"case:" + id}, Limit: 5000})
	seen := map[string]bool{}
	for _, c := range a.Changes {
		key := c.Op + c.Collection + "/" + c.ID
		if seen[key] {
			t.Errorf("%s comes twice", key)
		}
		seen[key] = true
	}
	p.apply(a.Changes)
	p.position = &a.Position
	p.inSync()
}

// Asking first for what does not exist is asking for nothing first.
func TestFirstOfAnUnknownCollectionIsNoFault(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	a := p.page(contract.PullRequest{First: []string{"no_such_nouns", "audit_log"}, Limit: 5000})
	p.apply(a.Changes)
	p.position = &a.Position
	p.inSync()
}

// A group that somebody else changed in part is not completed by another's half.
func TestAGroupIsNeverMixed(t *testing.T) {
	s := fellmoor(t)
	p, other := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Manager)
	const id = "flagofonechild1"
	want(t, p.push(mutation("create", "child_flags", id, 0, set("case", demo.CaseID(1), "child", demo.ID("child", 100), "kind", "child_in_need", "from", "2026-11-01")))[0], contract.Applied)
	p.pull(0)
	other.pull(0)
	base := p.rev("child_flags", id)
	want(t, other.push(mutation("update", "child_flags", id, base, set("from", "2026-11-02", "until", "2026-11-19")))[0], contract.Applied)
	r := want(t, p.push(mutation("update", "child_flags", id, base, set("until", "2026-11-30", "note", "Until the spring.")))[0], contract.Conflict)
	p.pull(0)
	if got := p.field("child_flags", id, "until"); got != "2026-11-19" || len(r.Fields) != 1 {
		t.Errorf("until %v, fields %v", got, r.Fields)
	}
	if got := p.field("child_flags", id, "note"); got != "Until the spring." {
		t.Errorf("the rest of the mutation was not applied: %v", got)
	}
}

// A child that waits longer than the contract says is refused, and kept.
func TestAChildWaitsForSoLongAndNoLonger(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	note := mutation("create", "notes", "waitingnote0001", 0, set("case", "nevercomescase1", "body", "x", "source", "document"))
	want(t, p.push(note)[0], contract.Held)
	e, err := New(s.App)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.expireHeld(time.Now().AddDate(0, 0, contract.HeldDays-1)); err != nil {
		t.Fatal(err)
	}
	want(t, p.push(note)[0], contract.Held)
	if err := e.expireHeld(time.Now().AddDate(0, 0, contract.HeldDays+1)); err != nil {
		t.Fatal(err)
	}
	r := want(t, p.push(note)[0], contract.Refused)
	if r.Code != "parent_missing" {
		t.Errorf("%+v", r)
	}
	p.pull(0)
	if got := p.field("sync_refusals", r.Refusal, "status"); got != "open" {
		t.Error(got)
	}
}

// A delete of a record never seen is answered like one of a record that is not there, the
// second and the third time as well, and so is whatever is asked of it afterwards. That
// holds for every collection that phones write to, and for who is on no case at all.
func TestADeleteTellsNothingOfAForeignRecord(t *testing.T) {
	s := fellmoor(t)
	for _, who := range []demo.Person{demo.Outsider, demo.Coordinator} {
		p := newPhone(t, s, who)
		for _, n := range collections.All() {
			foreign := outOfSight(t, s.App, n, who)
			if foreign == "" {
				continue
			}
			missing := ("nosuch" + strings.ReplaceAll(n.Name, "_", "") + "00000000000")[:15]
			told := func(id string) (all []string) {
				for _, m := range []contract.Mutation{
					mutation("delete", n.Name, id, 0, nil), mutation("delete", n.Name, id, 0, nil), mutation("delete", n.Name, id, 0, nil),
					mutation("update", n.Name, id, 0, set("id", id)), mutation("create", n.Name, id, 0, set()),
					mutation("delete", n.Name, id, 0, nil), mutation("create", "notes", "n"+id[1:], 0, set("case", id, "body", "x", "source", "document")),
				} {
					r := p.push(m)[0]
					all = append(all, fmt.Sprintf("%s %s: %s %s %d %s", m.Op, m.Collection, r.Verdict, r.Code, r.Rev, r.Message))
				}
				return all
			}
			if diff := cmp.Diff(told(missing), told(foreign)); diff != "" {
				t.Errorf("%s hears of a foreign record of %s (- missing, + foreign)\n%s", who.Account, n.Name, diff)
			}
			if _, err := s.App.FindRecordById(n.Name, foreign); err != nil {
				t.Errorf("and it was deleted: %s/%s", n.Name, foreign)
			}
		}
	}
}

// outOfSight is a record of a collection that phones write to, and that somebody has no
// right to see; empty when there is none.
func outOfSight(t *testing.T, app core.App, n *collections.Noun, who demo.Person) string {
	t.Helper()
	if n.Sync == nil || n.Auth {
		return ""
	}
	all, err := app.FindAllRecords(n.Name)
	if err != nil {
		t.Fatal(err)
	}
	user, err := app.FindRecordById("users", who.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		sees, err := app.CanAccessRecord(r, &core.RequestInfo{Auth: user, Context: core.RequestInfoContextDefault, Method: "GET"}, r.Collection().ViewRule)
		if err != nil {
			t.Fatal(err)
		}
		if !sees {
			return r.Id
		}
	}
	return ""
}
