package sync

import (
	"strings"
	"testing"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// A phone of the older contract goes on in its shape and is told that there is a newer
// one; when it learns that, the changed collection's records come once more, whole, by
// small pages and by stream, whatever the run is cut at; and one that speaks a newer
// contract than the server is told so (L7).
func TestAPhoneLearnsANewerContractAndIsTold(t *testing.T) {
	s := raised(t, 1)
	for what, learn := range map[string]func(p *phone) (got []contract.Change, last contract.Versions){
		"by pages of two": func(p *phone) (got []contract.Change, last contract.Versions) {
			for more := true; more; {
				a := p.page(contract.PullRequest{Position: p.position, Limit: 2, Contract: 2})
				p.apply(a.Changes)
				got, last, p.position, more = append(got, a.Changes...), a.Contract, &a.Position, a.More
			}
			return got, last
		},
		"by stream": func(p *phone) ([]contract.Change, contract.Versions) {
			a := s.Do("POST", "/api/sync/pull", p.token, contract.PullRequest{Position: p.position, Contract: 2}, "Accept", "application/x-ndjson")
			got, end := readStream(t, a.Body)
			p.apply(got)
			p.position = &end.Position
			return got, end.Contract
		},
	} {
		p := newPhone(t, s, demo.Practitioner)
		p.pullAs(1)
		a := p.page(contract.PullRequest{Position: p.position, Contract: 1})
		if a.Contract != (contract.Versions{Speaks: 1, Version: 2, Oldest: 1}) || len(a.Changes) != 0 {
			t.Errorf("%s: an older phone is told %+v, with %d changes", what, a.Contract, len(a.Changes))
		}
		p.position = &a.Position
		notes := map[string]bool{}
		for k := range p.rows {
			if strings.HasPrefix(k, "notes/") {
				notes[k] = true
				delete(p.rows, k) // held in the old shape, they come whole
			}
		}
		got, last := learn(p)
		for _, c := range got {
			if c.Collection != "notes" || c.Op != "put" {
				t.Errorf("%s: %s %s/%s comes again, though its shape is what it was", what, c.Op, c.Collection, c.ID)
			}
		}
		if last != (contract.Versions{Speaks: 2, Version: 2, Oldest: 1}) || len(notes) == 0 || len(got) != len(notes) {
			t.Errorf("%s: %d of %d notes come, and it is told %+v", what, len(got), len(notes), last)
		}
		p.inSync()
		// Back to its older self, as after an app that was put back: nothing is lost by it.
		if again := p.pullAs(1); len(again) != 0 {
			t.Errorf("%s: the older app brings %d changes", what, len(again))
		}
		p.inSync()
	}
	p := newPhone(t, s, demo.School)
	if a := p.page(contract.PullRequest{Contract: 99}); a.Contract.Speaks != 2 || a.Contract.Version != 2 {
		t.Errorf("a phone of contract 99 is told %+v", a.Contract)
	}
	// Some collections alone: the one whose shape changed comes to the place that has it.
	l := &lane{phone: newPhone(t, s, demo.Practitioner), only: []string{"cases", "notes"}}
	l.pull(contract.PullRequest{Contract: 1})
	for _, c := range l.pull(contract.PullRequest{Contract: 2, Limit: 3}) {
		if c.Collection != "notes" {
			t.Errorf("%s comes again to a place of some collections", c.Collection)
		}
	}
}
