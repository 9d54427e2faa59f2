package hooks_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	"holdfast/hooks/letter"
	"holdfast/hooks/tell"
	"holdfast/server/demo"
)

// happenedAgo adds an event that happened some time ago.
func (d *office) happenedAgo(ago time.Duration, p demo.Person, pathway *core.Record, kind string, data map[string]any) *core.Record {
	d.t.Helper()
	return d.does(&p, "pathway_events", "", map[string]any{
		"case": pathway.GetString("case"), "pathway": pathway.Id, "kind": kind, "occurred_at": types.NowDateTime().Add(-ago), "data": data,
	})
}

// cameThen has the server have had an event since it happened.
func (d *office) cameThen(e *core.Record) {
	d.t.Helper()
	if _, err := d.NonconcurrentDB().Update("pathway_events", dbx.Params{"received_at": e.GetString("occurred_at")}, dbx.HashExp{"id": e.Id}).Execute(); err != nil {
		d.t.Fatal(err)
	}
}

var children = []string{demo.ID("child", 100), demo.ID("child", 101)}

var approved = map[string]any{"checklist": map[string]any{"chronology": "2026-11-10", "views": "2026-11-10", "notified": "2026-11-11"}}

// unseen brings FM-0001 to a proposal to end that everybody answered, with children whom
// nobody has seen for long.
func (d *office) unseen() *core.Record {
	d.t.Helper()
	if _, err := d.NonconcurrentDB().NewQuery(`UPDATE people SET last_seen_on = '2020-01-01', seen_before = '2020-01-01' WHERE kind = 'child' AND "case" = {:c}`).Bind(dbx.Params{"c": demo.CaseID(1)}).Execute(); err != nil {
		d.t.Fatal(err)
	}
	p := d.opens(demo.Practitioner, demo.CaseID(1), 72*time.Hour)
	d.happenedAgo(48*time.Hour, demo.Practitioner, p, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	d.happenedAgo(47*time.Hour, demo.School, p, "closure.consulted", nil)
	return p
}

// A refused approval stays refused, whatever arrives later, and whoever made it is asked
// again, once (A5, a and b).
func TestARefusedApprovalIsAskedForAgain(t *testing.T) {
	d := openOffice(t)
	p := d.unseen()
	no := d.happenedAgo(24*time.Hour, demo.Manager, p, "closure.approved", approved)
	if no.GetString("verdict") != "attempted" {
		t.Fatal(no.GetString("verdict"))
	}
	said := no.GetString("reasons")

	// (a) A field of a child is no sighting, and ends nothing.
	for _, child := range children {
		_, _ = d.by(&demo.School, "people", child, map[string]any{"last_seen_on": time.Now().Format(time.DateOnly)})
	}
	d.reads(time.Now())
	if r := d.fresh(p); r.GetBool("ended") {
		t.Fatalf("a field ended it: %s", r.GetString("state"))
	}

	// (b) A sighting of the day before it.
	d.happenedAgo(25*time.Hour, demo.School, p, "child.seen", map[string]any{"children": children})
	stands := func() {
		t.Helper()
		no = d.fresh(no)
		if r := d.fresh(p); r.GetString("state") != "closure_proposed" || no.GetString("verdict") != "attempted" || no.GetString("reasons") != said {
			t.Errorf("%s, the approval %s: %s", r.GetString("state"), no.GetString("verdict"), no.GetString("reasons"))
		}
		if got := d.told(demo.Manager, p); got["closure.approved/"+no.Id+" approve_again"] != 1 || got["closure.approved/"+no.Id+" verdict_turned"] != 0 {
			t.Errorf("the manager was told %v", got)
		}
	}
	stands()
	d.reads(time.Now())
	stands()
	if got := d.step(p, "approve-again"); got.GetString("status") != "open" {
		t.Errorf("the step is %s", got.GetString("status"))
	}
	day := time.Now().Add(-25 * time.Hour).In(time.Local).Format(time.DateOnly)
	if child := must(d.FindRecordById("people", children[0])); child.GetString("last_seen_on") < day {
		t.Errorf("the child's record has %q", child.GetString("last_seen_on"))
	}
	d.tells(demo.Manager, p, "closure.approved", approved)
	if r := d.fresh(p); r.GetString("state") != "closed_needs_met" || d.step(p, "approve-again").GetString("status") != "done" {
		t.Errorf("approved again: %s, %s", r.GetString("state"), d.step(p, "approve-again").GetString("status"))
	}
}

// Whatever verdict turns is told once to who recorded it, who leads and the managers, and
// what was said before stays on the record; and the case is opened again under its pathway
// (A5, A8).
func TestAVerdictThatTurnsIsToldAndTheCaseOpensAgain(t *testing.T) {
	d := openOffice(t)
	p := d.unseen()
	d.happenedAgo(46*time.Hour, demo.School, p, "child.seen", map[string]any{"children": children})
	yes := d.happenedAgo(24*time.Hour, demo.Manager, p, "closure.approved", approved)
	if r := d.fresh(p); !r.GetBool("ended") {
		t.Fatal(r.GetString("state"), yes.GetString("reasons"))
	}
	d.does(&demo.Manager, "case_acts", "", map[string]any{
		"case": demo.CaseID(1), "act": "close", "occurred_at": types.NowDateTime().Add(-time.Hour), "reason": "The pathway has ended and the family is well.", "told": "Both parents, and the school.",
	})
	if c := must(d.FindRecordById("cases", demo.CaseID(1))); c.GetString("status") != "closed" {
		t.Fatal(c.GetString("status"))
	}
	d.happenedAgo(30*time.Hour, demo.School, p, "immediate_risk.raised", map[string]any{"what": "Bruises, and Ada says who."})

	yes = d.fresh(yes)
	if r := d.fresh(p); r.GetString("state") != "closure_proposed" || yes.GetString("verdict") != "attempted" || yes.GetString("received_verdict") != "attempted" {
		t.Errorf("%s, %s", r.GetString("state"), yes.GetString("verdict"))
	}
	var history []struct{ Verdict, Until string }
	if err := yes.UnmarshalJSONField("verdict_history", &history); err != nil || len(history) != 1 || history[0].Verdict != "accepted" || history[0].Until == "" {
		t.Errorf("%v %s", err, yes.GetString("verdict_history"))
	}
	if c := must(d.FindRecordById("cases", demo.CaseID(1))); c.GetString("status") != "open" || c.GetString("closed_on") != "" || !strings.HasPrefix(c.GetString("reopened_because"), "A pathway of this case is open: Ending proposed") {
		t.Errorf("the case is %s: %s", c.GetString("status"), c.GetString("reopened_because"))
	}
	for _, who := range []demo.Person{demo.Manager, demo.Practitioner} {
		if got := d.told(who, p); got["closure.approved/"+yes.Id+" verdict_turned"] != 1 || got["case/"+demo.CaseID(1)+" case_reopened"] != 1 {
			t.Errorf("%s was told %v", who.Account, got)
		}
	}
	if got := d.told(demo.School, p); len(got) != 0 {
		t.Errorf("the school was told %v", got)
	}
	// That the danger is over brings back no decision.
	d.tells(demo.Manager, p, "immediate_risk.resolved", map[string]any{"how": "With her aunt, and seen there.", "spoken_to": "Rosa Marlowe"})
	if r := d.fresh(p); r.GetBool("ended") || d.told(demo.Manager, p)["closure.approved/"+yes.Id+" approve_again"] != 1 {
		t.Errorf("%s, told %v", r.GetString("state"), d.told(demo.Manager, p))
	}
}

// schoolsHead is a manager at the school.
func (d *office) schoolsHead() demo.Person {
	d.t.Helper()
	head := demo.Outsider
	d.account(head, "agency", demo.School.Agency)
	d.account(head, "roles", []string{"practitioner", "manager"})
	return head
}

// The manager of an agency that does not lead ends nothing, and overrides nothing (A15).
func TestAnotherAgencysManagerEndsNothing(t *testing.T) {
	d := openOffice(t)
	head := d.schoolsHead()
	p := d.unseen()
	d.joins(head, demo.CaseID(1), "manager")
	d.happenedAgo(46*time.Hour, demo.School, p, "child.seen", map[string]any{"children": children})
	r := d.tells(head, p, "closure.approved", map[string]any{"checklist": approved["checklist"], "override_reason": "Everybody here is sure that they are well."})
	if r.GetString("verdict") != "attempted" || !strings.Contains(r.GetString("reasons"), "Ending is for a manager of Fellmoor Early Help, which leads") {
		t.Errorf("%s %s", r.GetString("verdict"), r.GetString("reasons"))
	}
	if d.fresh(p).GetBool("ended") {
		t.Error("ended")
	}
}

// Silence was overridden, and the objection had been made in time: whoever overrode it has a
// working day to confirm or undo it, and those who objected hear that it was closed over
// them (A14).
func TestALateObjectionReachesWhoClosedOverIt(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.Practitioner, demo.CaseID(1), 20*24*time.Hour)
	d.happenedAgo(19*24*time.Hour, demo.School, p, "child.seen", map[string]any{"children": children})
	proposed := d.happenedAgo(18*24*time.Hour, demo.Practitioner, p, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment", "received_at": "2020-01-01 09:00:00.000Z"})
	silent := map[string]any{"checklist": approved["checklist"], "override_reason": "The school did not answer, and the children are well."}
	if early := d.tells(demo.Manager, p, "closure.approved", silent); early.GetString("verdict") != "attempted" || !strings.Contains(early.GetString("reasons"), "Wait for Harbour School to answer") {
		t.Errorf("a proposal that is dated back: %s", early.GetString("reasons"))
	}
	d.cameThen(proposed)
	yes := d.happenedAgo(24*time.Hour, demo.Manager, p, "closure.approved", silent)
	if !d.fresh(p).GetBool("ended") {
		t.Fatal(yes.GetString("reasons"))
	}
	late := d.happenedAgo(10*24*time.Hour, demo.School, p, "closure.objected", map[string]any{"reason": "Ada still comes hungry."})
	key := "closure.objected/" + late.Id + " closed_over"
	if r := d.fresh(p); !r.GetBool("ended") || d.told(demo.Manager, p)[key] != 1 || d.told(demo.School, p)[key] != 0 || d.kinds(demo.School) != "closing_overridden" {
		t.Errorf("%s; the manager was told %v, the school %v, which has %q on its list", r.GetString("state"), d.told(demo.Manager, p), d.told(demo.School, p), d.kinds(demo.School))
	}
	step := d.step(p, "confirm-ending")
	if step.GetString("status") == "done" || step.GetString("due_on") == "" {
		t.Errorf("%s, due %s", step.GetString("status"), step.GetString("due_on"))
	}
	d.reads(step.GetDateTime("due_at").Time().Add(time.Hour))
	if got := d.step(p, "confirm-ending").GetString("status"); got != "overdue" || d.told(demo.Manager, p)["confirm-ending overdue"] != 1 {
		t.Errorf("a day later %s, told %v", got, d.told(demo.Manager, p))
	}
	page := func() []letter.Approval {
		t.Helper()
		return must(letter.Approvals(d.App, kernel.Actor{User: must(d.FindRecordById("users", demo.Manager.ID)), Door: "coordinate"}))
	}
	waits := page()
	i := slices.IndexFunc(waits, func(a letter.Approval) bool { return a.Act == "closure.confirmed" && a.Pathway == p.Id })
	if i < 0 || waits[i].Event != yes.Id || len(waits[i].Missing) != 1 {
		t.Fatalf("the manager's page has %+v", waits)
	}
	var refused *tell.Unaccepted
	err := kernel.Within(d.App, kernel.Actor{User: must(d.FindRecordById("users", demo.Manager.ID)), Door: "coordinate"}, func(tx core.App) error {
		if err := letter.Decide(tx, waits[i], letter.Decision{Approve: true, Reason: "ok"}); !errors.As(err, &refused) {
			return fmt.Errorf("confirmed on a word: %w", err)
		}
		return letter.Decide(tx, waits[i], letter.Decision{Approve: true, Reason: "I have seen both children this morning, and they eat."})
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := d.step(p, "confirm-ending").GetString("status"); got != "done" || len(page()) != 0 {
		t.Errorf("confirmed: %s, the page has %+v", got, page())
	}
	undo := d.does(&demo.Manager, "pathway_events", "", map[string]any{
		"case": p.GetString("case"), "pathway": p.Id, "kind": "event.withdrawn", "corrects": yes.Id, "occurred_at": types.NowDateTime(), "data": map[string]any{"reason": "She is right."},
	})
	if r := d.fresh(p); r.GetString("state") != "closure_proposed" {
		t.Errorf("undone: %s %s", r.GetString("state"), undo.GetString("reasons"))
	}
}

// Where nobody may sign off, the opening asks for somebody, and they come (A20).
func TestACaseWithoutAManagerAsksForOne(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.School, d.schoolCase(), time.Hour)
	if got := d.step(p, "name-manager"); got.GetString("status") != "open" || !strings.Contains(got.GetString("title"), "your agency's lead") {
		t.Errorf("%s: %s", got.GetString("title"), got.GetString("status"))
	}
	d.account(demo.School, "manager", d.schoolsHead().ID)
	d.reads(time.Now())
	if got := d.step(p, "name-manager").GetString("status"); got != "cancelled" {
		t.Errorf("with a manager: %s", got)
	}
}

// Over an objection to what a manager proposed, it is somebody above them who ends it (A15).
func TestAnObjectionIsOverriddenByWhoIsSenior(t *testing.T) {
	d := openOffice(t)
	chief := demo.Outsider
	d.account(chief, "agency", demo.Manager.Agency)
	d.account(chief, "roles", []string{"manager"})
	d.account(demo.Manager, "manager", chief.ID) // who comes to the case with her
	p := d.opens(demo.Practitioner, demo.CaseID(1), 72*time.Hour)
	d.happenedAgo(50*time.Hour, demo.School, p, "child.seen", map[string]any{"children": children})
	d.happenedAgo(48*time.Hour, demo.Manager, p, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	d.happenedAgo(47*time.Hour, demo.School, p, "closure.objected", map[string]any{"reason": "Ada still comes hungry."})
	all := map[string]any{"checklist": approved["checklist"], "override_reason": "Both eat at home again; I have seen them myself."}
	if r := d.tells(demo.Manager, p, "closure.approved", all); r.GetString("verdict") != "attempted" {
		t.Errorf("whoever proposed it ends it: %s", r.GetString("verdict"))
	}
	if r := d.tells(chief, p, "closure.approved", all); r.GetString("verdict") != "accepted" || r.GetString("role") != "service_manager" || !d.fresh(p).GetBool("ended") {
		t.Errorf("as %s: %s %s", r.GetString("role"), r.GetString("verdict"), r.GetString("reasons"))
	}
}
