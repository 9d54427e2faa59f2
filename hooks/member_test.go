package hooks_test

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/casework"
	"holdfast/hooks/feed"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

func join(t *testing.T, app core.App, c string, p demo.Person, more map[string]any) *core.Record {
	t.Helper()
	r := core.NewRecord(must(app.FindCachedCollectionByNameOrId("case_members")))
	r.Load(map[string]any{"case": c, "user": p.ID, "role": "member"})
	for k, v := range more {
		r.Set(k, v)
	}
	if err := app.Save(r); err != nil {
		t.Fatal(err)
	}
	return r
}

func holds(t *testing.T, app core.App, p demo.Person, c string) bool {
	t.Helper()
	return must(feed.Holds(app.ConcurrentDB(), p.ID, "case:"+c))
}

func TestAMembersManagerIsAMemberToo(t *testing.T) {
	app := demotest.App(t)
	u := must(app.FindRecordById("users", demo.Outsider.ID))
	u.Set("manager", demo.Coordinator.ID)
	if err := app.Save(kernel.AsServer(u)); err != nil {
		t.Fatal(err)
	}
	if holds(t, app, demo.Coordinator, demo.CaseID(7)) {
		t.Fatal("a manager of nobody on the case sees it")
	}
	join(t, app, demo.CaseID(7), demo.Outsider, nil)
	join(t, app, demo.CaseID(8), demo.Outsider, nil)
	for _, n := range []int{7, 8} {
		if !holds(t, app, demo.Coordinator, demo.CaseID(n)) {
			t.Errorf("the manager of a member does not see FM-000%d", n)
		}
	}
	r := core.NewRecord(must(app.FindCachedCollectionByNameOrId("case_members")))
	r.Load(map[string]any{"case": demo.CaseID(7), "user": demo.Outsider.ID, "role": "member"})
	if err := app.Save(r); err == nil {
		t.Error("a person is on a case twice")
	}
}

// Time enters as a write: a membership begins and ends when it is turned, and the
// rule and the grant turn together.
func TestAMembershipBeginsAndEndsOnItsDay(t *testing.T) {
	app := demotest.App(t)
	now := time.Now().UTC()
	begins, ends := now.Add(24*time.Hour), now.Add(48*time.Hour)
	join(t, app, demo.CaseID(1), demo.Outsider, map[string]any{"from": begins, "until": ends})
	for _, c := range []struct {
		at   time.Time
		want bool
	}{{now, false}, {begins.Add(time.Minute), true}, {ends.Add(time.Minute), false}} {
		if err := turn(app, c.at); err != nil {
			t.Fatal(err)
		}
		if got := holds(t, app, demo.Outsider, demo.CaseID(1)); got != c.want {
			t.Errorf("at %s holds %v, want %v", c.at, got, c.want)
		}
	}
}

// turn writes memberships as they stand at an instant.
func turn(app core.App, at time.Time) error {
	stamp, err := types.ParseDateTime(at)
	if err != nil {
		return err
	}
	return casework.TurnMemberships(app, stamp)
}

func TestOneWhoMovesAgencyLeavesTheCases(t *testing.T) {
	app := demotest.App(t)
	u := must(app.FindRecordById("users", demo.School.ID))
	u.Set("agency", demo.Outsider.Agency)
	if err := app.Save(kernel.AsServer(u)); err != nil {
		t.Fatal(err)
	}
	if holds(t, app, demo.School, demo.CaseID(1)) {
		t.Error("who left the school still sees the school's cases")
	}
	n, err := app.CountRecords("case_members", dbx.HashExp{"user": demo.School.ID, "active": true})
	if err != nil || n != 0 {
		t.Errorf("%d memberships go on (%v)", n, err)
	}
}
