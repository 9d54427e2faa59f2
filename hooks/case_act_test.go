package hooks_test

import (
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/server/demo"
)

// acts does something with a case as a whole.
func (d *office) acts(p demo.Person, caseID, act string, more map[string]any) (*core.Record, error) {
	d.t.Helper()
	values := map[string]any{"case": caseID, "act": act, "occurred_at": types.NowDateTime(), "reason": "The children are well, and everybody says so."}
	for k, v := range more {
		values[k] = v
	}
	return d.by(&p, "case_acts", "", values)
}

// sees records that somebody saw a child, on a case that may have no pathway.
func (d *office) sees(p demo.Person, caseID, child string) {
	d.t.Helper()
	d.does(&p, "contact_attempts", "", map[string]any{"case": caseID, "method": "visit_announced", "outcome": "child_seen", "person": child, "occurred_at": time.Now().Add(-time.Minute)})
}

func (d *office) is(caseID, field, want string) {
	d.t.Helper()
	if got := must(d.FindRecordById("cases", caseID)).GetString(field); got != want {
		d.t.Errorf("%s of the case is %q, not %q", field, got, want)
	}
}

// A case closes by a manager of the agency that leads, who says why and who was told, after
// the other agencies were asked; and opens again (A7).
func TestACaseClosesByAnAct(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1) // the school is on it
	told := map[string]any{"told": "Both parents by telephone, and the school."}
	if p, err := d.FindFirstRecordByData("pathways", "case", c); err == nil && !p.GetBool("ended") {
		t.Fatal("a pathway is open")
	}
	_, err := d.acts(demo.School, c, "close", told)
	d.refused("the school closes it", err, "act", "manager_only")
	_, err = d.acts(demo.Practitioner, c, "close", told)
	d.refused("its worker closes it", err, "act", "manager_only")
	_, err = d.acts(demo.Manager, c, "close", nil)
	d.refused("nobody was told", err, "told", "required")
	_, err = d.acts(demo.Manager, c, "close", told)
	d.refused("nobody was asked", err, "act", "others_not_asked")
	_, err = d.acts(demo.School, c, "agree", nil)
	d.refused("an answer to nothing", err, "act", "not_proposed")
	if _, err = d.acts(demo.Practitioner, c, "propose_closing", nil); err != nil {
		t.Fatal(err)
	}
	_, err = d.acts(demo.Manager, c, "close", told)
	d.refused("the school has not answered", err, "act", "others_not_asked")
	if _, err = d.acts(demo.School, c, "object", map[string]any{"reason": "Ada comes hungry."}); err != nil {
		t.Fatal(err)
	}
	_, err = d.acts(demo.Manager, c, "close", map[string]any{"told": "All.", "reason": "fine"})
	d.refused("over an objection, without a reason of substance", err, "reason", "too_short")
	d.is(c, "status", "open")
	if _, err = d.acts(demo.School, c, "agree", nil); err != nil {
		t.Fatal(err)
	}
	_, err = d.acts(demo.Manager, c, "close", map[string]any{"told": "All.", "reason": "fine"})
	d.refused("all agree over children whom nobody has seen", err, "reason", "too_short")
	for _, child := range children {
		d.sees(demo.School, c, child)
	}
	if _, err = d.acts(demo.Manager, c, "close", map[string]any{"told": "All.", "reason": "fine"}); err != nil {
		t.Fatalf("all agree: %v", err)
	}
	d.is(c, "status", "closed")
	d.is(c, "closed_on", time.Now().Format(time.DateOnly))

	_, err = d.acts(demo.School, c, "reopen", nil)
	d.refused("the school opens it", err, "act", "manager_only")
	if _, err = d.acts(demo.Practitioner, c, "reopen", map[string]any{"reason": "Ben was seen alone at night."}); err != nil {
		t.Fatal(err)
	}
	d.is(c, "status", "open")
	d.is(c, "closed_on", "")
	d.is(c, "reopened_because", "Ben was seen alone at night.")
	_, err = d.acts(demo.Manager, c, "close", told)
	d.refused("asked before it was opened again", err, "act", "others_not_asked")

	// Whoever proposes does not close; and not over an open pathway; a pathway that somebody
	// begins opens a closed case.
	if _, err = d.acts(demo.Manager, c, "propose_closing", nil); err != nil {
		t.Fatal(err)
	}
	if _, err = d.acts(demo.School, c, "agree", nil); err != nil {
		t.Fatal(err)
	}
	_, err = d.acts(demo.Manager, c, "close", told)
	d.refused("by whoever proposed it", err, "act", "not_approver")
	p := d.opens(demo.Practitioner, c, time.Hour)
	_, err = d.acts(demo.Manager, c, "close", told)
	d.refused("over an open pathway", err, "act", "pathway_open")
	d.tells(demo.Manager, p, "pathway.cancelled", map[string]any{"reason": "The clinic meant the family next door."})
	alone := demo.CaseID(8) // one agency
	if _, err = d.acts(demo.Manager, alone, "close", map[string]any{"told": "The mother.", "reason": "ok"}); err == nil {
		t.Error("one agency closes on a word")
	}
	must(d.acts(demo.Practitioner, alone, "propose_closing", nil)) // nobody has seen its child
	if _, err = d.acts(demo.Manager, alone, "close", told); err != nil {
		t.Fatal(err)
	}
	d.opens(demo.Practitioner, alone, time.Minute)
	d.is(alone, "status", "open")
}

// Who hears of a case is narrowed with a reason and a day to look at it again (A7).
func TestACaseIsRestrictedByAnAct(t *testing.T) {
	d := openOffice(t)
	c, later := demo.CaseID(1), map[string]any{"review_on": time.Now().AddDate(0, 1, 0).Format(time.DateOnly)}
	_, err := d.acts(demo.School, c, "restrict", later)
	d.refused("the school", err, "act", "manager_only")
	_, err = d.acts(demo.Practitioner, c, "restrict", later)
	d.refused("its worker", err, "act", "manager_only")
	_, err = d.acts(demo.Manager, c, "restrict", nil)
	d.refused("without a day", err, "review_on", "required")
	_, err = d.acts(demo.Manager, c, "restrict", map[string]any{"review_on": "2020-01-01"})
	d.refused("a day gone by", err, "review_on", "to_be_ahead")
	_, err = d.acts(demo.Manager, c, "restrict", map[string]any{"review_on": later["review_on"], "reason": " "})
	if err == nil {
		t.Error("without a reason")
	}
	if _, err = d.acts(demo.Manager, c, "restrict", later); err != nil {
		t.Fatal(err)
	}
	d.is(c, "restricted", "true")
	d.is(c, "restriction_review_on", later["review_on"].(string))
	d.account(demo.Practitioner, "roles", []string{"practitioner", "safeguarding_lead"})
	if _, err = d.acts(demo.Practitioner, c, "lift_restriction", nil); err != nil {
		t.Fatal(err)
	}
	d.is(c, "restricted", "false")
	d.is(c, "restriction_review_on", "")
}

// A disagreement goes up by those of each stage, once the other agency said what it holds
// or had the time to, and ends at a meeting with somebody in the chair (A19).
func TestADisagreementGoesUpAndEnds(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	d.account(demo.Colleague, "roles", []string{"practitioner", "agency_lead"})
	d.joins(demo.Colleague, c, "member")
	dispute := d.does(&demo.Practitioner, "disputes", "", map[string]any{"case": c, "about": "The threshold", "subject": "threshold", "opened_at": types.NowDateTime()})
	step := func(p demo.Person, what string) error {
		_, err := d.by(&p, "dispute_steps", "", map[string]any{"case": c, "dispute": dispute.Id, "step": what, "text": "As we see it.", "occurred_at": types.NowDateTime()})
		return err
	}
	d.refused("before the school was heard", step(demo.Practitioner, "stage_up"), "step", "no_position")
	if err := step(demo.School, "position"); err != nil {
		t.Fatal(err)
	}
	if err := step(demo.Practitioner, "stage_up"); err != nil {
		t.Fatal(err)
	}
	d.refused("a practitioner, to the third", step(demo.Practitioner, "stage_up"), "step", "manager_only")
	d.refused("before the school was heard at this stage", step(demo.Manager, "stage_up"), "step", "no_position")
	d.refused("on what early help holds itself", func() error { _ = step(demo.Practitioner, "position"); return step(demo.Manager, "stage_up") }(), "step", "no_position")
	if err := step(demo.School, "position"); err != nil {
		t.Fatal(err)
	}
	if err := step(demo.Manager, "stage_up"); err != nil {
		t.Fatal(err)
	}
	d.refused("a manager, to the chair", step(demo.Manager, "stage_up"), "step", "senior_only")
	if err := step(demo.School, "position"); err != nil {
		t.Fatal(err)
	}
	if err := step(demo.Colleague, "stage_up"); err != nil {
		t.Fatal(err)
	}
	d.refused("beyond the last", step(demo.Colleague, "stage_up"), "step", "last_stage")
	if got := d.fresh(dispute).GetInt("stage"); got != 4 {
		t.Errorf("it is at stage %d", got)
	}

	_, err := d.by(&demo.School, "disputes", "", map[string]any{"case": c, "about": "Tonight", "subject": "service", "opened_at": types.NowDateTime(), "urgent": true})
	d.refused("urgent, without why", err, "urgent_because", "required")
	urgent := d.does(&demo.School, "disputes", "", map[string]any{"case": c, "about": "Tonight", "subject": "service", "opened_at": types.NowDateTime(), "urgent": true, "urgent_because": "He is at home with them tonight."})
	if due := urgent.GetDateTime("stage_due_at").Time().Sub(urgent.GetDateTime("opened_at").Time()); due != 24*time.Hour {
		t.Errorf("an urgent stage takes %s", due)
	}
}

// Whom a disagreement is with does not rush it to its last stage on what they hold themselves.
func TestNobodyRushesADisagreementOnTheirOwnPosition(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	lead := demo.Person{ID: demo.ID("user", 96), Account: "early-help-lead", Name: "Edda Lorne", Agency: demo.Practitioner.Agency, Roles: []string{"practitioner", "manager", "agency_lead"}}
	d.hires(lead)
	d.joins(lead, c, "manager")
	r := d.does(&demo.School, "disputes", "", map[string]any{"case": c, "about": "You want to end this and she is bruised", "subject": "closure", "with_agency": demo.Practitioner.Agency, "opened_at": types.NowDateTime()})
	step := func(who demo.Person, what string) error {
		_, err := d.by(&who, "dispute_steps", "", map[string]any{"case": c, "dispute": r.Id, "step": what, "text": "As we see it.", "occurred_at": types.NowDateTime()})
		return err
	}
	if err := step(lead, "position"); err != nil {
		t.Fatal(err)
	}
	d.refused("on their own position", step(lead, "stage_up"), "step", "no_position")
	if err := step(demo.School, "position"); err != nil {
		t.Fatal(err)
	}
	if err := step(lead, "stage_up"); err != nil {
		t.Error("the school was heard:", err)
	}
	d.refused("on what the school held at the stage before", step(lead, "stage_up"), "step", "no_position")
	if got := d.fresh(r).GetInt("stage"); got != 2 {
		t.Errorf("at stage %d", got)
	}
}

// Agencies that met say whether the family knows (A18).
func TestAMeetingThatTheFamilyWasNotToldOfSaysWhy(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	p := d.opens(demo.Practitioner, c, time.Hour)
	m := d.does(&demo.Practitioner, "meetings", "", map[string]any{"case": c, "agenda": "engagement", "status": "scheduled", "scheduled_for": types.NowDateTime()})
	for _, agency := range []demo.Person{demo.Practitioner, demo.School} {
		d.does(&demo.Practitioner, "meeting_invitations", "", map[string]any{"case": c, "meeting": m.Id, "agency": agency.Agency, "name": agency.Name, "attendance": "attended"})
	}
	held := map[string]any{"status": "held", "held_at": types.NowDateTime(), "decision": "A plan.", "family_views": "Not asked yet.", "family_told": "no"}
	_, err := d.by(&demo.Practitioner, "meetings", m.Id, held)
	d.refused("and no reason", err, "not_told_because", "required")
	held["not_told_because"] = "Ada may be at risk if he knew."
	d.does(&demo.Practitioner, "meetings", m.Id, held)
	events := d.events(p, "meeting.held")
	var data map[string]string
	if len(events) == 1 {
		var all map[string]any
		_ = events[0].UnmarshalJSONField("data", &all)
		data = map[string]string{"told": all["family_told"].(string), "because": all["not_told_because"].(string)}
	}
	if data["told"] != "no" || data["because"] != "Ada may be at risk if he knew." {
		t.Errorf("%v", data)
	}
}
