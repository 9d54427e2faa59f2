package demotest

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
)

// reads is what a test was shown of cases by the stock API. When the test ends, each
// record that went out has been written down as read: every test of the suite that asks
// is a test of this too. That nothing is written down twice, the gate's own test says.
type reads struct {
	mu    sync.Mutex
	shown map[string]int // collection and case -> records
	off   bool
}

// ForgetReads is for a test that empties the audit log itself.
func (s *Server) ForgetReads() {
	s.reads.mu.Lock()
	defer s.reads.mu.Unlock()
	s.reads.off = true
}

// see counts what an answer showed.
func (r *reads) see(method, path string, a Answer) {
	if method != http.MethodGet || a.Status != http.StatusOK || !strings.HasPrefix(path, "/api/collections/") || strings.Contains(path, "fields=") {
		return
	}
	var one map[string]any
	if json.Unmarshal(a.Body, &one) != nil {
		return
	}
	records, list := one["items"].([]any)
	if !list {
		records = []any{one}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, record := range records {
		fields, _ := record.(map[string]any)
		name, _ := fields["collectionName"].(string)
		if n := collections.ByName(name); n != nil && n.ReadAs() != "" {
			id, _ := fields[n.ReadAs()].(string)
			r.shown[name+" "+id]++
		}
	}
}

// reckon holds it against the audit log.
func (r *reads) reckon(t testing.TB, app core.App) {
	if r.off || t.Failed() || t.Skipped() || len(r.shown) == 0 || app.ConcurrentDB() == nil {
		return
	}
	var written []struct {
		What  string `db:"what"`
		Count int    `db:"count"`
	}
	err := kernel.SettleAudit(app)
	if err == nil {
		err = app.ConcurrentDB().NewQuery(`SELECT collection || ' ' || "case" AS what, sum(count) AS count FROM audit_log WHERE verb = 'read' GROUP BY 1`).All(&written)
	}
	if err != nil {
		t.Errorf("what was read: %v", err)
	}
	counts := map[string]int{}
	for _, w := range written {
		counts[w.What] = w.Count
	}
	for what, shown := range r.shown {
		if counts[what] < shown {
			t.Errorf("%s: %d records were shown and %d written down as read", what, shown, counts[what])
		}
	}
}
