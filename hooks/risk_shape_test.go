package hooks_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	riskrules "holdfast/hooks/risk"
	"holdfast/server/demo"
)

// one is somebody in a shape of a team.
type one struct {
	ID, Agency, Manager, Roles, On string // On: their role on the case, or empty
	Active, Duty                   bool
}

// shape is up to four people, one of whom raises a risk on a case of the first agency.
type shape struct {
	People     []one
	Restricted bool
	NoCase     bool
}

func anyShape(r *rand.Rand, ids, agencies []string) shape {
	s := shape{Restricted: r.IntN(2) == 0, NoCase: r.IntN(8) == 0}
	n := 1 + r.IntN(len(ids))
	for i, id := range ids { // those beyond n are there, and can do nothing
		p := one{ID: id, Agency: agencies[r.IntN(len(agencies))], Active: r.IntN(3) > 0 || i == 0, Duty: r.IntN(8) == 0,
			Roles: []string{`[]`, `["practitioner"]`, `["practitioner","manager"]`, `["safeguarding_lead"]`, `["agency_lead"]`}[r.IntN(5)]}
		if r.IntN(3) > 0 {
			p.On = []string{"lead", "member", "manager"}[r.IntN(3)]
		}
		if m := r.IntN(n + 1); m < n {
			p.Manager = ids[m] // maybe themselves, or one another
		}
		if i >= n {
			p = one{ID: id, Agency: agencies[0], Roles: `[]`}
		}
		s.People = append(s.People, p)
	}
	return s
}

// reach is who can be told of a risk that the first of a shape raises, as the practice has it.
func (s shape) reach(lead string) (ids []string) {
	author := s.People[0]
	by := map[string]one{}
	for _, p := range s.People {
		by[p.ID] = p
	}
	above := map[string]bool{}
	for id := author.Manager; id != "" && !above[id]; id = by[id].Manager {
		above[id] = true
	}
	if s.NoCase {
		lead = author.Agency
	}
	for _, p := range s.People[1:] {
		has := func(role string) bool {
			return p.Roles == `["`+role+`"]` || role == "manager" && p.Roles == `["practitioner","manager"]`
		}
		if p.Active && (p.On != "" && !s.NoCase || above[p.ID] || p.Duty || has("manager") && p.Agency == lead || has("safeguarding_lead") && p.Agency == author.Agency) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// For every shape of team at least one active person other than the author is told, or the
// answer is that nobody was; and nobody is told who has nothing to do with it (A2).
// 100,000 shapes: HOLDFAST_SOAK=1.
func TestForEveryShapeOfTeamSomebodyIsTold(t *testing.T) {
	d := openOffice(t)
	const c = "shapecase000001"
	agencies := []string{"shapeagency0001", "shapeagency0002"}
	for i, id := range agencies {
		d.does(nil, "agencies", "", map[string]any{"id": id, "name": fmt.Sprint("Shape ", i), "kind": "school", "active": true})
	}
	var ids []string
	for i, who := range []demo.Person{demo.School, demo.Outsider, demo.Colleague, demo.Coordinator} {
		ids = append(ids, who.ID)
		if _, err := d.NonconcurrentDB().Update("case_members", dbx.Params{"active": false}, dbx.HashExp{"user": who.ID}).Execute(); err != nil {
			t.Fatal(i, err)
		}
	}
	d.does(nil, "cases", "", map[string]any{"id": c, "reference": "FM-7100", "family_name": "Shape", "lead_agency": agencies[0], "status": "open"})
	shapes := 1_000
	if os.Getenv("HOLDFAST_SOAK") != "" {
		shapes = 100_000
	}
	untold, r := 0, rand.New(rand.NewPCG(19, 2))
	for i := range shapes {
		s := anyShape(r, ids, agencies)
		if why := d.tellsShape(s, c, fmt.Sprintf("shaperisk%06d", i)); why != "" {
			t.Fatalf("shape %d: %s\n%+v", i, why, s)
		}
		if len(s.reach(agencies[0])) == 0 {
			untold++
		}
	}
	if untold < shapes/100 || untold > shapes/2 {
		t.Errorf("of %d shapes %d have nobody to tell: this would prove little", shapes, untold)
	}
}

var errTaken = errors.New("taken back")

// tellsShape raises a risk in a shape of team, and says what is wrong with who was told;
// all of it is taken back.
func (d *office) tellsShape(s shape, c, risk string) (wrong string) {
	d.t.Helper()
	err := d.RunInTransaction(func(tx core.App) error {
		db := tx.NonconcurrentDB()
		var duty []string
		for _, p := range s.People {
			if p.Duty {
				duty = append(duty, p.ID)
			}
			must(db.Update("users", dbx.Params{"agency": p.Agency, "manager": p.Manager, "roles": p.Roles, "active": p.Active}, dbx.HashExp{"id": p.ID}).Execute())
			if p.On != "" {
				must(db.Insert("case_members", dbx.Params{"id": "m" + p.ID[1:], "case": c, "user": p.ID, "agency": p.Agency, "role": p.On, "active": true}).Execute())
			}
		}
		must(db.Update("cases", dbx.Params{"restricted": s.Restricted}, dbx.HashExp{"id": c}).Execute())
		policy := core.NewRecord(must(tx.FindCachedCollectionByNameOrId("risk_policies")))
		policy.Load(map[string]any{"duty": duty, "again_after": 15, "times": 4, "reason": "A shape."})
		if err := tx.Save(kernel.AsServer(policy)); err != nil {
			return err
		}
		raised := riskrules.Risk{Event: risk, Case: c, Author: s.People[0].ID, At: time.Now()}
		if s.NoCase {
			raised.Case = ""
		}
		told, err := riskrules.TellAtOnce(tx, raised)
		if err != nil {
			return err
		}
		var to []string
		for _, n := range must(tx.FindAllRecords("notices", dbx.HashExp{"timer": "immediate_risk.raised/" + risk})) {
			to = append(to, n.GetString("user"))
		}
		may := s.reach("shapeagency0001")
		switch {
		case told != len(to):
			wrong = fmt.Sprintf("%d have a notice, the answer says %d", len(to), told)
		case told == 0 && len(may) > 0:
			wrong = fmt.Sprintf("nobody was told, and %v could be", may)
		case slices.ContainsFunc(to, func(id string) bool { return !slices.Contains(may, id) }):
			wrong = fmt.Sprintf("%v were told, of %v", to, may)
		}
		return errTaken
	})
	if !errors.Is(err, errTaken) {
		d.t.Fatal(err)
	}
	return wrong
}
