package sync

import (
	"math"
	"testing"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// BenchmarkRun reads a whole caseload of 20,000 rows from nothing, without a socket.
func BenchmarkRun(b *testing.B) {
	app := caseload(b, 50, 20_000)
	e := engineOf(b, app)
	rows, worked := 0, cpu()
	for b.Loop() {
		at := &place{Device: "device", Epoch: e.epoch()}
		r, err := e.runFrom(b.Context(), demo.Practitioner.ID, "device", at)
		if err != nil {
			b.Fatal(err)
		}
		r.left = math.MaxInt32
		r.emit = func(entry) error { rows++; return nil }
		if err := r.begin(contract.PullRequest{}); err != nil {
			b.Fatal(err)
		}
		if _, err := r.fill(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64((cpu()-worked).Nanoseconds())/float64(rows), "cpu-ns/row")
}

// BenchmarkStream reads the same caseload over a socket, audited.
func BenchmarkStream(b *testing.B) {
	app := caseload(b, 50, 20_000)
	s := demotest.Serve(b, app, rooms...)
	p := newPhone(b, s, demo.Practitioner)
	rows, worked := 0, cpu()
	for b.Loop() {
		rows += countLines(b, s, "POST", "/api/sync/pull", p.token, contract.PullRequest{}, "application/x-ndjson")
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64((cpu()-worked).Nanoseconds())/float64(rows), "cpu-ns/row")
}
