package soak

import (
	"bufio"
	"encoding/json"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
)

// slack is what a stream may hold above an idle server, however many rows it has.
const slack = 40 * mib

// A first sync comes whole in one answer.
func TestAFirstSyncInOneAnswer(t *testing.T) {
	firstSync(t, 2_000, 0)
	firstSync(t, 20_000, 0)
	firstSync(t, 2_000, 20_000) // a thousand notes as long as they may be
}

// A first sync of ten times as many rows holds no more memory.
func TestSoakAFirstSyncInOneAnswer(t *testing.T) {
	long(t)
	small, large := firstSync(t, 20_000, 0), firstSync(t, 200_000, 0)
	if large > small+slack {
		t.Errorf("200,000 rows hold %d MiB of the server's own memory above idle, 20,000 hold %d", large/mib, small/mib)
	}
	small, large = firstSync(t, 2_000, 20_000), firstSync(t, 20_000, 20_000)
	if large > small+slack {
		t.Errorf("10,000 long notes hold %d MiB of the server's own memory above idle, 1,000 hold %d", large/mib, small/mib)
	}
}

// firstSync streams a caseload to a new phone and answers how much memory of its own
// the server held meanwhile, above an idle one's. The pages of the database's file
// that are mapped are counted apart: they grow with what is read, and are the
// kernel's to take back.
func firstSync(t *testing.T, n, letters int) (own int64) {
	const cases = 50
	user := workerID(0)
	dir, signIns := prepared(t, func(app core.App) {
		workers(t, app, 1)
		leads(t, app, 0, cases, cases)
		rows(t, app, 0, n, n/cases)
		if letters > 0 {
			lengthen(t, app, letters)
		}
	}, user)
	s := serve(t, dir)
	p := newPhone(t, s, user, signIns[user])
	time.Sleep(200 * time.Millisecond)
	idle, used := s.memory(), s.processor()
	stop := s.watch()
	began := time.Now()
	res, err := p.begin("/api/sync/pull", p.device.AccessToken, contract.PullRequest{}, "application/x-ndjson")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	first := time.Since(began)
	tally := map[string]*contract.Tally{}
	var end contract.StreamLine
	puts, marks := 0, 0
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct { // either a change or a mark
			Op, Scope string
			Rev       int64
			contract.StreamLine
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		switch {
		case line.End:
			end = line.StreamLine
		case line.Op == "":
			marks++
		default:
			puts++
			if tally[line.Scope] == nil {
				tally[line.Scope] = &contract.Tally{}
			}
			tally[line.Scope].Add(line.Rev)
		}
	}
	whole := time.Since(began)
	most, processor := stop(), s.processor()-used
	if err := lines.Err(); err != nil || !end.End {
		t.Fatalf("the stream breaks off after %d rows: %v", puts, err)
	}
	for scope, want := range end.Digest {
		if got := tally[scope]; got == nil && want.Count > 0 || got != nil && got.Digest() != want {
			t.Errorf("%s: %+v came, the server says %+v", scope, got, want)
		}
	}
	s.stop()
	a := open(t, dir, "data.db")
	defer a.close()
	if want := len(a.truth(user)); puts != want || puts < n {
		t.Errorf("%d rows came, %d are theirs", puts, want)
	}
	if marks < puts/1000 {
		t.Errorf("%d position lines for %d rows", marks, puts)
	}
	own = most.own - idle.own
	t.Logf("first sync of %d rows in one answer: %.3f s (first line after %.3f), processor %.2f s; "+
		"resident %d MiB idle, %d at most; of it the server's own %d MiB idle, %d at most; %s",
		puts, whole.Seconds(), first.Seconds(), processor.Seconds(), idle.resident/mib, most.highest/mib, idle.own/mib, most.own/mib, outcome(t))
	return own
}
