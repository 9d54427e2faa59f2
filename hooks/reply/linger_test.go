package reply

import (
	"context"
	"testing"
	"time"
)

func TestWhoIsRefusedAgainAndAgainWaits(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	r := refusals{counts: map[string]int{}}
	for i := range 5 {
		if n := r.count("a", now.Add(time.Duration(i)*time.Millisecond)); n != i+1 {
			t.Errorf("the %d. refusal counts as %d", i+1, n)
		}
	}
	if n := r.count("b", now); n != 1 {
		t.Errorf("somebody else's first counts as %d", n)
	}
	if n := r.count("a", now.Add(time.Second)); n != 1 {
		t.Errorf("in the next second it counts as %d", n)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 3 {
		Linger(gone, "who went away", 0) // would take longer than a test may, were they waited for
	}
	if len(lingering) != 0 {
		t.Errorf("%d answers are held back still", len(lingering))
	}
}
