package coordinate

import (
	"os"
	"strings"
	"testing"
	"time"

	"holdfast/server/demo"
)

// Measured by make bench, not by make test: a time depends on the machine. The best
// of five counts, since the machine is doing other things.

func TestEveryPageIsQuickOnAWholeRegion(t *testing.T) {
	if os.Getenv("HOLDFAST_BENCH") == "" {
		t.Skip("measured by make bench")
	}
	d := openDesk(t)
	d.crowd(5000, 500)
	b := d.as(demo.Coordinator)
	for _, path := range []string{
		"/coordinate", "/coordinate/registrations", "/coordinate/registrations?status=all&sort=agency&order=down&page=100",
		"/coordinate/registrations?status=all&q=worker+04", "/coordinate/registrations/crowd0000000001", "/coordinate/champions",
		"/coordinate/coverage", "/coordinate/coverage.csv", "/coordinate/coverage?date=2025-06-30", "/coordinate/coverage?date=2025-06-30&by=sector",
		"/coordinate/coverage?date=2025-06-30&by=group&group=3", "/coordinate/champions.csv", "/coordinate/champions?sector=school&locality=Harbour",
		"/coordinate/events", "/coordinate/good-practice", "/coordinate/good-practice.csv?q=worker",
		"/coordinate/cascade", "/coordinate/cascade?q=worker&sort=agency&order=up&page=3", "/coordinate/cascade.csv", "/coordinate/cascade/new",
		"/coordinate/surgeries", "/coordinate/surgeries?topic=thresholds&from=2025-01-01", "/coordinate/surgeries.csv",
		"/coordinate/scheme", "/coordinate/scheme/change", "/coordinate/scheme/targets", "/coordinate/scheme/targets?status=holding", "/coordinate/scheme/targets/new",
	} {
		promised := 200 * time.Millisecond
		if strings.HasPrefix(path, "/coordinate/coverage") { // from the whole history: story 5 asks for two seconds
			promised = 2 * time.Second
		}
		best := time.Hour
		for range 5 {
			at := time.Now()
			wants(t, b.get(path), 200)
			best = min(best, time.Since(at))
		}
		t.Logf("%6.1f ms  %s", float64(best.Microseconds())/1000, path)
		if best > promised {
			t.Errorf("%s takes %s on 500 agencies and 5,000 registrations; %s is promised", path, best, promised)
		}
	}
}
