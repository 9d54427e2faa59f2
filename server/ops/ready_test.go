package ops

import (
	"testing"
	"time"

	"holdfast/server/demo/demotest"
)

// The store takes no write, as on a full disk or a read-only one: reads go on.
func TestABalancerHearsThatAWriteWouldFail(t *testing.T) {
	s := house(t, Options{})
	readOnly := func(so string) {
		t.Helper()
		if _, err := s.App.NonconcurrentDB().NewQuery("PRAGMA query_only = " + so).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	readOnly("ON")
	if a := s.Do("GET", "/readyz", "", nil); a.Status != 503 || string(a.Body) != "not ready\n" {
		t.Errorf("with a store that takes no write: %d %s", a.Status, a.Body)
	}
	if a := s.Do("GET", "/healthz", "", nil); a.Status != 200 {
		t.Errorf("the process answers: %d %s", a.Status, a.Body)
	}
	readOnly("OFF")
	if err := ready(s.App); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestAServerInOrderIsReadyForAnybodyWhoAsks(t *testing.T) {
	s := house(t, Options{})
	if a := s.Do("GET", "/readyz", "", nil); a.Status != 200 || string(a.Body) != "ready\n" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// Without its triggers a write would be kept and reach nobody.
func TestAServerWithoutItsFeedIsNotReady(t *testing.T) {
	s := house(t, Options{})
	var trigger string
	if err := s.App.ConcurrentDB().NewQuery("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'notes' LIMIT 1").Row(&trigger); err != nil {
		t.Fatal(err)
	}
	if _, err := s.App.NonconcurrentDB().NewQuery(`DROP TRIGGER "` + trigger + `"`).Execute(); err != nil {
		t.Fatal(err)
	}
	if ready(s.App) == nil {
		t.Error("it says that it is ready")
	}
}

// A flood of questions costs one write.
func TestReadinessIsTriedOnceAMoment(t *testing.T) {
	s := house(t, Options{})
	var kept readiness
	now := demotest.Today
	if err := kept.of(s.App, now); err != nil {
		t.Fatal(err)
	}
	if _, err := s.App.NonconcurrentDB().NewQuery("PRAGMA query_only = ON").Execute(); err != nil {
		t.Fatal(err)
	}
	if err := kept.of(s.App, now.Add(askedAgain-time.Millisecond)); err != nil {
		t.Errorf("it was tried again at once: %v", err)
	}
	if kept.of(s.App, now.Add(askedAgain)) == nil {
		t.Error("it was not tried again")
	}
	if kept.of(s.App, now.Add(-time.Hour)) == nil {
		t.Error("a clock that was put back keeps an old answer for an hour")
	}
}
