package sync

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// BenchmarkPush hands in batches of 100 notes through rules, hooks, merge, feed and
// audit, with every commit on disk: all on one case, and spread over fifty.
func BenchmarkPush(b *testing.B) {
	b.Run("OneCase", func(b *testing.B) { benchPush(b, demotest.App(b), func(int) string { return demo.CaseID(1) }) })
	b.Run("FiftyCases", func(b *testing.B) {
		benchPush(b, caseload(b, 50, 10_000), func(n int) string { return fmt.Sprintf("bulk%011d", n%50) })
	})
}

func benchPush(b *testing.B, app core.App, on func(int) string) {
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
		ms := make([]contract.Mutation, 100)
		for i := range ms {
			n++
			ms[i] = mutation("create", "notes", fmt.Sprintf("bench%010d", n), 0,
				set("case", on(n), "body", "Nobody came to the door; curtains closed.", "source", "seen_by_worker", "shared", true))
		}
		readings := readAhead(app, ms)
		actor := hooks.Actor{User: user, Device: "device", Door: "sync"}
		err := hooks.Within(app, actor, func(tx core.App) error {
			push := newBatch(e, tx, user, "device")
			push.readings = readings
			results, err := push.run(ms)
			if err == nil && results[99].Verdict != contract.Applied {
				b.Fatalf("%+v", results[99])
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

// cpu is the processor time this process has used: what a machine shared with
// others disturbs less than the clock.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
