package sync

import (
	"fmt"
	"strings"
	"testing"

	"holdfast/collections"
	"holdfast/hooks"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

func TestAPhoneHoldsWhatItsUserWasGranted(t *testing.T) {
	s := fellmoor(t)
	for _, who := range demo.Cast {
		p := newPhone(t, s, who)
		p.pull(7)
		p.inSync()

		q := newPhone(t, s, who)
		q.stream()
		q.inSync()
	}
	outsider := newPhone(t, s, demo.Outsider)
	outsider.pull(0)
	for k := range outsider.rows {
		if h := outsider.rows[k]; strings.HasPrefix(h.scope, "case:") {
			t.Errorf("the outsider's phone holds %s of %s", k, h.scope)
		}
	}
}

// Every delivery of case content is on record before it goes: who, which device,
// which case, how many rows; by page and by stream.
func TestEveryDeliveryIsOnRecord(t *testing.T) {
	s := fellmoor(t)
	delivered := func(sync func(p *phone)) map[string]int {
		p := newPhone(t, s, demo.Practitioner)
		sync(p)
		if err := hooks.SettleAudit(s.App); err != nil {
			t.Fatal(err)
		}
		var rows []struct {
			Case  string `db:"case"`
			Count int    `db:"count"`
		}
		err := s.App.ConcurrentDB().NewQuery(`SELECT "case", sum(count) AS count FROM audit_log WHERE verb = 'sync' AND device = {:d} AND actor = {:u} GROUP BY "case"`).
			Bind(map[string]any{"d": p.device, "u": demo.Practitioner.ID}).All(&rows)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, r := range rows {
			got[r.Case] = r.Count
		}
		for k, h := range p.rows {
			if c := collections.CaseOf(h.scope); c != "" && got[c] == 0 {
				t.Errorf("%s of case %s was delivered and is not on record", k, c)
			}
		}
		return got
	}
	paged, streamed := delivered(func(p *phone) { p.pull(7) }), delivered(func(p *phone) { p.stream() })
	if fmt.Sprint(paged) != fmt.Sprint(streamed) || len(paged) != 6 {
		t.Errorf("by page %v, by stream %v", paged, streamed)
	}
}

// What a run delivers is written down as it begins. An old place in a run is no way
// to read a case off the record: after an hour it is written down again.
func TestAnOldPlaceInARunIsWrittenDownAgain(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	recorded := func() (n int) {
		t.Helper()
		if err := hooks.SettleAudit(s.App); err != nil {
			t.Fatal(err)
		}
		err := s.App.ConcurrentDB().NewQuery(`SELECT count(*) FROM audit_log WHERE verb = 'sync' AND device = {:d}`).Bind(map[string]any{"d": p.device}).Row(&n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	first := p.page(contract.PullRequest{Limit: 7})
	begun := recorded()
	if begun == 0 {
		t.Fatal("a run began and nothing was written down")
	}
	p.page(contract.PullRequest{Limit: 7, Position: &first.Position})
	if n := recorded(); n != begun {
		t.Errorf("%d lines after the second page, %d after the first", n, begun)
	}
	e := engineOf(t, s.App)
	at, err := e.unseal(first.Position, demo.Practitioner.ID, p.device)
	if err != nil {
		t.Fatal(err)
	}
	at.Promised -= 3601
	old, err := e.seal(at)
	if err != nil {
		t.Fatal(err)
	}
	p.page(contract.PullRequest{Limit: 7, Position: &old})
	if n := recorded(); n <= begun {
		t.Errorf("an old place was read from and %d lines stand, as before", n)
	}
}
