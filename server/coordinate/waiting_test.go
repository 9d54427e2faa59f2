package coordinate

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	partnershiprules "holdfast/hooks/partnership"
	"holdfast/server/demo"
)

// saves writes a record as a person does.
func (d *desk) saves(p demo.Person, noun string, values map[string]any) *core.Record {
	d.t.Helper()
	user, err := d.App.FindRecordById("users", p.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	var r *core.Record
	err = kernel.Within(d.App, kernel.Actor{User: user, Door: "test"}, func(tx core.App) error {
		c, err := tx.FindCachedCollectionByNameOrId(noun)
		if err != nil {
			return err
		}
		r = core.NewRecord(c)
		r.Load(values)
		return tx.Save(r)
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

// What needs me today says everything that waits for a person, in words and with its day:
// it said "Nothing is waiting for you" beside twenty overdue steps, and nothing to a
// school that was asked (pages.md 7.1, A6).
func TestTodaySaysAllThatWaits(t *testing.T) {
	d := openDesk(t)
	d.now = time.Now()
	family := demo.CaseID(1)
	wants(t, d.as(demo.School).get("/coordinate"), 200, "Nothing is waiting for you.")
	template, err := d.App.FindFirstRecordByFilter("pathway_templates", "key = 'early-help-engagement' && status = 'published'")
	if err != nil {
		t.Fatal(err)
	}
	p := d.saves(demo.Practitioner, "pathways", map[string]any{"case": family, "template": template.Id, "trigger": "missed_contact", "opened_at": types.NowDateTime().Add(-15 * 24 * time.Hour)})
	tells := func(who demo.Person, kind string, data map[string]any) {
		t.Helper()
		d.saves(who, "pathway_events", map[string]any{"case": family, "pathway": p.Id, "kind": kind, "occurred_at": types.NowDateTime(), "data": data})
	}
	for _, who := range []demo.Person{demo.Practitioner, demo.Manager} {
		var late int
		if err := d.App.ConcurrentDB().NewQuery(`SELECT count(*) FROM pathway_steps WHERE status = 'overdue' AND "case" IN
			(SELECT "case" FROM case_members WHERE "user" = {:u} AND active AND role IN ('lead', 'manager'))`).Bind(dbx.Params{"u": who.ID}).Row(&late); err != nil || late < 2 {
			t.Fatalf("%d overdue steps, %v: this would prove nothing", late, err)
		}
		seen := d.as(who).get("/coordinate")
		wants(t, seen, 200, "You have "+count(late, "overdue step", "overdue steps"), "The oldest was due on ")
		lacks(t, seen, "Nothing is waiting for you.")
	}
	for range 3 {
		d.saves(demo.Practitioner, "disputes", map[string]any{"case": family, "about": "The threshold", "subject": "threshold", "with_agency": demo.School.Agency, "opened_at": types.NowDateTime()})
	}
	tells(demo.Practitioner, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	b := d.as(demo.School)
	seen := b.get("/coordinate")
	wants(t, seen, 200, "You have 3 disagreements to answer", "You have 1 question to answer about ending work", "by ")
	lacks(t, seen, "Nothing is waiting for you.", "overdue step", "FM-0001")
	list := b.get("/coordinate/waiting")
	wants(t, list, 200, "FM-0001", "question to answer about ending work", "Asked by", "Fellmoor Early Help", "by ")
	for _, line := range strings.Split(list.text(), "\n") {
		if strings.Contains(line, "_") && strings.Contains(line, "closing") {
			t.Errorf("a key is shown: %s", line)
		}
	}
	lacks(t, d.as(demo.Outsider).get("/coordinate/waiting"), "FM-0001")
	wants(t, d.as(demo.Practitioner).get("/coordinate/waiting"), 200, "FM-0001", "Overdue", "Tell your manager")

	tells(demo.Manager, "closure.rejected", map[string]any{"reason": "Ben was not asked."})
	lead := d.as(demo.Practitioner)
	form := lead.get("/coordinate/waiting")
	wants(t, form, 200, "proposal to end work that was turned down", "I have read this")
	row, err := d.App.FindFirstRecordByFilter("requests", "user = {:u} && kind = 'closing_back'", dbx.Params{"u": demo.Practitioner.ID})
	if err != nil {
		t.Fatal(err)
	}
	wants(t, b.post("/coordinate/waiting/"+row.Id, b.get("/coordinate/waiting").fields()), 404)
	if a := lead.post("/coordinate/waiting/"+row.Id, form.fields()); a.status != 303 {
		t.Fatalf("reading it answered %d\n%s", a.status, a.body)
	}
	lacks(t, lead.get("/coordinate/waiting"), "proposal to end work that was turned down")
}

// overdueAction leaves an agreed action that nobody did, which the manager is told of.
func (d *desk) overdueAction() {
	d.t.Helper()
	d.saves(demo.Practitioner, "actions", map[string]any{"case": demo.CaseID(1), "what": "Ring", "owner": "Saskia", "owner_user": demo.School.ID, "due_on": time.Now().AddDate(0, 0, -9).Format(time.DateOnly)})
	if err := partnershiprules.TellOfActions(d.App, time.Now()); err != nil {
		d.t.Fatal(err)
	}
}

// What a manager is told of somebody else's action stands on the list until it is read.
func TestWhatIsToldIsReadOnTheList(t *testing.T) {
	d := openDesk(t)
	d.now = time.Now()
	d.overdueAction()
	wants(t, d.as(demo.School).get("/coordinate"), 200, "You have 1 agreed action to do", "It was due on ")
	lacks(t, d.as(demo.School).get("/coordinate"), "thing to read")
	b := d.as(demo.Manager)
	wants(t, b.get("/coordinate"), 200, "You have 1 thing to read")
	list := b.get("/coordinate/waiting")
	wants(t, list, 200, "FM-0001", "An agreed action is overdue", "I have read this")
	m := regexp.MustCompile(`/coordinate/waiting/[a-z0-9]{15}`).FindString(list.body)
	if a := b.post(m, list.fields()); a.status != 303 {
		t.Fatalf("%q answered %d\n%s", m, a.status, a.body)
	}
	lacks(t, b.get("/coordinate"), "thing to read")
}

// How what waits is mailed is chosen on the page of the account.
func TestTheDigestIsChosen(t *testing.T) {
	d := openDesk(t)
	b := d.as(demo.School)
	page := b.get("/coordinate/account")
	wants(t, page, 200, `value="daily" checked`, "Each thing at once")
	if a := b.post("/coordinate/account/digest", page.with("digest", "at_once")); a.status != 303 {
		t.Fatalf("%d\n%s", a.status, a.body)
	}
	wants(t, b.get("/coordinate/account?done=digest"), 200, `value="at_once" checked`, "It is kept how what waits for you is mailed.")
	wants(t, b.post("/coordinate/account/digest", page.with("digest", "never")), 422, "Choose how what waits for you is mailed")
}
