package hooks_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/asked"
	"holdfast/server/demo"
)

var wasTold = map[string]any{"told": "Both parents by telephone, and every agency."}

// came makes a record one that the server had some days ago.
func (d *office) came(r *core.Record, days int) {
	d.t.Helper()
	if _, err := d.DB().Update(r.Collection().Name, dbx.Params{"created": types.NowDateTime().AddDate(0, 0, -days).String()}, dbx.HashExp{"id": r.Id}).Execute(); err != nil {
		d.t.Fatal(err)
	}
}

// Who is asked whether a case may be closed has it on the list until they answered; then
// who may close it; and whoever closed it hears of an objection that came after.
func TestClosingACaseAsksTheOtherAgencies(t *testing.T) {
	d, c := openPartnership(t)
	proposed := must(d.acts(demo.Practitioner, c, "propose_closing", nil))
	d.waits("proposed", map[string]string{"school": "case_closing", "social-worker": "case_closing", "team-manager": "case_closing", "health-visitor": "case_closing"})
	if due := d.requests(demo.School)[0]; due.GetString("due_on") <= later(5) || due.GetString("record") != proposed.Id {
		t.Errorf("by %q, about %q", due.GetString("due_on"), due.GetString("record"))
	}
	must(d.acts(demo.School, c, "agree", nil))
	d.waits("the school agrees", map[string]string{"social-worker": "case_closing", "team-manager": "case_closing", "health-visitor": "case_closing"})
	must(d.acts(socialWorker, c, "agree", nil))
	must(d.acts(healthVisitor, c, "agree", nil))
	d.waits("all agree", map[string]string{"manager": "case_closing_approval"})
	if got := d.became(demo.School, "case_closing"); !slices.Equal(got, []string{"answered"}) {
		t.Errorf("the school's: %q", got)
	}
	must(d.acts(demo.Manager, c, "close", wasTold))
	d.waits("closed", nil)
	if got := d.became(demo.Manager, "case_closing_approval"); !slices.Equal(got, []string{"answered"}) {
		t.Errorf("the manager's: %q", got)
	}
	_, err := d.acts(demo.School, c, "agree", nil)
	d.refused("there is nothing to agree to", err, "act", "not_proposed")
	late := must(d.acts(healthVisitor, c, "object", map[string]any{"reason": "Ben has lost weight.", "occurred_at": types.NowDateTime().Add(-time.Hour)}))
	d.is(c, "status", "closed")
	d.waits("an objection that came late", map[string]string{"manager": "case_objection"})
	if got := d.requests(demo.Manager); got[len(got)-1].GetString("record") != late.Id {
		t.Errorf("about %v", got[len(got)-1].PublicExport())
	}
	must(d.acts(demo.Practitioner, c, "reopen", map[string]any{"reason": "Ben has lost weight."}))
	d.waits("open again", map[string]string{"school": "case_act", "social-worker": "case_act", "team-manager": "case_act", "health-visitor": "case_act"})
	if got := d.became(demo.Manager, "case_objection"); !slices.Equal(got, []string{"answered"}) {
		t.Errorf("the manager's: %q", got)
	}
}

// The days to answer about closing begin when the server has the proposal, and the agency
// that was passed over reads of it.
func TestAProposalToCloseThatIsDatedBackGivesAsManyDays(t *testing.T) {
	d, c := openPartnership(t)
	long := map[string]any{"occurred_at": types.NowDateTime().AddDate(0, 0, -40)}
	proposed := must(d.acts(demo.Practitioner, c, "propose_closing", long))
	if due := d.requests(demo.School)[0].GetString("due_on"); due <= later(5) {
		t.Errorf("to answer by %s", due)
	}
	_, err := d.acts(demo.Manager, c, "close", wasTold)
	d.refused("at once", err, "act", "others_not_asked")
	must(d.acts(demo.School, c, "agree", map[string]any{"occurred_at": types.NowDateTime().AddDate(0, 0, -1)}))
	again := must(d.acts(demo.Colleague, c, "propose_closing", map[string]any{"occurred_at": types.NowDateTime().AddDate(0, 0, -39)}))
	_, err = d.acts(demo.Manager, c, "close", wasTold)
	d.refused("on an answer to another proposal", err, "act", "others_not_asked")
	if !strings.Contains(err.Error(), "Harbour") {
		t.Errorf("the school has not answered this: %v", err)
	}
	d.came(proposed, 40)
	d.came(again, 20)
	must(d.acts(healthVisitor, c, "object", map[string]any{"reason": "Ben has lost weight."}))
	if err := asked.AskAgain(d.App); err != nil {
		t.Fatal(err)
	}
	if got := d.kinds(demo.Manager); got != "case_closing_approval" {
		t.Errorf("the time is over: %q", got)
	}
	must(d.acts(demo.Manager, c, "close", wasTold))
	if got := d.kinds(healthVisitor); got != "case_closed" {
		t.Errorf("health visiting objected: %q", got)
	}
	if got := d.kinds(socialWorker); got != "case_closed" {
		t.Errorf("children's services had not answered: %q", got)
	}
}

// A case is not closed over a danger, a disagreement, a plan or a threshold; nor is that
// proposed.
func TestACaseIsNotClosedOverWhatIsOpen(t *testing.T) {
	end := map[string]any{"reason": "The clinic meant the family next door."}
	refused := func(d *office, c, when, code string) {
		t.Helper()
		for act, who := range map[string]demo.Person{"propose_closing": demo.Practitioner, "close": demo.Manager} {
			_, err := d.acts(who, c, act, wasTold)
			d.refused(act+" "+when, err, "act", code)
		}
	}
	alone := demo.CaseID(8) // one agency, so that its manager closes it
	d := openOffice(t)
	p := d.opens(demo.Practitioner, alone, time.Hour)
	d.tells(demo.Manager, p, "pathway.cancelled", end)
	risk := d.tells(demo.Practitioner, p, "immediate_risk.raised", map[string]any{"what": "Ada slept outside."})
	refused(d, alone, "over a danger", "risk_open")
	d.tells(demo.Manager, p, "immediate_risk.resolved", map[string]any{"risk": risk.Id, "how": "Seen at home tonight, safe and warm.", "spoken_to": "Rosa Marlowe"})
	dispute := d.does(&demo.Practitioner, "disputes", "", map[string]any{"case": alone, "about": "The threshold", "subject": "threshold", "with_agency": demo.School.Agency, "opened_at": types.NowDateTime()})
	refused(d, alone, "over a disagreement", "dispute_open")
	d.does(&demo.Practitioner, "dispute_steps", "", map[string]any{"case": alone, "dispute": dispute.Id, "step": "resolved", "text": bothHold, "occurred_at": types.NowDateTime()})
	refused(d, alone, "on the word of one", "dispute_open")
	d.does(&demo.Manager, "dispute_steps", "", map[string]any{"case": alone, "dispute": dispute.Id, "step": "resolved", "text": "Both hold that early help is right.", "occurred_at": types.NowDateTime()})
	flag := d.does(&demo.Practitioner, "child_flags", "", map[string]any{"case": alone, "child": d.person(alone, "child").Id, "kind": "cp_plan", "category": "NEG", "from": "2025-06-01"})
	refused(d, alone, "over a plan", "plan_open")
	d.does(&demo.Practitioner, "child_flags", flag.Id, map[string]any{"until": time.Now().AddDate(0, 0, -1).Format(time.DateOnly)})
	referral := d.does(&demo.Practitioner, "referrals", "", map[string]any{"case": alone, "target": "children_social_care", "to": "The front door", "reasons": "Hungry.", "family_told": true})
	d.does(&demo.Practitioner, "referral_steps", "", map[string]any{"case": alone, "referral": referral.Id, "step": "sent", "occurred_at": types.NowDateTime()})
	refused(d, alone, "over a referral that nobody decided", "referral_open")
	d.does(&demo.Practitioner, "referral_steps", "", map[string]any{"case": alone, "referral": referral.Id, "step": "nfa", "reason": "No sign of harm.", "decided_by": "Margaret Hall", "occurred_at": types.NowDateTime()})
	d.joins(demo.School, alone, "member")
	d.joins(schoolManager(d), alone, "manager")
	passing := d.does(&demo.Practitioner, "transfers", "", ask(alone))
	refused(d, alone, "while another agency is asked to lead", "transfer_open")
	d.does(&demo.Practitioner, "transfer_answers", "", answered(passing, "withdrawn", nil))
	if _, err := d.NonconcurrentDB().NewQuery(`UPDATE case_members SET active = FALSE WHERE "case" = {:c} AND agency = {:a}`).Bind(dbx.Params{"c": alone, "a": demo.School.Agency}).Execute(); err != nil {
		t.Fatal(err)
	}
	_, err := d.acts(demo.Manager, alone, "close", wasTold)
	d.refused("over a child whom nobody has seen, by one person", err, "act", "second_person")
	must(d.acts(demo.Practitioner, alone, "propose_closing", nil))
	must(d.acts(demo.Manager, alone, "close", wasTold))
	d.is(alone, "status", "closed")

	// A danger opens a closed case again.
	d.tells(demo.Practitioner, p, "immediate_risk.raised", map[string]any{"what": "Ada slept outside again."})
	d.is(alone, "status", "open")
	d.is(alone, "reopened_because", "An immediate risk was raised on this family, and is not resolved yet.")
	if got := d.told(demo.Manager, p)["case/"+alone+" case_reopened"]; got != 1 {
		t.Errorf("the manager was told %d times that it is open again", got)
	}
}

// What social care decided is recorded by them, or by those who referred with who said so:
// on the referral's own record as on the pathway.
func TestAReferralIsAnsweredByThoseWhoWereAsked(t *testing.T) {
	d, c := openPartnership(t)
	p := d.opens(demo.Practitioner, c, time.Hour)
	refer := func(target, agency string) string {
		r := d.writes(c, demo.Practitioner, "referrals", "", map[string]any{"target": target, "to": "The front door", "to_agency": agency, "reasons": "Hungry.", "family_told": true})
		d.writes(c, demo.Practitioner, "referral_steps", "", map[string]any{"referral": r.Id, "step": "sent", "occurred_at": just()})
		return r.Id
	}
	says := func(who demo.Person, referral, by string) error {
		_, err := d.by(&who, "referral_steps", "", map[string]any{"case": c, "referral": referral, "step": "accepted", "decided_by": by, "occurred_at": just()})
		return err
	}
	r := refer("children_social_care", socialWorker.Agency)
	for _, by := range []string{"me", "the front door", "Sorrel", demo.Practitioner.Name} {
		d.refused("the worker, on the word of "+by, says(demo.Practitioner, r, by), "decided_by", "name_needed")
	}
	d.refused("a school that referred nobody", says(demo.School, r, "Sorrel Vane"), "step", "other_agency")
	if err := says(demo.Practitioner, r, "Sorrel Vane"); err != nil {
		t.Fatal(err)
	}
	e := d.events(p, "referral.accepted")
	if len(e) != 1 || e[0].GetString("verdict") != "accepted" || !strings.Contains(e[0].GetString("reasons"), "Recorded by "+demo.Practitioner.Name+" on the word of Sorrel Vane.") {
		t.Errorf("%v", e)
	}
	if err := says(socialWorker, refer("children_social_care", socialWorker.Agency), "Duty"); err != nil {
		t.Errorf("they who were asked: %v", err)
	}
	if err := says(demo.School, refer("adult_social_care", demo.School.Agency), "the head"); err != nil {
		t.Errorf("they who were asked: %v", err)
	}
	hand := d.tells(demo.School, p, "referral.accepted", map[string]any{"decided_by": "Sorrel Vane"})
	if hand.GetString("verdict") != "attempted" {
		t.Errorf("by hand: %s", hand.GetString("verdict"))
	}
}

// Nobody writes by hand that they lead; a meeting that did not say whether the family was
// told says so once, later.
func TestWhatTheCaseTellsOfItself(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	p := d.opens(demo.Practitioner, c, time.Hour)
	if e := d.tells(demo.Practitioner, p, "lead.changed", map[string]any{"lead": demo.Practitioner.Name}); e.GetString("verdict") != "attempted" {
		t.Errorf("by hand: %s", e.GetString("verdict"))
	}
	m := d.does(&demo.Practitioner, "meetings", "", map[string]any{"case": c, "agenda": "engagement", "status": "scheduled", "scheduled_for": types.NowDateTime()})
	for _, agency := range []demo.Person{demo.Practitioner, demo.School} {
		d.does(&demo.Practitioner, "meeting_invitations", "", map[string]any{"case": c, "meeting": m.Id, "agency": agency.Agency, "name": agency.Name, "attendance": "attended"})
	}
	d.does(&demo.Practitioner, "meetings", m.Id, map[string]any{"status": "held", "held_at": types.NowDateTime(), "decision": "A plan.", "family_views": "Not asked yet."})
	_, err := d.by(&demo.School, "meetings", m.Id, map[string]any{"family_told": "no"})
	d.refused("and no reason", err, "not_told_because", "required")
	d.does(&demo.School, "meetings", m.Id, map[string]any{"family_told": "no", "not_told_because": "Ada may be at risk if he knew."})
	events := d.events(p, "meeting.held")
	if len(events) != 2 || events[1].GetString("corrects") != events[0].Id || events[1].GetString("verdict") == "attempted" || strings.Contains(events[1].GetString("reasons"), "It does not say") {
		t.Errorf("%v", events)
	}
	_, err = d.by(&demo.Practitioner, "meetings", m.Id, map[string]any{"family_told": "yes"})
	d.refused("once", err, "family_told", "held")
}
