package sync

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// saidOnce fails where an answer says a record twice.
func saidOnce(t *testing.T, what string, changes []contract.Change) {
	t.Helper()
	said := map[string]contract.Change{}
	for _, c := range changes {
		if c.ID == "" {
			continue
		}
		key := c.Collection + "/" + c.ID
		if first, twice := said[key]; twice {
			t.Errorf("%s says %s twice: %+v, then %+v", what, key, first, c)
		}
		said[key] = c
	}
}

// Whatever happened since, and however it is asked for, no answer says a record twice: as
// a change of a scope, as what this device named, as what was gained, lost, repaired or
// has a newer shape.
func TestNoAnswerSaysARecordTwice(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			s := fellmoor(t)
			dice := rand.New(rand.NewPCG(seed, 23))
			people := []demo.Person{demo.Practitioner, demo.School, demo.Colleague}
			var phones []*phone
			for _, who := range people {
				p := newPhone(t, s, who)
				p.pull(0)
				phones = append(phones, p)
			}
			var notes []string
			for n := range 120 {
				p := phones[dice.IntN(len(phones))]
				c := demo.CaseID(1 + dice.IntN(2))
				switch roll := dice.IntN(10); {
				case roll < 3 || len(notes) == 0:
					id := fmt.Sprintf("oncenote%07d", n)
					notes = append(notes, id)
					p.push(mutation("create", "notes", id, 0, set("case", c, "body", "Seen.", "source", "document", "shared", dice.IntN(2) == 0)))
				case roll == 3:
					id := notes[dice.IntN(len(notes))]
					p.push(mutation("delete", "notes", id, p.rows["notes/"+id].rev, nil))
				case roll < 6:
					id := notes[dice.IntN(len(notes))]
					p.push(mutation("update", "notes", id, p.rows["notes/"+id].rev, set("shared", dice.IntN(2) == 0)))
				case roll == 6:
					comeOrGo(t, s, p.who, c)
				default:
					ask := contract.PullRequest{Position: p.position, Expand: dice.IntN(3) == 0, Limit: []int{3, 50, 5000}[dice.IntN(3)]}
					if dice.IntN(3) == 0 {
						ask.Repair = []string{"case:" + c, "user:" + p.who.ID, "case:" + c + "/agency:" + p.who.Agency}
					}
					if dice.IntN(3) == 0 {
						ask.First = []string{"notes"}
					}
					if dice.IntN(2) == 0 {
						a := s.Do("POST", "/api/sync/pull", p.token, ask, "Accept", "application/x-ndjson")
						changes, last := readStream(t, a.Body)
						saidOnce(t, fmt.Sprintf("step %d: a stream, %+v", n, ask), changes)
						p.apply(changes)
						p.position = &last.Position
						continue
					}
					for more := true; more; {
						a := p.page(ask)
						saidOnce(t, fmt.Sprintf("step %d: a page, %+v", n, ask), a.Changes)
						p.apply(a.Changes)
						p.position, more = &a.Position, a.More
						ask.Position = p.position
					}
				}
			}
			for _, p := range phones {
				p.pull(0)
				p.inSync()
			}
		})
	}
}

// comeOrGo takes somebody off a case, or puts them on it again.
func comeOrGo(t *testing.T, s *demotest.Server, who demo.Person, c string) {
	t.Helper()
	rows, err := s.App.FindRecordsByFilter("case_members", "user = '"+who.ID+"' && case = '"+c+"' && active = true", "", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) > 0 {
		rows[0].Set("until", "2026-01-01 00:00:00.000Z")
		_ = s.App.Save(rows[0]) // the last of their agency's managers may have to stay
		return
	}
	m, err := s.App.FindCollectionByNameOrId("case_members")
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(m)
	r.Load(map[string]any{"case": c, "user": who.ID, "role": "member"})
	_ = s.App.Save(r)
}

// A phone that learns a newer contract and has its scopes repaired, or its own work echoed,
// in the same run is told of each record once.
func TestANewerShapeIsSaidOnce(t *testing.T) {
	s := fellmoor(t)
	noun := collections.ByName("notes")
	since := noun.Sync.Since
	t.Cleanup(func() { noun.Sync.Since = since })
	e, err := New(s.App)
	if err != nil {
		t.Fatal(err)
	}
	e.speaks = 2
	noun.Sync.Since = 2
	var said []string
	r := &run{engine: e, ctx: t.Context(), user: demo.Practitioner.ID, device: "d", at: &place{Seq: 1 << 50, Until: 1 << 50, Contract: 1, Speaks: 2, Repair: []string{"case:" + demo.CaseID(1)}}, left: 100_000}
	r.emit = func(n entry) error {
		if n.put {
			said = append(said, n.collection+"/"+n.record)
		}
		return nil
	}
	if err := r.shape(); err != nil {
		t.Fatal(err)
	}
	r.at.enter(phaseGain)
	if err := r.gain(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(said)
	if len(said) == 0 || len(slices.Compact(slices.Clone(said))) != len(said) {
		t.Errorf("%d records are said, some of them twice", len(said))
	}
	if anew := r.at.anew(); !slices.Contains(anew, "notes") || slices.Contains(anew, "cases") {
		t.Error("what a newer contract shows anew")
	}
}
