package soak

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
	"holdfast/server/sync"
)

// A case changes hands a few times.
func TestACaseChangesHands(t *testing.T) { handovers(t, 1_000, 2) }

// A case of 5,000 rows changes hands twenty times.
func TestSoakACaseChangesHands(t *testing.T) {
	long(t)
	if middle := handovers(t, 5_000, 20); middle > 20*time.Millisecond {
		t.Errorf("a case of 5,000 rows changes hands in %v; wanted: 20 ms", middle)
	}
}

// handovers gives a case of so many rows from one worker to another and back, beside
// a case of few rows, and answers the middle time of the large one's transaction.
// Both phones are held to it each time.
func handovers(t *testing.T, n, rounds int) time.Duration {
	app := demotest.App(t)
	workers(t, app, 2)
	leads(t, app, 0, 2, 2)
	few := n / 100
	rows(t, app, 0, few, few) // into the first case
	series(t, app, n, 2*n, `INSERT INTO notes (id, "case", body, source, speaker, verbatim, shared, occurred_at, author, agency)
		SELECT printf('soaknote%07d', i), 'soakcase0000001', 'Nobody came to the door; the curtains were closed at midday.', 'seen_by_worker', '', 0, i % 5 > 0,
		'2026-11-01 10:00:00.000Z', {:author}, {:agency} FROM n`, nil)
	small, large := caseID(0), caseID(1)
	inside := demotest.Serve(t, app, devices.Open, sync.Open)
	s := &server{t: t, url: inside.URL, dir: app.DataDir()}
	var phones [2]*phone
	for i := range phones {
		user, err := app.FindRecordById("users", workerID(i))
		if err != nil {
			t.Fatal(err)
		}
		token, err := signin.SignInToken(user, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		phones[i] = newPhone(t, s, user.Id, token)
		if err := phones[i].sync(); err != nil {
			t.Fatal(err)
		}
	}
	var times []time.Duration
	var wrote []int
	for round := range rounds {
		from, to := phones[round%2], phones[1-round%2]
		_, smallRows := handover(t, app, small, from.user, to.user)
		took, written := handover(t, app, large, from.user, to.user)
		times, wrote = append(times, took), append(wrote, written)
		if written != smallRows {
			t.Errorf("round %d: a case of %d rows is handed over by %d written rows, one of %d by %d", round, n, written, few, smallRows)
		}
		leaves(t, from, large, n)
		if err := to.sync(); err != nil {
			t.Fatal(err)
		}
		if got := of(to, large); got < n {
			t.Errorf("round %d: the new worker's phone has %d rows of the case, it has more than %d", round, got, n)
		}
		a := open(t, s.dir, "data.db")
		from.inSync(a)
		to.inSync(a)
		a.close()
	}
	middle, _, greatest := spread(times)
	t.Logf("a case of %d rows changed hands %d times: the transaction took %.2f ms in the middle, %.2f at most, and wrote %d rows each time (%d at most), as for a case of %d rows; %s",
		n, rounds, ms(middle), ms(greatest), wrote[len(wrote)-1], slices.Max(wrote), few, outcome(t))
	return middle
}

// handover takes a worker off a case and puts another on it, in one transaction, as
// a manager does; it answers how long that took until it was on the disk, and how many
// rows it wrote.
func handover(t *testing.T, app core.App, caseID, from, to string) (took time.Duration, wrote int) {
	t.Helper()
	manager, err := app.FindRecordById("users", demo.Manager.ID)
	if err != nil {
		t.Fatal(err)
	}
	changes := func(tx core.App) (n int) {
		if err := tx.NonconcurrentDB().NewQuery("SELECT total_changes()").Row(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	began := time.Now()
	err = kernel.Within(app, kernel.Actor{User: manager, Door: "coordinate"}, func(tx core.App) error {
		before := changes(tx)
		m, err := tx.FindFirstRecordByFilter("case_members", "case = {:c} && user = {:u} && active = true", map[string]any{"c": caseID, "u": from})
		if err != nil {
			return err
		}
		m.Set("until", types.NowDateTime())
		if err := tx.Save(m); err != nil {
			return err
		}
		next := core.NewRecord(m.Collection())
		next.Load(map[string]any{"case": caseID, "user": to, "role": "lead"})
		if err := tx.Save(next); err != nil {
			return err
		}
		wrote = changes(tx) - before
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return time.Since(began), wrote
}

// leaves proves that a phone is told in one line a scope that a case is no longer
// its, and that nothing of the case is said besides.
func leaves(t *testing.T, p *phone, caseID string, n int) {
	t.Helper()
	if got := of(p, caseID); got < n {
		t.Fatalf("before it leaves, the phone has %d rows of the case", got)
	}
	if err := p.pull(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for _, page := range p.pages {
		said.Write(page)
	}
	if got := strings.Count(said.String(), `{"op":"drop","scope":"case:`+caseID); got != 2 { // the case, and the agency's own notes on it
		t.Errorf("%d lines drop a scope of the case: %.500s", got, said.String())
	}
	for _, never := range []string{"curtains", `"op":"put","scope":"case:` + caseID} {
		if strings.Contains(said.String(), never) {
			t.Errorf("%q is said of a case that was lost", never)
		}
	}
	if _, err := p.apply(); err != nil {
		t.Fatal(err)
	}
	if got := of(p, caseID); got != 0 {
		t.Errorf("%d rows of the case are still on the phone", got)
	}
}

// of is how many rows of a case a phone holds.
func of(p *phone, caseID string) (n int) {
	for _, h := range p.rows {
		if strings.HasPrefix(h.scope, "case:"+caseID) {
			n++
		}
	}
	return n
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
