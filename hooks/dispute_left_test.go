package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/server/demo"
)

// gone takes an agency's worker off a case some days ago: by themselves, or by somebody of
// another agency.
func (d *office) gone(p demo.Person, c string, by *demo.Person, days int) {
	d.t.Helper()
	m := must(d.FindFirstRecordByFilter("case_members", "case = {:c} && user = {:u} && active = true", dbx.Params{"c": c, "u": p.ID}))
	d.does(by, "case_members", m.Id, map[string]any{"until": just()})
	until := time.Now().UTC().AddDate(0, 0, -days).Format("2006-01-02 15:04:05.000Z")
	if _, err := d.NonconcurrentDB().Update("case_members", dbx.Params{"until": until}, dbx.HashExp{"id": m.Id}).Execute(); err != nil {
		d.t.Fatal(err)
	}
}

// A disagreement whose two agencies have both left bars closing for ever no more: a manager of
// the agency that leads ends it, in a sentence, and those who watch over the partnership hear
// of it, and whoever leads those two. Nobody does who took them off a moment ago.
func TestADisagreementOfWhoHasLeftIsEndedByWhoLeads(t *testing.T) {
	for _, door := range []string{"its record", "the pathway"} {
		t.Run(door, func(t *testing.T) {
			d, c := openPartnership(t)
			d.duty(demo.Coordinator)
			var p string
			if door == "the pathway" {
				p = d.opens(demo.Practitioner, c, 20*day).Id
			}
			r := d.writes(c, healthVisitor, "disputes", "", map[string]any{"about": "Who visits", "subject": "roles", "with_agency": demo.School.Agency, "opened_at": just()})
			ends := func(who demo.Person, text string) error {
				if p != "" {
					e, err := d.by(&who, "pathway_events", "", map[string]any{"case": c, "pathway": p, "kind": "dispute.resolved", "occurred_at": just(), "data": map[string]any{"outcome": text}})
					if err == nil {
						t.Log(e.GetString("verdict"), e.GetString("reasons"))
					}
					return err
				}
				_, err := d.by(&who, "dispute_steps", "", map[string]any{"case": c, "dispute": r.Id, "step": "resolved", "text": text, "occurred_at": just()})
				return err
			}
			is := func(when, want string) {
				t.Helper()
				if got := d.fresh(r).GetString("status"); got != want {
					t.Errorf("%s it is %s", when, got)
				}
			}
			d.gone(demo.School, c, nil, 3)
			d.gone(healthVisitor, c, &demo.Practitioner, 3)
			if err := ends(demo.Manager, bothHold); err == nil {
				t.Error("ended by the agency that took the other off three days ago")
			}
			is("taken off lately", "open")
			d.gone(d.rejoins(healthVisitor, c), c, nil, 40)
			if _, err := d.NonconcurrentDB().NewQuery(`UPDATE case_members SET until = datetime('now', '-40 days') WHERE "case" = {:c} AND NOT active`).Bind(dbx.Params{"c": c}).Execute(); err != nil {
				t.Fatal(err)
			}
			err := ends(demo.Practitioner, bothHold)
			if err == nil || !strings.Contains(err.Error(), "ask Moira Ash") {
				t.Errorf("the worker ends it: %v", err)
			}
			is("a worker's word", "open")
			if err := ends(demo.Manager, "x"); err == nil && p == "" {
				t.Error("with a letter")
			}
			is("with a letter", "open")
			if err := ends(demo.Manager, bothHold); err != nil {
				t.Fatal(err)
			}
			is("a manager's word", "resolved")
			for _, who := range []demo.Person{demo.Coordinator, schoolLead} {
				if n := must(d.CountRecords("notices", dbx.HashExp{"user": who.ID, "timer": "dispute_ended/" + r.Id})); n != 1 {
					t.Errorf("%s is told %d times", who.Account, n)
				}
			}
			if p == "" {
				if _, err := d.acts(demo.Practitioner, c, "propose_closing", nil); err != nil {
					t.Error("and the case:", err)
				}
			} else if d.fresh(must(d.FindRecordById("pathways", p))).GetBool("disputed") {
				t.Error("the pathway is still disputed")
			}
		})
	}
}

// rejoins puts somebody on a case again.
func (d *office) rejoins(p demo.Person, c string) demo.Person {
	d.t.Helper()
	d.joins(p, c, "member")
	return p
}
