package sync

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// writeNotes fills a case with long notes, in one transaction.
func writeNotes(t *testing.T, s *demotest.Server, c string, n int, body string) {
	t.Helper()
	notes, err := s.App.FindCollectionByNameOrId("notes")
	if err != nil {
		t.Fatal(err)
	}
	err = kernel.Within(s.App, kernel.Actor{Door: "server"}, func(tx core.App) error {
		for i := range n {
			r := core.NewRecord(notes)
			r.Load(map[string]any{"id": fmt.Sprintf("long%011d", i), "case": c, "body": body, "source": "seen_by_worker", "shared": true, "author": demo.Practitioner.ID, "agency": demo.Practitioner.Agency})
			if err := tx.Save(kernel.AsServer(r)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// most is how large a page may be: what it is cut at, and its ends.
const most = contract.PageBytes + 4<<10

// A thousand notes of 20,000 letters: no page is larger than a phone can hold, whatever
// limit it names, and nothing is missing or said twice (B31, T40).
func TestAPageOfLongNotesIsCutByItsBytes(t *testing.T) {
	s := fellmoor(t)
	writeNotes(t, s, demo.CaseID(1), 1000, strings.Repeat("x", 20_000))
	for _, limit := range []int{0, 5000} {
		p := newPhone(t, s, demo.Practitioner)
		pages, told := 0, map[string]int{}
		for more := true; more; pages++ {
			a := s.Do("POST", "/api/sync/pull", p.token, contract.PullRequest{Position: p.position, Limit: limit})
			if a.Status != 200 || len(a.Body) > most {
				t.Fatalf("a page of %d bytes: %d", len(a.Body), a.Status)
			}
			var page contract.PullAnswer
			a.JSON(t, &page)
			if page.More && len(page.Changes) < 20 {
				t.Errorf("a page of %d changes", len(page.Changes))
			}
			for _, c := range page.Changes {
				told[c.Collection+"/"+c.ID]++
			}
			p.apply(page.Changes)
			more, p.position = page.More, &page.Position
		}
		p.inSync()
		for k, n := range told {
			if n > 1 {
				t.Errorf("%s came %d times", k, n)
			}
		}
		if pages < 20 || pages > 30 {
			t.Errorf("%d pages", pages)
		}
		// What changed since, too: all of them once more.
		if limit == 0 {
			if _, err := s.App.NonconcurrentDB().NewQuery("UPDATE notes SET speaker = 'Ivy' WHERE id LIKE 'long%'").Execute(); err != nil {
				t.Fatal(err)
			}
			for more := true; more; {
				a := s.Do("POST", "/api/sync/pull", p.token, contract.PullRequest{Position: p.position, Limit: 5000})
				var page contract.PullAnswer
				a.JSON(t, &page)
				if len(a.Body) > most {
					t.Fatalf("a page of changes of %d bytes", len(a.Body))
				}
				p.apply(page.Changes)
				more, p.position = page.More, &page.Position
			}
			p.inSync()
		}
	}

	// What is read at once is bounded alike: however long the notes, memory stays flat.
	e := engineOf(t, s.App)
	var until int64
	if err := s.App.ConcurrentDB().NewQuery("SELECT seq FROM sync_counter").Row(&until); err != nil {
		t.Fatal(err)
	}
	read := 0
	rows, rest, err := e.chunk(t.Context(), liveText, demo.Practitioner.ID, "case:"+demo.CaseID(1), 0, until, contract.MaxLimit, contract.PageBytes, until)
	for _, r := range rows {
		read += len(r.body)
	}
	if err != nil || !rest || read > most+20_000 {
		t.Errorf("%d bytes are read at once; more: %v (%v)", read, rest, err)
	}

	// A stream says a position as often; a phone that was cut off loses no more than that.
	p := newPhone(t, s, demo.Practitioner)
	a := s.Do("POST", "/api/sync/pull", p.token, contract.PullRequest{}, "Accept", "application/x-ndjson")
	part, cut, at := 0, 0, ""
	for _, line := range bytes.SplitAfter(a.Body, []byte("\n")) {
		part += len(line)
		if bytes.HasPrefix(line, []byte(`{"position"`)) {
			if part > most {
				t.Errorf("%d bytes before a position", part)
			}
			var l contract.StreamLine
			if json.Unmarshal(line, &l) == nil && cut < 5 {
				at, cut = l.Position, cut+1
			}
			part = 0
		}
	}
	if part > most || cut < 5 {
		t.Errorf("%d bytes before the end, cut %d", part, cut)
	}
	upTo, _, _ := bytes.Cut(a.Body, []byte(at))
	changes, _ := readStream(t, upTo[:bytes.LastIndexByte(upTo, '\n')])
	p.apply(changes)
	p.position = &at
	p.stream()
	p.inSync()
}

// A record larger than a page has one of its own.
func TestAPageWithRoomForNoneBringsOne(t *testing.T) {
	s := fellmoor(t)
	if _, err := s.App.NonconcurrentDB().NewQuery(`UPDATE people SET contact_points = {:long} WHERE "case" = {:c}`).
		Bind(dbx.Params{"long": `"` + strings.Repeat("x", contract.PageBytes+100) + `"`, "c": demo.CaseID(1)}).Execute(); err != nil {
		t.Fatal(err)
	}
	p := newPhone(t, s, demo.Practitioner)
	alone, more := 0, true
	for range 100 {
		page := p.page(contract.PullRequest{Position: p.position, Limit: 5000})
		p.apply(page.Changes)
		if len(page.Changes) == 1 && page.Changes[0].Collection == "people" {
			alone++
		}
		if more, p.position = page.More, &page.Position; !more {
			break
		}
	}
	p.inSync()
	if more || alone < 2 {
		t.Errorf("more: %v, %d came alone", more, alone)
	}
}

// What some readers take for the end of a line is an escape on the wire (and whole again
// when it is read).
func TestALineOfAStreamIsOneToEveryReader(t *testing.T) {
	s := fellmoor(t)
	words := "one\u2028two\u2029three\u0085four\u000bfive\u000csix\u001cseven\r\neight"
	writeNotes(t, s, demo.CaseID(1), 1, words)
	for _, accept := range []string{"", "application/x-ndjson"} {
		p := newPhone(t, s, demo.Practitioner)
		a := s.Do("POST", "/api/sync/pull", p.token, contract.PullRequest{Limit: 5000}, "Accept", accept)
		if a.Status != 200 || bytes.ContainsAny(a.Body, "\u2028\u2029\u0085\u000b\u000c\u001c\r") || !bytes.Contains(a.Body, []byte(`one\u2028two\u2029three\u0085four`)) {
			t.Errorf("%q: %d", accept, a.Status)
		}
		if p.stream(); p.field("notes", "long00000000000", "body") != words {
			t.Errorf("read as %q", p.field("notes", "long00000000000", "body"))
		}
	}
}
