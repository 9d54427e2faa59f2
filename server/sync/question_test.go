package sync

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// A rule's SQL holds what it saw of the asker, so that is part of what it is kept
// under; what sees anything else that changes is not kept.
func TestWhatARuleSees(t *testing.T) {
	for _, c := range []struct {
		rule  string
		names []string
		lasts bool
	}{
		{`case.status = 'open'`, nil, true},
		{`@request.auth.id != '' && author = @request.auth.id`, []string{"id", "id"}, true},
		{`@request.auth.agency.parent ?= agency && @collection.people.case ?= case`, []string{"agency"}, true},
		{`@request.auth.roles:each ?= 'champion'`, []string{"roles"}, true},
		{`@request.auth.id != '' && until > @now`, nil, false},
		{`@request.body.case:isset = true`, nil, false},
		{`@request.headers.x = 'a' || @request.query.y = 'b'`, nil, false},
		{`@request.context = 'default'`, nil, false},
		{`since < @todayStart`, nil, false},
	} {
		names, lasts := seenOf(c.rule)
		if diff := cmp.Diff(c.names, names); diff != "" || lasts != c.lasts {
			t.Errorf("%s: lasts %v\n%s", c.rule, lasts, diff)
		}
	}
}

// A question is worded once for the same asker, the same rule and the same schema, and
// again when any of them is another; what is kept has an end.
func TestAQuestionIsWordedOnce(t *testing.T) {
	s := fellmoor(t)
	user, err := s.App.FindRecordById("users", demo.Practitioner.ID)
	if err != nil {
		t.Fatal(err)
	}
	notes, err := s.App.FindCachedCollectionByNameOrId("notes")
	if err != nil {
		t.Fatal(err)
	}
	var w wording
	times := 0
	find := func(who *core.Record, q question) worded {
		t.Helper()
		got, err := w.find(who, q, func() (*dbx.Query, error) {
			times++
			return s.App.ConcurrentDB().NewQuery("SELECT {:n}").Bind(dbx.Params{"n": times}), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	q := question{notes, "of one", "@request.auth.agency = agency"}
	moved, other := user.Fresh(), user.Fresh()
	moved.Set("agency", "elsewhere")
	other.Id = "somebodyelse000"
	changed := *notes
	for _, c := range []struct {
		what  string
		who   *core.Record
		q     question
		times int
	}{
		{"first", user, q, 1},
		{"again", user.Fresh(), q, 1},
		{"moved to another agency", moved, q, 2},
		{"moved back", user, q, 2},
		{"somebody else", other, q, 3},
		{"another schema", user, question{&changed, q.kind, q.rule}, 4},
		{"another rule", user, question{notes, q.kind, "@request.auth.agency != agency"}, 5},
		{"of several", user, question{notes, "of several", q.rule}, 6},
		{"at this hour", user, question{notes, q.kind, "until > @now"}, 7},
		{"an hour later", user, question{notes, q.kind, "until > @now"}, 8},
	} {
		if find(c.who, c.q); times != c.times {
			t.Fatalf("%s: worded %d times, want %d", c.what, times, c.times)
		}
	}
	for i := range 2 * wordedAtMost {
		find(user, question{notes, fmt.Sprint(i), q.rule})
		if len(w.known) > wordedAtMost {
			t.Fatalf("%d are kept", len(w.known))
		}
	}
}

// What a rule says is what it says now: of a rule that has changed since the last push,
// and of an asker who has.
func TestARuleThatChangesIsSeenAtOnce(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	n := 0
	for _, c := range []struct {
		what, rule string
		verified   bool
		verdict    string
	}{
		{"as it is", "", true, contract.Applied},
		{"the rule asks for somebody unknown", "@request.auth.verified = false", true, contract.Refused},
		{"the asker is", "", false, contract.Applied},
		{"and no longer", "", true, contract.Refused},
		{"the rule asks for anybody", "@request.auth.id != ''", true, contract.Applied},
	} {
		if c.rule != "" {
			notes, err := s.App.FindCollectionByNameOrId("contact_attempts")
			if err != nil {
				t.Fatal(err)
			}
			notes.CreateRule = &c.rule
			s.App.Store().Remove("holdfast.stands") // while it is served nobody changes it
			if err := s.App.Save(notes); err != nil {
				t.Fatal(err)
			}
		}
		user, err := s.App.FindRecordById("users", demo.Practitioner.ID)
		if err != nil {
			t.Fatal(err)
		}
		user.Set("verified", c.verified) // PocketBase writes it into the SQL; most fields it joins
		if err := s.App.Save(hooks.AsServer(user)); err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{1, 3} { // asked alone, and ahead for several
			var ms []contract.Mutation
			for i := range size {
				n++
				m := attempt(fmt.Sprintf("ruleattempt%04d", n), 1)
				m.Set["method"] = set("method", []string{"phone", "text", "email"}[i])["method"]
				ms = append(ms, m)
			}
			for _, r := range p.push(ms...) {
				if r.Verdict != c.verdict {
					t.Errorf("%s, %d at once: %s (%s %s), want %s", c.what, size, r.Verdict, r.Code, r.Message, c.verdict)
				}
			}
		}
	}
}
