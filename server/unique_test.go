package main

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// No unique field tells of a record that one may not see: whoever writes one like it is
// answered as who writes one unlike any. Every collection that people write to and that
// has a unique index is asked, by everybody who cannot see the record there is.
func TestNoUniqueFieldTellsOfAnother(t *testing.T) {
	asked := 0
	for _, p := range demo.Cast {
		s := house(t)
		extra(t, s.App)
		for _, n := range collections.All() {
			for _, ix := range n.Indexes {
				if n.Rules.Create == "" || !ix.Unique || s.Do("GET", at(n)+"/"+sample(t, s.App, n), s.Token(p), nil).Status == 200 {
					continue // nobody writes it, or they see what is there
				}
				taken(t, n, ix, p)
				asked++
			}
		}
	}
	if asked == 0 {
		t.Error("nothing was asked")
	}
	t.Logf("%d collections and people asked", asked)
}

// taken tries a record like one that is there, and one unlike any, in a Fellmoor of their
// own each, as somebody who cannot see it.
func taken(t *testing.T, n *collections.Noun, ix collections.Index, p demo.Person) {
	t.Helper()
	var answers [2]string
	for i := range answers {
		s := house(t)
		extra(t, s.App)
		there := must(s.App.FindRecordById(n.Name, sample(t, s.App, n)))
		values := maps.Clone(draft(t, s.App, n, p))
		for column := range strings.SplitSeq(ix.On, ",") {
			column = strings.Trim(column, " `")
			if n.Owns(column) {
				continue // nobody sends it
			}
			values[column] = there.Get(column)
			if i == 1 {
				values[column] = unlike(n, column, there)
			}
		}
		answers[i] = outcome(s, at(n), s.Token(p), values)
	}
	if answers[0] != answers[1] {
		t.Errorf("%s by %s, %s: like one that is there: %s; unlike any: %s", n.Name, ix.On, p.Account, answers[0], answers[1])
	}
}

// unlike is a value of the column's kind that no record has.
func unlike(n *collections.Noun, column string, there *core.Record) any {
	for _, f := range n.Fields {
		if f.GetName() == column {
			switch f.(type) {
			case *core.RelationField:
				return "nosuchrecord000"
			case *core.NumberField:
				return 77_777
			}
		}
	}
	text := []byte(there.GetString(column))
	for i, c := range text {
		if c >= '0' && c <= '9' { // of the same form
			text[i] = '9' - (c - '0')
		}
	}
	return string(text)
}

// outcome is an answer without what is of its own record.
func outcome(s *demotest.Server, path, token string, values map[string]any) string {
	a := s.Do("POST", path, token, values)
	if a.Status != 200 {
		return fmt.Sprint(a.Status, string(a.Body))
	}
	return fmt.Sprint(a.Status)
}
