package gate

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Who writes without end is slowed, and nobody beside them (L8).
func TestWhoWritesWithoutEndIsSlowed(t *testing.T) {
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	p := &paces{of: map[string]pace{}, now: func() time.Time { return at }}
	write := func(who string, n int) string {
		e := &core.RequestEvent{Auth: core.NewRecord(core.NewAuthCollection("users"))}
		e.Auth.Id = who
		answer := httptest.NewRecorder()
		e.Response = answer
		if p.write(e, n) == nil {
			return ""
		}
		return answer.Header().Get("Retry-After")
	}
	for i := range 20 {
		if wait := write("one", 50); wait != "" {
			t.Fatalf("%d writes: wait %s", i*50, wait)
		}
	}
	if wait := write("one", 1); wait != "1" {
		t.Errorf("the next: wait %q", wait)
	}
	if wait := write("one", 50); wait != "5" {
		t.Errorf("the next batch: wait %q", wait)
	}
	if wait := write("another", 50); wait != "" {
		t.Errorf("somebody else: wait %s", wait)
	}
	at = at.Add(5 * time.Second)
	if wait := write("one", 50); wait != "" {
		t.Errorf("five seconds later: wait %s", wait)
	}
	at = at.Add(24 * time.Hour)
	if wait := write("one", 1001); wait != "1" {
		t.Errorf("a day later, more than a day's work: wait %q", wait)
	}
}
