package hooks_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/asked"
	"holdfast/server/demo"
)

// Everybody of each agency that must answer a closing is asked, until their agency has
// answered; a second proposal asks again. It was nobody whom it told (A6).
func TestEveryAgencyIsAskedAboutAClosing(t *testing.T) {
	d, family := openPartnership(t)
	p := d.opens(demo.Practitioner, family, time.Hour)
	d.waits("before", nil)

	d.tells(demo.Practitioner, p, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	d.waits("proposed", map[string]string{"school": "closing", "social-worker": "closing", "team-manager": "closing", "health-visitor": "closing"})
	for _, line := range d.list(demo.School) {
		if day := strings.TrimPrefix(line, "closing "); len(day) != len(time.DateOnly) || day <= later(0) {
			t.Errorf("by when: %q", line)
		}
	}
	d.tells(healthVisitor, p, "closure.consulted", map[string]any{"answer": "Fine."})
	d.tells(socialWorker, p, "closure.consulted", map[string]any{"answer": "Fine."})
	d.waits("two answered", map[string]string{"school": "closing"})
	answered := d.requests(teamManager)[0]
	if answered.GetString("standing") != "answered" || answered.GetString("answered_by") != socialWorker.ID || answered.GetDateTime("ended_at").IsZero() || answered.GetString("answer") == "" {
		t.Errorf("what became of it: %v", answered.PublicExport())
	}

	d.tells(demo.Manager, p, "closure.rejected", map[string]any{"reason": "Ben was not asked."})
	d.waits("turned down", map[string]string{"practitioner": "closing_back"})
	if got := d.became(demo.School, "closing"); len(got) != 1 || got[0] != "moot Ending is proposed no longer." {
		t.Errorf("the school's: %q", got)
	}
	back := d.requests(demo.Practitioner)[0]
	d.does(&demo.Practitioner, "requests", back.Id, map[string]any{"acknowledged_at": time.Now()})
	d.waits("read", nil)

	d.tells(demo.Practitioner, p, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	d.waits("proposed again", map[string]string{"school": "closing", "social-worker": "closing", "team-manager": "closing", "health-visitor": "closing"})
	for _, who := range []demo.Person{demo.School, healthVisitor, socialWorker} {
		d.tells(who, p, "closure.consulted", map[string]any{"answer": "Fine."})
	}
	if got := d.kinds(demo.Manager); got != "closing_approval" {
		t.Errorf("all answered: the manager is asked %q", got)
	}
}

// Who leaves the case is asked nothing more and keeps nothing; who joins it is asked.
func TestAskedAreThoseOnTheCase(t *testing.T) {
	d, family := openPartnership(t)
	p := d.opens(demo.Practitioner, family, time.Hour)
	d.tells(demo.Practitioner, p, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	m := must(d.FindFirstRecordByFilter("case_members", "case = {:c} && user = {:u} && active = true", dbx.Params{"c": family, "u": demo.School.ID}))
	d.does(nil, "case_members", m.Id, map[string]any{"until": time.Now().Add(-time.Minute)})
	if rows := d.requests(demo.School); len(rows) != 0 {
		t.Errorf("kept after leaving: %d", len(rows))
	}
	// The school must still answer, and has nobody here: who leads it is asked, without the case.
	lead := d.requests(schoolLead)
	if len(lead) != 1 || lead[0].GetString("case") != "" || lead[0].GetString("pathway") != "" || lead[0].GetString("by_agency") != demo.Practitioner.Agency {
		t.Fatalf("who leads the school: %v", lead)
	}
	text := string(must(json.Marshal(lead[0].PublicExport())))
	for _, secret := range []string{family, p.Id, "asked_in", "Vance", "FM-0008"} {
		if strings.Contains(text, secret) {
			t.Errorf("it says %q", secret)
		}
	}
	d.joins(demo.School, family, "member")
	d.waits("back", map[string]string{"school": "closing", "social-worker": "closing", "team-manager": "closing", "health-visitor": "closing"})
}

// A disagreement is put to the other agency's people, then to their manager, then to who
// leads it, each as its stage begins and with that stage's day.
func TestADisputeAsksAtEachStage(t *testing.T) {
	d, family := openPartnership(t)
	with := func(agency string) string {
		return d.writes(family, demo.Practitioner, "disputes", "", map[string]any{"about": "The threshold", "subject": "threshold", "with_agency": agency, "opened_at": just()}).Id
	}
	step := func(who demo.Person, dispute, what string) {
		t.Helper()
		values := map[string]any{"case": family, "dispute": dispute, "step": what, "text": bothHold, "occurred_at": just()}
		if what == "stage_up" { // whose turn that is is not this test's matter
			d.does(nil, "dispute_steps", "", values)
			return
		}
		d.does(&who, "dispute_steps", "", values)
	}
	care := with(socialWorker.Agency)
	d.waits("opened", map[string]string{"social-worker": "dispute"})
	if stored := must(d.FindRecordById("disputes", care)).GetString("stage_due_on"); !slices.Equal(d.list(socialWorker), []string{"dispute " + stored}) || stored == "" {
		t.Errorf("by %q: %v", stored, d.list(socialWorker))
	}
	step(demo.Practitioner, care, "stage_up")
	d.waits("stage 2", map[string]string{"team-manager": "dispute"})
	if got := d.became(socialWorker, "dispute"); len(got) != 1 || got[0] != "moot It went up a stage." {
		t.Errorf("the social worker's: %q", got)
	}
	step(teamManager, care, "position")
	d.waits("answered", nil)
	step(demo.Practitioner, care, "stage_up")
	d.waits("nobody leads children's services: its manager again", map[string]string{"team-manager": "dispute"})
	step(demo.Practitioner, care, "resolved")
	d.waits("one side says that it is settled", map[string]string{"team-manager": "dispute"})
	step(teamManager, care, "resolved")
	d.waits("settled", nil)

	school := with(demo.School.Agency)
	step(demo.Practitioner, school, "stage_up")
	d.waits("a school without a manager here: its people again", map[string]string{"school": "dispute"})
	step(demo.Practitioner, school, "stage_up")
	d.waits("and then who leads it", map[string]string{"school-lead": "dispute"})
}

// A referral asks the agency it was sent to until that has decided, on the case or not.
func TestAReferralAsksWhomItWasSentTo(t *testing.T) {
	d, family := openPartnership(t)
	r := d.writes(family, demo.Practitioner, "referrals", "", map[string]any{"target": "children_social_care", "to": "The front door", "to_agency": socialWorker.Agency, "reasons": "Hungry.", "family_told": true})
	d.waits("not sent yet", nil)
	step := func(what string, more ...string) {
		t.Helper()
		values := map[string]any{"referral": r.Id, "step": what, "occurred_at": just()}
		for n := 0; n < len(more); n += 2 {
			values[more[n]] = more[n+1]
		}
		d.writes(family, demo.Practitioner, "referral_steps", "", values)
	}
	step("sent")
	d.waits("sent", map[string]string{"social-worker": "referral", "team-manager": "referral"})
	if due := d.requests(socialWorker)[0].GetString("due_on"); due <= later(0) {
		t.Errorf("by %q", due)
	}
	step("acknowledged")
	d.waits("acknowledged is not decided", map[string]string{"social-worker": "referral", "team-manager": "referral"})
	step("accepted", "decided_by", "Sorrel Vane")
	d.waits("decided", nil)

	housing := d.writes(family, demo.Practitioner, "referrals", "", map[string]any{"target": "adult_social_care", "to": "Housing", "to_agency": demo.Outsider.Agency, "reasons": "Rent.", "family_told": true})
	d.account(demo.Outsider, "roles", []string{"practitioner", "manager"})
	d.writes(family, demo.Practitioner, "referral_steps", "", map[string]any{"referral": housing.Id, "step": "sent", "occurred_at": just()})
	d.waits("nobody of theirs is on the case", map[string]string{"outsider": "referral"})
	if got := d.requests(demo.Outsider)[0]; got.GetString("case") != "" {
		t.Errorf("it tells the case: %v", got.PublicExport())
	}
}

// Whom a meeting was called with is asked, for each new day anew, until it is known
// whether they come; a meeting that was called off asks nobody.
func TestAMeetingAsksWhomItWasCalledWith(t *testing.T) {
	d, family := openPartnership(t)
	m := d.writes(family, demo.Practitioner, "meetings", "", map[string]any{"agenda": "engagement", "status": "scheduled", "scheduled_for": time.Now().AddDate(0, 0, 9)})
	school := d.writes(family, demo.Practitioner, "meeting_invitations", "", map[string]any{"meeting": m.Id, "agency": demo.School.Agency, "name": "Harbour School", "attendance": "invited"})
	d.writes(family, demo.Practitioner, "meeting_invitations", "", map[string]any{"meeting": m.Id, "agency": healthVisitor.Agency, "name": "Health visiting", "attendance": "invited"})
	d.writes(family, demo.Practitioner, "meeting_invitations", "", map[string]any{"meeting": m.Id, "name": "The surgery", "attendance": "invited"})
	d.waits("called", map[string]string{"school": "meeting", "health-visitor": "meeting"})
	d.does(&demo.School, "meeting_invitations", school.Id, map[string]any{"attendance": "apologies"})
	d.waits("the school cannot come", map[string]string{"health-visitor": "meeting"})
	d.does(&demo.Practitioner, "meetings", m.Id, map[string]any{"scheduled_for": time.Now().AddDate(0, 0, 16)})
	if got := d.became(healthVisitor, "meeting"); len(got) != 2 || !strings.HasPrefix(got[0], "moot") || got[1] != "waiting" {
		t.Errorf("on a new day: %q", got)
	}
	d.does(&demo.Practitioner, "meetings", m.Id, map[string]any{"status": "cancelled", "cancelled_because": "Snow."})
	d.waits("called off", nil)
}

// A list that cannot be written loses nothing that somebody recorded: it is read again by
// the hour, as it is when an account changed and no record of the case did.
func TestAListThatFailsLosesNoRecord(t *testing.T) {
	d, family := openPartnership(t)
	full := d.OnRecordCreate("requests").BindFunc(func(e *core.RecordEvent) error { return errors.New("the disk is full") })
	with := d.writes(family, demo.Practitioner, "disputes", "", map[string]any{"about": "The threshold", "subject": "threshold", "with_agency": socialWorker.Agency, "opened_at": just()})
	if d.fresh(with).GetString("status") != "open" {
		t.Error("what was recorded is not there")
	}
	d.waits("the list failed", nil)
	d.OnRecordCreate("requests").Unbind(full)
	again := func() {
		t.Helper()
		if err := asked.AskAgain(d.App); err != nil {
			t.Fatal(err)
		}
	}
	again()
	again()
	d.waits("read again", map[string]string{"social-worker": "dispute"})
	d.does(nil, "dispute_steps", "", map[string]any{"case": family, "dispute": with.Id, "step": "stage_up", "text": "Up.", "occurred_at": just()})
	d.does(nil, "dispute_steps", "", map[string]any{"case": family, "dispute": with.Id, "step": "stage_up", "text": "Up.", "occurred_at": just()})
	d.waits("nobody leads them", map[string]string{"team-manager": "dispute"})
	d.account(socialWorker, "roles", []string{"practitioner", "agency_lead"})
	again()
	d.waits("somebody leads them now", map[string]string{"social-worker": "dispute"})
}

// Whoever is to take the lead is asked, by a day, until a manager of theirs has answered.
func TestATransferAsksTheManagersOfTheOtherAgency(t *testing.T) {
	d, family := openPartnership(t)
	ask := func() string {
		t.Helper()
		return d.writes(family, demo.Practitioner, "transfers", "", map[string]any{"to_agency": socialWorker.Agency, "reason": "They know her best.", "handover_note": "Two visits a week.", "requested_at": just()}).Id
	}
	ask()
	if got := d.list(teamManager); len(got) != 1 || !strings.HasPrefix(got[0], "transfer 2") {
		t.Errorf("the manager is asked %v", got)
	}
	d.waits("asked", map[string]string{"team-manager": "transfer"})
	first := must(d.FindFirstRecordByData("transfers", "case", family))
	d.writes(family, teamManager, "transfer_answers", "", map[string]any{"transfer": first.Id, "answer": "refused", "reason": "We are three short until the spring.", "occurred_at": just()})
	d.waits("refused", map[string]string{"practitioner": "transfer_back", "manager": "transfer_back"})
	ask()
	d.waits("asked again", map[string]string{"team-manager": "transfer"})
}
