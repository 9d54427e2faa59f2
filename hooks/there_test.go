package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/server/demo"
)

// off takes the health visitor off a case, as its lead does it, from a day on.
func (d *office) off(p, by demo.Person, c string, until time.Time) {
	d.t.Helper()
	m := must(d.FindFirstRecordByFilter("case_members", "case = {:c} && user = {:u} && active = true", dbx.Params{"c": c, "u": p.ID}))
	d.does(&by, "case_members", m.Id, map[string]any{"until": until})
}

// Who is asked whether a case is closed is who was there when the server had the proposal,
// and who came since; no day that is typed goes round them (finding 4 of the third look).
func TestClosingACaseGoesRoundNobodyByItsDays(t *testing.T) {
	closes := func(d *office, c, when, names string) {
		t.Helper()
		_, err := d.acts(demo.Manager, c, "close", wasTold)
		d.refused(when, err, "act", "others_not_asked")
		if err != nil && !strings.Contains(err.Error(), names) {
			t.Errorf("%s: %v", when, err)
		}
	}
	d, c := openPartnership(t)
	must(d.acts(demo.Practitioner, c, "propose_closing", nil))
	must(d.acts(demo.School, c, "agree", nil))
	must(d.acts(socialWorker, c, "agree", nil))
	d.off(healthVisitor, demo.Practitioner, c, time.Now().AddDate(0, 0, -7))
	closes(d, c, "over who was taken off since", "Tarn Valley Health")

	d, c = openPartnership(t)
	must(d.acts(demo.Practitioner, c, "propose_closing", nil))
	for _, p := range []demo.Person{demo.School, socialWorker, healthVisitor} {
		must(d.acts(p, c, "agree", nil))
	}
	must(d.acts(demo.Manager, c, "close", map[string]any{"told": "All.", "occurred_at": types.NowDateTime().AddDate(0, 0, -31)}))
	must(d.acts(demo.Manager, c, "reopen", map[string]any{"occurred_at": types.NowDateTime().AddDate(0, 0, -30)}))
	closes(d, c, "on what was asked before it was opened again", "propose to close it first")

	d, c = openPartnership(t)
	proposed := must(d.acts(demo.Practitioner, c, "propose_closing", nil))
	if _, err := d.acts(healthVisitor, c, "object", map[string]any{"reason": "x", "occurred_at": proposed.GetDateTime("occurred_at").Add(-5 * time.Minute)}); err != nil {
		t.Fatal(err)
	}
	must(d.acts(demo.School, c, "agree", nil))
	must(d.acts(socialWorker, c, "agree", nil))
	_, err := d.acts(demo.Manager, c, "close", map[string]any{"told": "All.", "reason": "x"})
	d.refused("over an objection of a clock that is slow", err, "reason", "too_short")
}

// Whoever joined after a pathway was ended by approval was not asked then.
func TestWhoJoinedSinceAPathwayEndedIsAskedOfTheCase(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(8)
	p := d.opens(demo.Practitioner, c, 3*day)
	ended := d.does(nil, "pathway_events", "", map[string]any{"case": c, "pathway": p.Id, "kind": "closure.approved", "occurred_at": types.NowDateTime().Add(-time.Hour)})
	for table, values := range map[string]dbx.Params{"pathway_events": {"verdict": "accepted", "received_at": types.NowDateTime().Add(-time.Hour).String()}, "pathways": {"ended": true}} {
		id := map[string]string{"pathway_events": ended.Id, "pathways": p.Id}[table]
		if _, err := d.NonconcurrentDB().Update(table, values, dbx.HashExp{"id": id}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	d.hires(healthVisitor)
	d.joins(healthVisitor, c, "member")
	_, err := d.acts(demo.Manager, c, "close", wasTold)
	d.refused("an agency that joined since", err, "act", "others_not_asked")
}

// A membership begins and ends when the server hears of it: nobody was on a case, or off it,
// before anybody could know.
func TestAMembershipIsNotDatedBack(t *testing.T) {
	d, c := openPartnership(t)
	before := time.Now().Add(-time.Second)
	d.off(healthVisitor, demo.Practitioner, c, time.Now().AddDate(0, 0, -7))
	m := must(d.FindFirstRecordByFilter("case_members", "case = {:c} && user = {:u}", dbx.Params{"c": c, "u": healthVisitor.ID}))
	if m.GetBool("active") || m.GetDateTime("until").Time().Before(before) {
		t.Errorf("off since %s, active %v", m.GetString("until"), m.GetBool("active"))
	}
	again := d.does(&demo.Practitioner, "case_members", "", map[string]any{"case": c, "user": healthVisitor.ID, "role": "member", "from": time.Now().AddDate(0, -1, 0)})
	if !again.GetBool("active") || again.GetDateTime("from").Time().Before(before) {
		t.Errorf("on since %s, active %v", again.GetString("from"), again.GetBool("active"))
	}
}

// A disagreement that is dated back gives the other side no less time: its stage runs from
// when the server had it.
func TestADisagreementThatIsDatedBackWaitsForTheOtherSide(t *testing.T) {
	d := openOffice(t)
	for _, urgent := range []bool{false, true} {
		r := d.does(&demo.Practitioner, "disputes", "", map[string]any{"case": demo.CaseID(1), "about": "The threshold", "subject": "threshold", "with_agency": demo.School.Agency,
			"opened_at": types.NowDateTime().AddDate(0, 0, -20), "urgent": urgent, "urgent_because": "He is at home with them tonight."})
		up := map[string]any{"case": demo.CaseID(1), "dispute": r.Id, "step": "stage_up", "text": "They have not answered.", "occurred_at": types.NowDateTime()}
		_, err := d.by(&demo.Practitioner, "dispute_steps", "", up)
		d.refused("at once", err, "step", "no_position")
		d.came(r, 20)
		d.does(&demo.Practitioner, "dispute_steps", "", up)
	}
}
