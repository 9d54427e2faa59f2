package sync

import (
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/tools/subscriptions"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

func TestAWakeUpReachesThoseWhoseScopesChangedAndSaysNothing(t *testing.T) {
	s := fellmoor(t)
	ears := map[string]subscriptions.Client{}
	for _, p := range demo.Cast {
		u, err := s.App.FindRecordById("users", p.ID)
		if err != nil {
			t.Fatal(err)
		}
		c := subscriptions.NewDefaultClient()
		c.Set(apis.RealtimeClientAuthKey, u)
		c.Subscribe(Topic)
		s.App.SubscriptionsBroker().Register(c)
		ears[p.Account] = c
	}
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	heard(t, ears, 2*quiet) // the new phone is news to its owner
	var ms []contract.Mutation
	for range 20 {
		ms = append(ms, mutation("create", "notes", ulid()[11:], 0, set("case", demo.CaseID(1), "body", "A secret.", "source", "document", "shared", true)))
	}
	p.push(ms...)
	got := heard(t, ears, 4*quiet)
	for account, want := range map[string]bool{"practitioner": true, "school": true, "manager": true, "colleague": false, "outsider": false, "coordinator": false, "dpo": false} {
		if (got[account] > 0) != want {
			t.Errorf("%s heard %d wake-ups, should hear any: %v", account, got[account], want)
		}
		if got[account] > 2 {
			t.Errorf("%s was woken %d times for one push", account, got[account])
		}
	}
	leave(t, s.App, demo.School.ID, demo.CaseID(1))
	if got := heard(t, ears, 4*quiet); got["school"] == 0 {
		t.Error("who lost a case was not told that there is news")
	}
}

// heard drains what the listeners are told within a while.
func heard(t *testing.T, ears map[string]subscriptions.Client, while time.Duration) map[string]int {
	t.Helper()
	got := map[string]int{}
	end := time.After(while)
	for {
		select {
		case <-end:
			return got
		default:
		}
		for account, c := range ears {
			select {
			case m := <-c.Channel():
				if m.Name != Topic || string(m.Data) != `{"news":true}` {
					t.Fatalf("%s was told %s %s", account, m.Name, m.Data)
				}
				got[account]++
			default:
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
}
