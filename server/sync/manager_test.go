package sync

import (
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// A manager's phone has the refused work that they may settle, of whom they manage now,
// as their list has it: what was not an agency's own, and what was of their own agency.
func TestAManagersPhoneHasTheRefusalsThatTheyMaySettle(t *testing.T) {
	s := fellmoor(t)
	worker, manager, other := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Manager), newPhone(t, s, demo.School)
	phones := []*phone{worker, manager, other}
	same := func(when string) {
		t.Helper()
		for _, p := range phones {
			p.pull(0)
			p.inSync()
			var list struct{ Items []struct{ ID string } }
			s.Do("GET", "/api/collections/sync_refusals/records?perPage=500", p.token, nil).JSON(t, &list)
			var listed, held []string
			for _, r := range list.Items {
				listed = append(listed, r.ID)
			}
			for k := range p.rows {
				if id, ok := strings.CutPrefix(k, "sync_refusals/"); ok {
					held = append(held, id)
				}
			}
			slices.Sort(listed)
			slices.Sort(held)
			if !slices.Equal(listed, held) {
				t.Errorf("%s: %s's list has %v, their phone %v", when, p.who.Account, listed, held)
			}
		}
	}
	has := func(p *phone, id string) bool { return p.rows["sync_refusals/"+id].record != "" }
	bad := func(id string, shared bool) contract.Mutation {
		return mutation("create", "notes", id, 0, set("case", demo.CaseID(1), "body", "Seen.", "source", "telepathy", "shared", shared))
	}
	same("at first")
	shared, own := want(t, worker.push(bad("refusednote0001", true))[0], contract.Refused), want(t, worker.push(bad("refusednote0002", false))[0], contract.Refused)
	same("refused")
	if !has(manager, shared.Refusal) || !has(manager, own.Refusal) || has(other, shared.Refusal) {
		t.Error("whose phone has what was refused")
	}
	// Without signal, the manager puts it right.
	fix := mutation("update", "sync_refusals", shared.Refusal, manager.rev("sync_refusals", shared.Refusal), set("action", "resend", "values", set("source", "document")))
	want(t, manager.push(fix)[0], contract.Applied)
	same("put right")
	if got := worker.field("sync_refusals", shared.Refusal, "status"); got != "settled" || worker.field("notes", "refusednote0001", "author") != demo.Manager.ID {
		t.Errorf("on the worker's phone it is %v", got)
	}
	manages := func(who *core.Record, by string) {
		t.Helper()
		who.Set("manager", by)
		if err := s.App.Save(kernel.AsServer(who)); err != nil {
			t.Fatal(err)
		}
	}
	priya, err := s.App.FindRecordById("users", demo.Practitioner.ID)
	if err != nil {
		t.Fatal(err)
	}
	manages(priya, demo.School.ID)
	same("another manages them, of another agency")
	if has(manager, shared.Refusal) || has(manager, own.Refusal) || !has(other, shared.Refusal) || has(other, own.Refusal) {
		t.Error("whose phone has what was refused, once another manages them")
	}
	want(t, worker.push(bad("refusednote0003", true), bad("refusednote0004", false))[0], contract.Refused)
	same("and more is refused")
	manages(priya, "")
	same("nobody manages them")
	manages(priya, demo.Manager.ID)
	same("and the first does again")
}
