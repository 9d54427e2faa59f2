package sync

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// BenchmarkPush hands in batches of 100 records through rules, hooks, merge, feed and
// audit, with every commit on disk: notes all on one case, and spread over fifty, with
// ids that rise, ids of phones that were offline, and ids of chance; and notes and contact attempts in turns; and three
// notes at a time, as a phone with signal sends them.
func BenchmarkPush(b *testing.B) {
	note := func(id, on string) contract.Mutation {
		return mutation("create", "notes", id, 0, set("case", on, "body", "Nobody came to the door; curtains closed.", "source", "seen_by_worker", "shared", true))
	}
	rising := func(n int) string { return fmt.Sprintf("bench%010d", n) }
	fifty := func(n int) string { return fmt.Sprintf("bulk%011d", n%50) }
	b.Run("OneCase", func(b *testing.B) {
		benchPush(b, demotest.App(b), 100, func(n int) contract.Mutation { return note(rising(n), demo.CaseID(1)) })
	})
	b.Run("FiftyCases", func(b *testing.B) {
		benchPush(b, caseload(b, 50, 10_000), 100, func(n int) contract.Mutation { return note(rising(n), fifty(n)) })
	})
	b.Run("FiftyCasesOffline", func(b *testing.B) {
		benchPush(b, caseload(b, 50, 10_000), 100, func(n int) contract.Mutation { return note(madeOffline(), fifty(n)) })
	})
	b.Run("FiftyCasesByChance", func(b *testing.B) {
		benchPush(b, caseload(b, 50, 10_000), 100, func(n int) contract.Mutation { return note(core.GenerateDefaultRandomId(), fifty(n)) })
	})
	b.Run("ThreeAtATime", func(b *testing.B) {
		benchPush(b, caseload(b, 50, 10_000), 3, func(n int) contract.Mutation { return note(rising(n), fifty(n)) })
	})
	b.Run("AttemptsOnAPathway", func(b *testing.B) {
		app := demotest.App(b)
		open, err := app.FindFirstRecordByFilter("pathways", "ended = false && case.case_members_via_case.user ?= {:u}", dbx.Params{"u": demo.Practitioner.ID})
		if err != nil {
			b.Fatal(err)
		}
		benchPush(b, app, 100, func(n int) contract.Mutation {
			m := attempt(rising(n), 1)
			m.Set["case"] = set("case", open.GetString("case"))["case"]
			return m
		})
	})
	b.Run("InTurns", func(b *testing.B) {
		benchPush(b, caseload(b, 50, 10_000), 100, func(n int) contract.Mutation {
			if n%2 == 0 {
				return note(rising(n), fifty(n%5))
			}
			m := attempt(rising(n), 1)
			m.Set["case"] = set("case", fifty(n%5))["case"]
			return m
		})
	})
}

func benchPush(b *testing.B, app core.App, size int, of func(n int) contract.Mutation) {
	e, err := New(app)
	if err != nil {
		b.Fatal(err)
	}
	user, err := app.FindRecordById("users", demo.Practitioner.ID)
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	worked := cpu()
	for b.Loop() {
		ms := make([]contract.Mutation, size)
		for i := range ms {
			n++
			ms[i] = of(n)
		}
		actor := kernel.Actor{User: user, Device: "device", Door: "sync"}
		err := kernel.Within(app, actor, func(tx core.App) error {
			results, err := newBatch(e, tx, user, "device").run(ms)
			if err == nil && results[size-1].Verdict != contract.Applied {
				b.Fatalf("%+v", results[size-1])
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "mutations/s")
	b.ReportMetric(float64((cpu()-worked).Microseconds())/float64(n), "cpu-µs/mutation")
}

// madeOffline is the id of a record that some phone made within the last three days, as
// the contract has it (M47).
func madeOffline() string {
	return contract.RecordID(time.Now().Add(-rand.N(72*time.Hour)), core.GenerateDefaultRandomId()[:contract.ChanceInID])
}

// cpu is the processor time this process has used: what a machine shared with
// others disturbs less than the clock.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
