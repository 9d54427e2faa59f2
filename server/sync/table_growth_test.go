package sync

import (
	"fmt"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// growthTable measures the server's own time as scopes and the store grow: for a pull
// with nothing new while others write, for a pull of 400 new rows, and for a push of
// 100 notes. Cost follows the change, not the store.
func growthTable(t *testing.T) {
	fmt.Printf("\nserver time as the store grows, in ms: medians of 200 pulls with nothing new, 20 of 400 new rows, 20 pushes of 100\n\n")
	fmt.Printf("  %29s %14s %14s %14s\n", "", "nothing new", "400 new", "100 pushed")
	for _, scale := range []struct{ scopes, records int }{{10, 10_000}, {50, 10_000}, {50, 100_000}, {50, 1_000_000}, {500, 100_000}} {
		app := demotest.App(t)
		fill(t, app, 0, scale.scopes/2, 1000, demo.Outsider.ID) // each case is two scopes: the case and the agency's own notes
		fill(t, app, 100_000, 100, scale.records, demo.Practitioner.ID)
		fmt.Printf("  %4d scopes, %9d records %14.3f %14.3f %14.3f\n", scale.scopes, scale.records,
			nothingNew(t, app)*1000, newRows(t, app)*1000, hundredPushed(t, app, scale.scopes/2)*1000)
	}
}

// newRows is the median time of a run that says 400 changed notes, in seconds.
func newRows(t *testing.T, app core.App) float64 {
	pull := puller(t, engineOf(t, app))
	pull()
	var times []float64
	for range 20 {
		if _, err := app.NonconcurrentDB().NewQuery(`UPDATE notes SET body = body || '.' WHERE id IN (SELECT id FROM notes WHERE id LIKE 'bkno%' AND author = {:u} AND shared LIMIT 400)`).
			Bind(map[string]any{"u": demo.Outsider.ID}).Execute(); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if n := pull(); n != 400 {
			t.Fatalf("%d changes", n)
		}
		times = append(times, time.Since(began).Seconds())
	}
	return median(times)
}

// hundredPushed is the median time of a push of 100 notes over the cases, in seconds.
func hundredPushed(t *testing.T, app core.App, cases int) float64 {
	e := engineOf(t, app)
	user, err := app.FindRecordById("users", demo.Outsider.ID)
	if err != nil {
		t.Fatal(err)
	}
	var times []float64
	for range 20 {
		ms := make([]contract.Mutation, 100)
		for i := range ms {
			n := pushed.Add(1)
			ms[i] = mutation("create", "notes", fmt.Sprintf("push%011d", n), 0, set("case", fmt.Sprintf("bulk%011d", n%int64(cases)),
				"body", "Nobody came to the door; curtains closed.", "source", "seen_by_worker", "shared", true))
		}
		began := time.Now()
		err := kernel.Within(app, kernel.Actor{User: user, Device: "device", Door: "sync"}, func(tx core.App) error {
			results, err := newBatch(e, tx, user, "device").run(ms)
			if err == nil && results[99].Verdict != contract.Applied {
				t.Fatalf("%+v", results[99])
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		times = append(times, time.Since(began).Seconds())
	}
	return median(times)
}

// nothingNew is the median time of a whole run that has nothing to say, in seconds.
func nothingNew(t *testing.T, app core.App) float64 {
	e := engineOf(t, app)
	pull := puller(t, e)
	pull()
	var times []float64
	for range 200 {
		if _, err := app.NonconcurrentDB().NewQuery("UPDATE sync_counter SET seq = seq + 1").Execute(); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if n := pull(); n != 0 {
			t.Fatalf("%d changes", n)
		}
		times = append(times, time.Since(began).Seconds())
	}
	return median(times)
}

// puller is the outsider's phone, asking for what is new in one run after another.
func puller(t *testing.T, e *Engine) func() int {
	at := &place{Device: "device", Epoch: e.epoch(), Contract: e.speaks}
	return func() int {
		n := 0
		r, err := e.runFrom(t.Context(), demo.Outsider.ID, "device", at)
		if err != nil {
			t.Fatal(err)
		}
		r.left = 5000
		r.emit = func(entry) error { n++; return nil }
		if err := r.begin(contract.PullRequest{}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.news(); err != nil { // what foresee asks
			t.Fatal(err)
		}
		for {
			r.left = 5000
			if done, err := r.fill(); err != nil {
				t.Fatal(err)
			} else if done {
				break
			}
		}
		if _, err := e.seal(at); err != nil {
			t.Fatal(err)
		}
		return n
	}
}

func median(list []float64) float64 {
	for i := range list {
		for j := i; j > 0 && list[j] < list[j-1]; j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
	return list[len(list)/2]
}
