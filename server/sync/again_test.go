package sync

import (
	"fmt"
	"testing"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/store"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// A pull that wrote would wait for the one writer and for the disk, behind every push
// and upload under way. Here another connection watches for any commit.
func TestAPullWritesNothing(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	db, err := store.Open(demotest.Path(s.App, "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.DB().SetMaxOpenConns(1)
	version := func() (n int) {
		t.Helper()
		if err := db.NewQuery("PRAGMA data_version").Row(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := version()
	for i, pull := range []func(){func() { p.pull(7) }, func() { p.pull(0) }, func() { p.position = nil; p.stream() }} {
		want(t, p.push(attempt(fmt.Sprintf("attemptpull%04d", i), 1))[0], contract.Applied)
		pushed := version()
		if pushed == before {
			t.Fatal("the watcher does not see a push")
		}
		pull()
		if before = version(); before != pushed {
			t.Errorf("pull %d wrote into the database", i)
		}
	}
}

// What a phone has shown that it received is not kept to be delivered again.
func TestWhatArrivedIsNotKeptToBeDeliveredAgain(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	named := func() int64 {
		return counted(t, s.App, `SELECT count(*) FROM sync_again WHERE device = {:d}`, dbx.Params{"d": p.device})
	}
	for _, id := range []string{"attemptagain001", "attemptagain002", "attemptagain003"} {
		want(t, p.push(attempt(id, 1))[0], contract.Applied)
		p.pull(0)
		p.pull(0) // it comes back with the position of what it received
	}
	if n := named(); n != 1 {
		t.Errorf("%d records wait to be delivered again, the last push named one", n)
	}
}

// What pushes named and no run would say of itself comes once in the next run, however
// the pages fall: here of two refused edits and a foreign record each, in two pushes.
func TestWhatPushesNamedComesOnceInAnyPages(t *testing.T) {
	s := fellmoor(t)
	for limit := range 5 {
		p := newPhone(t, s, demo.Practitioner)
		p.push(attempt(fmt.Sprintf("attemptnamed%03d", 2*limit), 1), attempt(fmt.Sprintf("attemptnamed%03d", 2*limit+1), 1))
		p.pull(0)
		p.pull(0)
		edit := func(n int) contract.Mutation {
			return mutation("update", "contact_attempts", fmt.Sprintf("attemptnamed%03d", 2*limit+n), 0, set("outcome", "no_answer"))
		}
		foreign := mutation("update", "notes", "nobodysnote0001", 0, set("body", "x"))
		for _, push := range [][]contract.Mutation{{edit(0), edit(1)}, {edit(1), foreign}} {
			for _, r := range p.push(push...) {
				want(t, r, contract.Refused)
			}
		}
		times := map[string]int{}
		for _, c := range p.pull(limit) {
			if c.Collection != "sync_refusals" {
				times[c.Op+" "+c.Collection+"/"+c.ID]++
			}
		}
		wanted := map[string]int{edited(edit(0)): 1, edited(edit(1)): 1, "drop notes/nobodysnote0001": 1}
		if fmt.Sprint(times) != fmt.Sprint(wanted) {
			t.Errorf("%d a page: %v, want %v", limit, times, wanted)
		}
		for _, c := range p.pull(limit) {
			t.Errorf("%d a page: and again %s %s/%s", limit, c.Op, c.Collection, c.ID)
		}
	}
}

func edited(m contract.Mutation) string { return "put " + m.Collection + "/" + m.Record }
