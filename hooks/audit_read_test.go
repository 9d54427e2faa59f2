package hooks_test

import (
	"os"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// reads are how many reads of the first case the log knows.
func reads(t *testing.T, app core.App) int64 {
	t.Helper()
	var n int64
	if err := app.ConcurrentDB().NewQuery(`SELECT count(*) FROM audit_log WHERE verb = 'read' AND record = '` + demo.CaseID(1) + `'`).Row(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func settle(t *testing.T, app core.App) {
	t.Helper()
	if err := kernel.SettleAudit(app); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, s *demotest.Server) demotest.Answer {
	t.Helper()
	return s.Do("GET", "/api/collections/cases/records/"+demo.CaseID(1), s.Token(demo.Practitioner), nil)
}

// What was read is in the log once, wherever its way there was cut.
func TestWhatWasReadIsOnRecordOnce(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	waiting := demotest.Path(s.App, "audit.reads")
	read(t, s)
	kept, err := os.ReadFile(waiting)
	if err != nil || reads(t, s.App) != 0 {
		t.Fatalf("a read was to wait beside the log: %v, %d in it", err, reads(t, s.App))
	}
	settle(t, s.App)
	if n := reads(t, s.App); n != 1 {
		t.Fatalf("%d entries of one read", n)
	}
	if _, err := os.Stat(waiting + ".taken"); err == nil {
		t.Error("the lines that were moved are still there")
	}
	// The process died after the commit and before the file went, and meanwhile
	// somebody read again.
	if err := os.WriteFile(waiting+".taken", kept, 0o600); err != nil {
		t.Fatal(err)
	}
	read(t, s)
	settle(t, s.App)
	if n := reads(t, s.App); n != 2 {
		t.Errorf("%d entries of two reads", n)
	}
	// A power cut left half a line at the end.
	read(t, s)
	f, err := os.OpenFile(waiting, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.WriteString(`["0mf`)
	_ = f.Close()
	settle(t, s.App)
	if n := reads(t, s.App); n != 3 {
		t.Errorf("%d entries of three reads", n)
	}
}

// What cannot be written down is not delivered.
func TestWhatCannotBeWrittenDownIsNotShown(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	if err := os.Mkdir(demotest.Path(s.App, "audit.reads"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/api/collections/cases/records/" + demo.CaseID(1), "/api/collections/cases/records"} {
		a := s.Do("GET", path, s.Token(demo.Practitioner), nil)
		if a.Status < 400 || strings.Contains(string(a.Body), demo.CaseID(1)) {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
}
