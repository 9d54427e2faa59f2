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
	heard(t, ears, "practitioner") // the new phone is news to its owner
	var ms []contract.Mutation
	for range 20 {
		ms = append(ms, mutation("create", "notes", ulid()[11:], 0, set("case", demo.CaseID(1), "body", "A secret.", "source", "document", "shared", true)))
	}
	p.push(ms...)
	got := heard(t, ears, "practitioner", "school", "manager")
	for account, want := range map[string]bool{"practitioner": true, "school": true, "manager": true, "colleague": false, "outsider": false, "coordinator": false, "dpo": false} {
		if (got[account] > 0) != want {
			t.Errorf("%s heard %d wake-ups, should hear any: %v", account, got[account], want)
		}
		if got[account] > 5 {
			t.Errorf("%s was woken %d times for one push", account, got[account])
		}
	}
	leave(t, s.App, demo.School.ID, demo.CaseID(1))
	heard(t, ears, "school") // who lost a case is told too
}

// heard collects wake-ups until all who should hear have heard, and a while longer
// for those who should not.
func heard(t *testing.T, ears map[string]subscriptions.Client, wanted ...string) map[string]int {
	t.Helper()
	got := map[string]int{}
	collect := func(while time.Duration, enough func() bool) {
		for end := time.Now().Add(while); time.Now().Before(end) && !enough(); time.Sleep(5 * time.Millisecond) {
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
		}
	}
	collect(30*time.Second, func() bool {
		for _, account := range wanted {
			if got[account] == 0 {
				return false
			}
		}
		return true
	})
	collect(2*quiet, func() bool { return false })
	for _, account := range wanted {
		if got[account] == 0 {
			t.Errorf("%s heard nothing", account)
		}
	}
	return got
}
