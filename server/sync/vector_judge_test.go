package sync

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	contract "holdfast/mobile-contract"
)

// judge holds what a step gave to what must follow.
func (s *stage) judge(n int, got gave, want outcome, p *phone) {
	t := s.t
	t.Helper()
	if want.Status == 0 {
		want.Status = 200
	}
	if got.status != want.Status || got.code != want.Code {
		t.Errorf("step %d: %d %q %s, want %d %q", n, got.status, got.code, got.body, want.Status, want.Code)
		return
	}
	if want.Results != nil {
		s.judgeResults(n, got.results, want.Results)
	}
	if want.Changes != nil && len(got.changes) != len(want.Changes) {
		t.Errorf("step %d: %d changes, want %d:\n%s", n, len(got.changes), len(want.Changes), listed(got.changes))
	}
	for i := range min(len(want.Changes), len(got.changes)) {
		if wrong := s.matches(want.Changes[i], got.changes[i]); wrong != "" {
			t.Errorf("step %d: change %d: %s\n%s", n, i, wrong, listed(got.changes))
		}
	}
	s.judgeOrder(n, got.changes, want)
	if want.Pages != nil && fmt.Sprint(got.pages) != fmt.Sprint(want.Pages) {
		t.Errorf("step %d: pages of %v, want %v", n, got.pages, want.Pages)
	}
	if want.Body != nil {
		var body any
		if err := json.Unmarshal(got.body, &body); err != nil {
			t.Errorf("step %d: %v", n, err)
		} else if wrong := s.matches(want.Body, body); wrong != "" {
			t.Errorf("step %d: %s in %s", n, wrong, got.body)
		}
	}
	if want.Streamed != nil {
		if scopes := slices.Sorted(maps.Keys(got.end.Digest)); fmt.Sprint(scopes) != fmt.Sprint(want.Streamed) {
			t.Errorf("step %d: the end line has digests of %v, want %v", n, scopes, want.Streamed)
		}
	}
	if len(want.Holds)+len(want.Lacks) > 0 || want.Agrees != nil || want.Differs != nil {
		s.judgePhone(n, p, want)
	}
}

// judgeResults wants every member of a result, and no other; the message is for
// people, and the record and the event are told where a vector is about them.
func (s *stage) judgeResults(n int, got, want []map[string]any) {
	s.t.Helper()
	if len(got) != len(want) {
		s.t.Fatalf("step %d: %d results, want %d", n, len(got), len(want))
	}
	for i, w := range want {
		if wrong := s.matches(w, got[i]); wrong != "" {
			s.t.Errorf("step %d: result %d: %s in %v", n, i, wrong, got[i])
		}
		for k := range got[i] {
			if _, named := w[k]; !named && k != "id" && k != "message" && k != "record" && k != "event" {
				s.t.Errorf("step %d: result %d also says %s: %v", n, i, k, got[i][k])
			}
		}
	}
}

func (s *stage) judgeOrder(n int, got []map[string]any, want outcome) {
	s.t.Helper()
	at := 0
	for _, w := range want.Has {
		found := slices.IndexFunc(got[at:], func(c map[string]any) bool { return s.matches(w, c) == "" })
		if found < 0 {
			s.t.Errorf("step %d: after change %d there is no %v in\n%s", n, at, w, listed(got))
			continue
		}
		at += found + 1
	}
	for _, w := range want.Never {
		for _, c := range got {
			if s.matches(w, c) == "" {
				s.t.Errorf("step %d: %v must not be said", n, c)
			}
		}
	}
	last, once := 0.0, map[string]bool{}
	for _, c := range got {
		if rev, _ := c["rev"].(float64); want.Sorted && rev < last {
			s.t.Errorf("step %d: rev %v after %v", n, rev, last)
		} else {
			last = rev
		}
		key := fmt.Sprint(c["collection"], "/", c["id"])
		if want.Once && c["id"] != nil && once[key] {
			s.t.Errorf("step %d: %s is said twice", n, key)
		}
		once[key] = true
	}
}

func (s *stage) judgePhone(n int, p *phone, want outcome) {
	s.t.Helper()
	for key, fields := range want.Holds {
		row, ok := p.rows[s.fill(key).(string)]
		var record any
		if !ok {
			s.t.Errorf("step %d: the phone holds no %s", n, key)
		} else if err := json.Unmarshal([]byte(row.record), &record); err != nil {
			s.t.Error(err)
		} else if wrong := s.matches(map[string]any(fields), record); wrong != "" {
			s.t.Errorf("step %d: %s: %s", n, key, wrong)
		}
	}
	for _, key := range want.Lacks {
		if _, ok := p.rows[s.fill(key).(string)]; ok {
			s.t.Errorf("step %d: the phone still holds %s", n, key)
		}
	}
	if want.Agrees == nil && want.Differs == nil {
		return
	}
	differs := s.differs(p)
	if want.Agrees != nil && *want.Agrees != (len(differs) == 0) {
		s.t.Errorf("step %d: phone and server differ in %v", n, differs)
	}
	if want.Differs != nil && fmt.Sprint(differs) != fmt.Sprint(want.Differs) {
		s.t.Errorf("step %d: they differ in %v, want %v", n, differs, want.Differs)
	}
}

// differs are the scopes whose digest is not the phone's, or is behind.
func (s *stage) differs(p *phone) []string {
	s.t.Helper()
	a := s.s.Do("POST", "/api/sync/digest", p.token, contract.DigestRequest{Position: *p.position})
	if a.Status != 200 {
		s.t.Fatalf("digest: %d %s", a.Status, a.Body)
	}
	var d contract.DigestAnswer
	a.JSON(s.t, &d)
	mine := map[string]*contract.Tally{}
	for scope := range d.Digests {
		mine[scope] = &contract.Tally{}
	}
	var out []string
	for key, h := range p.rows {
		if mine[h.scope] == nil {
			out = append(out, h.scope+" (not held, and "+key+" is on the phone)")
			continue
		}
		mine[h.scope].Add(h.rev)
	}
	for scope, theirs := range d.Digests {
		if mine[scope].Digest() != theirs {
			out = append(out, scope)
		}
	}
	slices.Sort(out)
	return out
}

func listed(changes []map[string]any) string {
	out := ""
	for _, c := range changes {
		out += fmt.Sprintf("  %v %v %v/%v rev %v\n", c["op"], c["scope"], c["collection"], c["id"], c["rev"])
	}
	return out
}

// fromNow is a time so many hours from now, or the day so many days from now.
func (s *stage) fromNow(after string) string {
	form := "2006-01-02T15:04:05Z"
	if days, of := strings.CutSuffix(after, "d"); of {
		form, after = time.DateOnly, days+"h"
	}
	from, err := time.ParseDuration(after)
	if err != nil {
		s.t.Fatalf("$+%s is no time: %v", after, err)
	}
	if form == time.DateOnly {
		from *= 24
	}
	return time.Now().UTC().Add(from).Format(form)
}
