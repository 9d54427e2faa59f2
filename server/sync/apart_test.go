package sync

import (
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// A manager who was taken off a restricted case reads nothing of it in what those could not
// hand in whom they manage: what was refused before, and what is refused since, by their list
// and on their phone; and does once they are on it again, or it is restricted no more.
func TestAManagerKeptApartReadsNoRefusedWorkOfTheFamily(t *testing.T) {
	s := fellmoor(t)
	worker, manager := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Manager)
	as := func(p demo.Person, r *core.Record) {
		t.Helper()
		who, err := s.App.FindRecordById("users", p.ID)
		if err == nil {
			err = kernel.Within(s.App, kernel.Actor{User: who, Door: "rest"}, func(tx core.App) error { return tx.Save(r) })
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	act := func(act string, more map[string]any) {
		t.Helper()
		c, err := s.App.FindCachedCollectionByNameOrId("case_acts")
		if err != nil {
			t.Fatal(err)
		}
		r := core.NewRecord(c)
		r.Load(map[string]any{"case": demo.CaseID(1), "act": act, "occurred_at": types.NowDateTime(), "reason": "Somebody here is related to the family."})
		r.Load(more)
		as(demo.Colleague, r)
	}
	bad := func(id string, shared bool) string {
		t.Helper()
		return want(t, worker.push(mutation("create", "notes", id, 0, set("case", demo.CaseID(1), "body", "Seen.", "source", "telepathy", "shared", shared)))[0], contract.Refused).Refusal
	}
	reads := func(when string, is bool, ids ...string) {
		t.Helper()
		for _, p := range []*phone{worker, manager} {
			p.pull(0)
			p.inSync()
			for _, id := range ids {
				status := s.Do("GET", "/api/collections/sync_refusals/records/"+id, p.token, nil).Status
				mine := p == worker || is
				if listed := status == 200; listed != mine || (p.rows["sync_refusals/"+id].record != "") != mine {
					t.Errorf("%s: %s reads %s: listed %v, held %v", when, p.who.Account, id, listed, !mine)
				}
			}
		}
	}
	second, err := s.App.FindRecordById("users", demo.Colleague.ID)
	if err != nil {
		t.Fatal(err)
	}
	second.Load(map[string]any{"roles": []string{"practitioner", "manager"}, "manager": ""})
	if err := s.App.Save(kernel.AsServer(second)); err != nil {
		t.Fatal(err)
	}
	manages(t, s.App, demo.Colleague, demo.Manager) // so that she leaves nobody alone there
	there, err := s.App.FindCachedCollectionByNameOrId("case_members")
	if err != nil {
		t.Fatal(err)
	}
	joins := core.NewRecord(there)
	joins.Load(map[string]any{"case": demo.CaseID(1), "user": demo.Colleague.ID, "role": "manager"})
	if _, err := s.App.FindFirstRecordByFilter("case_members", "case = {:c} && user = {:u} && active = true", map[string]any{"c": demo.CaseID(1), "u": demo.Colleague.ID}); err != nil {
		if err := s.App.Save(joins); err != nil {
			t.Fatal(err)
		}
	}
	shared, own := bad("refusednote0101", true), bad("refusednote0102", false)
	reads("at first", true, shared, own)
	member := func(p demo.Person) *core.Record {
		t.Helper()
		r, err := s.App.FindFirstRecordByFilter("case_members", "case = {:c} && user = {:u} && active = true", map[string]any{"c": demo.CaseID(1), "u": p.ID})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	off := member(demo.Manager)
	off.Set("until", types.NowDateTime())
	as(demo.Manager, off)
	reads("taken off", true, shared, own)
	act("restrict", map[string]any{"review_on": time.Now().AddDate(0, 0, 20).Format(time.DateOnly)})
	reads("restricted", false, shared, own)
	later, edit := bad("refusednote0103", true), want(t, worker.push(mutation("update", "cases", demo.CaseID(1), 0, set("reference", "FM-1")))[0], contract.Refused).Refusal
	reads("refused since", false, shared, own, later, edit)
	act("lift_restriction", nil)
	reads("lifted", true, shared, own, later, edit)
}
