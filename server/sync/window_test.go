package sync

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/collections"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// archive is a Fellmoor in which all but one of the practitioner's cases lie more than a
// year back, as the server's own days tell.
func archive(t *testing.T) (s *demotest.Server, lively string) {
	t.Helper()
	s = fellmoor(t)
	if _, err := s.App.NonconcurrentDB().NewQuery(`INSERT INTO sync_days (day, at, seq) SELECT 'long ago', {:at}, seq FROM sync_counter`).
		Bind(dbx.Params{"at": time.Now().AddDate(0, -13, 0).Unix()}).Execute(); err != nil {
		t.Fatal(err)
	}
	lively = demo.CaseID(3)
	byHand(t, s, "UPDATE cases SET summary = 'of late' WHERE id = '"+lively+"'")
	return s, lively
}

func byHand(t *testing.T, s *demotest.Server, sql string) {
	t.Helper()
	if _, err := s.App.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
		t.Fatal(err)
	}
}

// A worker with an archive has their families of late first, whole, is told so, and has
// everything at the end: by pages, by stream, with collections first, and for some alone.
func TestTheFamiliesOfLateComeFirst(t *testing.T) {
	s, lively := archive(t)
	for what, ask := range map[string]contract.PullRequest{
		"plain":           {Limit: 4},
		"some first":      {Limit: 4, First: []string{"notes"}},
		"large pages":     {Limit: 5000},
		"some alone":      {Limit: 3, Collections: []string{"cases", "notes", "users"}},
		"a window of all": {Limit: 50},
	} {
		p := newPhone(t, s, demo.Practitioner)
		ask.Window = 12
		told, pages := false, 0
		for more := true; more; pages++ {
			ask.Position = p.position
			a := p.page(ask)
			for _, c := range a.Changes {
				of := collections.CaseOf(c.Scope)
				if told && (of == "" || of == lively) {
					t.Errorf("%s: %s/%s of what comes first is told after it was said to be there", what, c.Collection, c.ID)
				}
				if !a.Recent && of != "" && of != lively {
					t.Errorf("%s: %s of the archive comes before the rest is there", what, of)
				}
			}
			p.apply(a.Changes)
			p.position, told, more = &a.Position, told || a.Recent, a.More
		}
		if !told {
			t.Errorf("%s: it is never said that what comes first is there", what)
		}
		if ask.Collections == nil {
			p.inSync()
		}
	}
	p := newPhone(t, s, demo.Practitioner)
	a := s.Do("POST", "/api/sync/pull", p.token, contract.PullRequest{Window: 12}, "Accept", "application/x-ndjson")
	before, after, found := strings.Cut(string(a.Body), `,"recent":true}`+"\n")
	if !found || strings.Contains(before, demo.CaseID(1)+`"`) && strings.Contains(before, `"scope":"case:`+demo.CaseID(1)) {
		t.Error("the stream says too late, or never, that what comes first is there")
	}
	if strings.Contains(after, `"scope":"case:`+lively) || strings.Contains(after, `"scope":"all"`) {
		t.Error("the stream tells of what comes first after it was said to be there")
	}
	changes, end := readStream(t, a.Body)
	p.apply(changes)
	p.position = &end.Position
	p.inSync()
	if again := p.pull(0); len(again) != 0 {
		t.Errorf("the next pull brings %d changes", len(again))
	}
}

// While a long run is under way others write: what leaves the window comes with the rest.
func TestAWindowLosesNothingThatChangesUnderWay(t *testing.T) {
	s, lively := archive(t)
	for _, limit := range []int{1, 5, 23} {
		p := newPhone(t, s, demo.Practitioner)
		for n, more := 0, true; more; n++ {
			if n%5 == 3 {
				byHand(t, s, "UPDATE cases SET summary = summary || '.' WHERE id IN ('"+lively+"', '"+demo.CaseID(1)+"')")
				byHand(t, s, "UPDATE notes SET shared = 1 - shared WHERE \"case\" = '"+lively+"'")
			}
			a := p.page(contract.PullRequest{Position: p.position, Limit: limit, Window: 12})
			p.apply(a.Changes)
			p.position, more = &a.Position, a.More
		}
		p.pull(0) // what changed meanwhile
		p.inSync()
	}
}

// An estimate counts what the pull then delivers, and comes near its bytes.
func TestAnEstimateIsWhatComes(t *testing.T) {
	docs := published(t)
	for _, who := range []demo.Person{demo.Practitioner, demo.School, demo.Outsider} {
		s, lively := archive(t)
		p := newPhone(t, s, who)
		for round, ask := range []contract.EstimateRequest{{}, {Window: 12}, {Collections: []string{"notes", "cases"}}, {}} {
			if round == 3 { // and from a position, when something is new
				p.pull(0)
				byHand(t, s, "UPDATE notes SET body = body || '.'")
				ask.Position = p.position
			}
			a := s.Do("POST", "/api/sync/estimate", p.token, ask)
			if a.Status != 200 {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			docs.fits(a, 200, "EstimateAnswer", "an estimate")
			var est contract.EstimateAnswer
			a.JSON(t, &est)
			body := s.Do("POST", "/api/sync/pull", p.token, contract.PullRequest{Position: ask.Position, Limit: 5000, Collections: ask.Collections, Window: ask.Window})
			var page contract.PullAnswer
			body.JSON(t, &page)
			puts, by, recent := int64(0), map[string]int64{}, int64(0)
			for _, c := range page.Changes {
				if c.Op == "put" {
					puts++
					by[c.Collection]++
					if of := collections.CaseOf(c.Scope); of == "" || of == lively {
						recent++
					}
				}
			}
			if page.More || est.Total.Records != puts {
				t.Errorf("%s, round %d: %d records are told of, %d come", who.Account, round, est.Total.Records, puts)
			}
			for name, n := range by {
				if est.Collections[name].Records != n {
					t.Errorf("%s, round %d: %d %s are told of, %d come", who.Account, round, est.Collections[name].Records, name, n)
				}
			}
			if ask.Window > 0 && est.Recent.Records != recent {
				t.Errorf("%s: %d of late are told of, %d come", who.Account, est.Recent.Records, recent)
			}
			if got, want := est.Total.Bytes, int64(len(body.Body)); puts > 20 && (got < want*7/10 || got > want*13/10) {
				t.Errorf("%s, round %d: %d bytes are told of, %d come", who.Account, round, got, want)
			}
		}
	}
}
