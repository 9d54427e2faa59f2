package soak

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
)

// A few phones come back at once.
func TestPhonesBackAtOnce(t *testing.T) { rush(t, 10, 30, 60) }

// A whole area comes back at once: after a network failure, say, or on Monday at
// nine.
func TestSoakPhonesBackAtOnce(t *testing.T) {
	long(t)
	served, most := rush(t, 300, 100, 500)
	if served > 30*time.Second {
		t.Errorf("300 phones were served after %v; wanted: 30 s", served)
	}
	if most > 300*mib {
		t.Errorf("the server held %d MiB; wanted: under 300", most/mib)
	}
}

// rush lets phones sign on, makes them fall behind by some rows each, and lets them
// all push and pull at the same moment. It answers when the last was served, and the
// most memory the server held.
func rush(t *testing.T, phones, mutations, behind int) (served time.Duration, most int64) {
	const cases = 5 // a worker
	var users []string
	for i := range phones {
		users = append(users, workerID(i))
	}
	dir, signIns := prepared(t, func(app core.App) {
		workers(t, app, phones)
		leads(t, app, 0, phones*cases, cases)
		rows(t, app, 0, phones*cases*2, 2)
	}, users...)
	s := serve(t, dir)
	all := make([]*phone, phones)
	for i, user := range users {
		all[i] = newPhone(t, s, user, signIns[user])
		if err := all[i].sync(); err != nil {
			t.Fatal(err)
		}
	}
	s.stop()
	reopened(t, dir, func(app core.App) { // colleagues record, while these are without signal
		rows(t, app, phones*cases*2, phones*cases*2+phones*behind, behind/cases)
	})

	var deeds []*deed
	outbox := make([][]*deed, phones)
	bodies := make([][]byte, phones)
	for i, p := range all {
		outbox[i] = p.day(i*cases, cases, mutations)
		deeds = append(deeds, outbox[i]...)
		var ask contract.PushRequest
		for _, d := range outbox[i] {
			ask.Mutations = append(ask.Mutations, d.Mutation)
		}
		raw, err := json.Marshal(ask)
		if err != nil {
			t.Fatal(err)
		}
		bodies[i] = raw
	}
	s.start()
	idle := s.memory()
	stop := s.watch()
	var starting, finished sync.WaitGroup
	starting.Add(1)
	pushed, done, failed := make([]time.Duration, phones), make([]time.Duration, phones), make([]error, phones)
	answers := make([]contract.PushAnswer, phones)
	var began time.Time
	for i, p := range all {
		finished.Go(func() {
			starting.Wait()
			if failed[i] = p.ask("/api/sync/push", bodies[i], &answers[i]); failed[i] != nil {
				return
			}
			pushed[i] = time.Since(began)
			failed[i] = p.pull()
			done[i] = time.Since(began)
		})
	}
	began = time.Now()
	starting.Done()
	finished.Wait()
	served = time.Since(began)
	processor := s.processor()
	highest := stop()
	if now := s.memory(); now.highest > highest.highest {
		highest.highest = now.highest
	}

	away := 0
	for i, p := range all {
		if failed[i] != nil {
			t.Fatal(failed[i])
		}
		if len(p.refused) > 0 {
			t.Errorf("a phone was sent away: %v", p.refused)
			away += len(p.refused)
		}
		if err := answered(outbox[i], answers[i]); err != nil {
			t.Fatal(err)
		}
		fresh, err := p.apply()
		if err != nil {
			t.Fatal(err)
		}
		if want := behind + creates(outbox[i]); fresh != want {
			t.Errorf("phone %d was brought %d new rows, should be %d", i, fresh, want)
		}
	}
	s.stop()
	sound(t, dir)
	a := open(t, dir, "data.db")
	defer a.close()
	if got := a.judge(deeds); got[contract.Applied] != phones*mutations {
		t.Errorf("%v of %d mutations", got, phones*mutations)
	}
	for _, p := range all {
		p.inSync(a)
	}
	pushMiddle, push95, _ := spread(pushed)
	middle, p95, last := spread(done)
	t.Logf("%d phones at once, %d mutations and %d rows each: all served after %.2f s (phone: middle %.2f, 95 of 100 %.2f, last %.2f; pushed: middle %.2f, 95 of 100 %.2f), processor %.2f s, "+
		"resident %d MiB idle, %d at most; of it the server's own %d MiB idle, %d at most; %d answers that sent a phone away; %s",
		phones, mutations, behind, served.Seconds(), middle.Seconds(), p95.Seconds(), last.Seconds(), pushMiddle.Seconds(), push95.Seconds(), processor.Seconds(),
		idle.resident/mib, highest.highest/mib, idle.own/mib, highest.own/mib, away, outcome(t))
	return served, highest.highest
}

// day is what a worker recorded without signal: notes, tries at contact, and changes
// to notes and cases that the phone holds.
func (p *phone) day(first, cases, n int) (deeds []*deed) {
	for i := range n {
		c := caseID(first + i%cases)
		text := fmt.Sprintf("Mutation %d of %s: nobody came to the door; the bins were full by the gate.", i, p.user)
		switch {
		case i%10 < 5:
			deeds = append(deeds, p.note(c, text))
		case i%10 < 8:
			deeds = append(deeds, p.attempt(c, text))
		case i%10 < 9:
			deeds = append(deeds, p.change("cases", c, "summary", text))
		default: // a second thought on a note of the same day
			at := slices.IndexFunc(deeds, func(d *deed) bool { return d.Collection == "notes" && d.Op == "create" })
			deeds = append(deeds, p.change("notes", deeds[at+i%5].Record, "body", text))
		}
	}
	return deeds
}

func creates(deeds []*deed) (n int) {
	for _, d := range deeds {
		if d.Op == "create" {
			n++
		}
	}
	return n
}
