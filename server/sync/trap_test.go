package sync

import (
	"fmt"
	"strings"
	stdsync "sync"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// T1: a row committed late is missed by a cursor that is not in commit order. Eight
// writers write, some roll back, and one phone pulls all the while.
func TestNoRowIsCommittedBehindAPosition(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	var writers stdsync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			for i := range 25 {
				_ = s.App.RunInTransaction(func(tx core.App) error {
					c, err := tx.FindCachedCollectionByNameOrId("notes")
					if err != nil {
						return err
					}
					r := core.NewRecord(c)
					r.Load(map[string]any{"case": demo.CaseID(1), "body": fmt.Sprint(w, i), "source": "document", "shared": true})
					if err := tx.Save(r); err != nil {
						t.Error(err)
						return err
					}
					if i%5 == 0 {
						return errStop // rolled back
					}
					return nil
				})
			}
		})
	}
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		p.pull(7)
	}
	p.inSync()
	if n := len(p.of("notes")); n < 8*20 {
		t.Errorf("the phone has %d notes, %d were committed", n, 8*20)
	}
}

func (p *phone) of(collection string) (ids []string) {
	for k := range p.rows {
		if id, ok := strings.CutPrefix(k, collection+"/"); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// T2, T3, T20, T24: at every page size, every page but the last is full, no record
// comes twice in a run, and nothing is cut off.
func TestPagesAreFullWholeAndOnce(t *testing.T) {
	s := fellmoor(t)
	for _, limit := range []int{1, 2, 3, 7, 50, 103, 104, 5000} {
		p := newPhone(t, s, demo.Manager)
		seen := map[string]bool{}
		for more := true; more; {
			a := p.page(contract.PullRequest{Position: p.position, Limit: limit})
			if a.More && len(a.Changes) != limit {
				t.Fatalf("limit %d: a page of %d that is not the last", limit, len(a.Changes))
			}
			for _, c := range a.Changes {
				key := c.Collection + "/" + c.ID
				if seen[key] {
					t.Errorf("limit %d: %s came twice in one run", limit, key)
				}
				seen[key] = true
			}
			p.apply(a.Changes)
			p.position, more = &a.Position, a.More
		}
		p.inSync()
	}
}

// T7: a push that changed nothing for its phone is followed by the server's state.
func TestAfterAPushItsRecordsAreDeliveredAgain(t *testing.T) {
	s := fellmoor(t)
	p, other := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	p.pull(0)
	other.pull(0)
	id := demo.CaseID(1)
	base := p.rev("cases", id)
	want(t, other.push(mutation("update", "cases", id, base, set("summary", "The school's words.")))[0], contract.Applied)
	p.pull(0) // this client skips what it is told of a record with unsent edits
	p.rows["cases/"+id] = held{scope: "case:" + id, rev: base, record: "{}"}
	want(t, p.push(mutation("update", "cases", id, base, set("summary", "The practitioner's words.")))[0], contract.Conflict)
	found := 0
	for _, c := range p.pull(0) {
		if c.ID == id && c.Op == "put" {
			found++
		}
	}
	if found != 1 {
		t.Errorf("the record that the push named came %d times", found)
	}
	p.inSync()
	if again := p.pull(0); len(again) != 0 {
		t.Errorf("and it comes again and again: %v", again)
	}
	gone := mutation("update", "cases", demo.CaseID(4), 0, set("summary", "x"))
	want(t, p.push(gone)[0], contract.Refused)
	if c := p.pull(0); !strings.Contains(fmt.Sprint(c), demo.CaseID(4)) || strings.Contains(fmt.Sprint(c), "Szym") {
		t.Errorf("a record out of sight is delivered as a drop: %v", c)
	}
}

// T8: a create that comes again, from another mutation, reverts nobody's edit.
func TestAReplayedCreateRevertsNothing(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	make := func() contract.Mutation {
		return mutation("create", "people", "replayedperson1", 0, set("case", demo.CaseID(1), "kind", "adult", "name", "Aunt May"))
	}
	want(t, p.push(make())[0], contract.Applied)
	p.pull(0)
	want(t, p.push(mutation("update", "people", "replayedperson1", p.rev("people", "replayedperson1"), set("name", "Aunt June")))[0], contract.Applied)
	r := want(t, p.push(make())[0], contract.Conflict)
	p.pull(0)
	if got := p.field("people", "replayedperson1", "name"); got != "Aunt June" || r.Conflict == "" {
		t.Errorf("%v %+v", got, r)
	}
}

// T9: a parent made and deleted before the server saw it takes its child along.
func TestTheChildOfABuriedParentIsRefusedAndKept(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	want(t, p.push(mutation("delete", "cases", "neverseencase01", 0, nil))[0], contract.Applied)
	r := want(t, p.push(mutation("create", "notes", "orphannote00001", 0, set("case", "neverseencase01", "body", "x", "source", "document")))[0], contract.Refused)
	p.pull(0)
	if r.Refusal == "" || p.rows["sync_refusals/"+r.Refusal].record == "" {
		t.Errorf("%+v is kept nowhere", r)
	}
}

// T21: the first change on an empty server is not swallowed.
func TestAnEmptyServerAnswersAPositionAboveNothing(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Outsider)
	first := p.page(contract.PullRequest{Limit: 5000})
	p.apply(first.Changes)
	p.position = &first.Position
	want(t, p.push(mutation("create", "cases", "firstcase000001", 0, set("reference", "FM-0100", "family_name", "First", "lead_agency", demo.Outsider.Agency, "status", "open")))[0], contract.Applied)
	p.pull(0)
	p.inSync()
	if _, ok := p.rows["cases/firstcase000001"]; !ok {
		t.Error("the first change was swallowed")
	}
}

// T26: absent, null and default are one value.
func TestAbsentNullAndDefaultAreNoConflict(t *testing.T) {
	s := fellmoor(t)
	p, other := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	p.pull(0)
	other.pull(0)
	id := demo.ID("child", 100)
	base := p.rev("people", id)
	want(t, other.push(mutation("update", "people", id, base, set("needs", "x")))[0], contract.Applied)
	other.pull(0)
	want(t, other.push(mutation("update", "people", id, other.rev("people", id), set("needs", "")))[0], contract.Applied)
	if r := p.push(mutation("update", "people", id, base, set("needs", nil)))[0]; r.Verdict == contract.Conflict {
		t.Errorf("null against empty is a conflict: %+v", r)
	}
}

// T27: no clock decides who wins.
func TestAClockFromTheFutureWinsNothing(t *testing.T) {
	s := fellmoor(t)
	p, other := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	p.pull(0)
	other.pull(0)
	base := p.rev("cases", demo.CaseID(1))
	want(t, other.push(mutation("update", "cases", demo.CaseID(1), base, set("summary", "now")))[0], contract.Applied)
	late := mutation("update", "cases", demo.CaseID(1), base, set("summary", "from 2099"))
	late.RecordedAt = "2099-01-01T00:00:00.000Z"
	want(t, p.push(late)[0], contract.Conflict)
}

// A delete never destroys an edit that its author has not seen.
func TestADeleteDestroysNoUnseenEdit(t *testing.T) {
	s := fellmoor(t)
	p, tablet := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Practitioner)
	p.pull(0)
	tablet.pull(0)
	id := demo.ID("note", 101)
	base := p.rev("notes", id)
	want(t, tablet.push(mutation("update", "notes", id, base, set("body", "Bins emptied; curtains open.")))[0], contract.Applied)
	want(t, p.push(mutation("delete", "notes", id, base, nil))[0], contract.Conflict)
	p.pull(0)
	if got := p.field("notes", id, "body"); got != "Bins emptied; curtains open." {
		t.Error(got)
	}
	want(t, p.push(mutation("delete", "notes", id, p.rev("notes", id), nil))[0], contract.Applied)
	for _, q := range []*phone{p, tablet} {
		q.pull(0)
		q.inSync()
	}
}

// A position of somebody else, of another phone, forged or bent is refused by name.
func TestAPositionIsItsPhonesOwn(t *testing.T) {
	s := fellmoor(t)
	p, second, other := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	for _, q := range []*phone{p, second, other} {
		q.pull(0)
	}
	ask := func(position string) (int, string) {
		a := s.Do("POST", "/api/sync/pull", p.token, contract.PullRequest{Position: &position})
		return a.Status, a.Code()
	}
	if status, code := ask(*other.position); status != 403 || code != "position_other_user" {
		t.Errorf("another user's: %d %s", status, code)
	}
	if status, code := ask(*second.position); status != 403 || code != "position_other_device" {
		t.Errorf("another phone's: %d %s", status, code)
	}
	for i := range len(*p.position) {
		bent := []byte(*p.position)
		bent[i] ^= 1
		if status, code := ask(string(bent)); status != 400 && status != 200 || status == 400 && code != "position_forged" {
			t.Fatalf("bit %d flipped: %d %s", i, status, code)
		}
	}
	if status, code := ask("nonsense"); status != 400 || code != "position_forged" {
		t.Errorf("nonsense: %d %s", status, code)
	}
}

// What cannot be taken apart is refused whole, with nothing applied.
func TestAMalformedPushAppliesNothing(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	good := encode(attempt("attemptmalform1", 1))
	for name, body := range map[string]string{
		"no JSON":             `{"mutations":[` + good,
		"more behind it":      `{"mutations":[` + good + `]} {}`,
		"a comma too many":    `{"mutations":[` + good + `,]}`,
		"a key without value": `{"mutations":[` + good + `],"epoch"}`,
		"a key that is none":  `{"mutations":[` + good + `],7:8}`,
		"cut":                 `{"mutations":[` + good + `]`,
		"nothing":             ``,
		"no object":           `[` + good + `]`,
		"null":                `null`,
		"no mutations":        `{"mutations":[]}`,
		"mutations are null":  `{"mutations":null}`,
		"mutations no list":   `{"mutations":` + good + `}`,
		"too many":            `{"mutations":[` + strings.Repeat(good+",", 500) + good + `]}`,
	} {
		if a := s.Do("POST", "/api/sync/push", p.token, strings.NewReader(body)); a.Status != 400 || a.Code() != "malformed" {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	if a := s.Do("POST", "/api/sync/push", p.token, strings.NewReader(`{"mutations":[{"id":"`+strings.Repeat("x", 2<<20)+`"}]}`)); a.Status != 413 {
		t.Errorf("too large: %d %s", a.Status, a.Body)
	}
	if allAttempts(t, s.App)["attemptmalform1"] {
		t.Error("part of a malformed push was applied")
	}
}
