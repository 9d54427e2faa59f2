package hooks_test

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/asked"
	"holdfast/server/demo"
)

// The other agencies hear that a case was opened again, and of who hears of it: each once,
// until it is so no longer.
func TestTheOtherAgenciesHearOfWhatIsDoneWithACase(t *testing.T) {
	d, c := openPartnershipOn(t, demo.CaseID(1))
	d.stands(c, "closed")
	if _, err := d.acts(demo.Practitioner, c, "reopen", map[string]any{"reason": "Ben was seen alone at night."}); err != nil {
		t.Fatal(err)
	}
	others := map[string]string{"school": "case_act", "social-worker": "case_act", "team-manager": "case_act", "health-visitor": "case_act"}
	d.waits("opened again", others)
	review := map[string]any{"review_on": later(40)}
	if _, err := d.acts(demo.Manager, c, "restrict", review); err != nil {
		t.Fatal(err)
	}
	twice := map[string]string{}
	for who := range others {
		twice[who] = "case_act case_act"
	}
	d.waits("and restricted", twice)
	q := must(d.FindFirstRecordByFilter("requests", "user = {:u}", dbx.Params{"u": demo.School.ID}))
	d.does(&demo.School, "requests", q.Id, map[string]any{"acknowledged_at": just()})
	if got := d.kinds(demo.School); got != "case_act" {
		t.Errorf("read, the school has %q", got)
	}
	if _, err := d.acts(demo.Manager, c, "lift_restriction", nil); err != nil {
		t.Fatal(err)
	}
	if got := d.became(demo.School, "case_act"); len(got) != 3 || got[1] != "moot It is so no longer." || got[2] != "waiting" {
		t.Errorf("lifted: %q", got)
	}
}

// A restriction is looked at again: who may lift it is asked before its day, it is late when
// that is over, and restricting until another day is an answer as lifting is.
func TestWhoRestrictedAFamilyIsAskedToLookAgain(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	if _, err := d.acts(demo.Manager, c, "restrict", map[string]any{"review_on": later(30)}); err != nil {
		t.Fatal(err)
	}
	if got := d.kinds(demo.Manager); got != "" {
		t.Errorf("asked a month ahead: %q", got)
	}
	due := func(day string) {
		t.Helper()
		if _, err := d.NonconcurrentDB().NewQuery("UPDATE cases SET restriction_review_on = {:d} WHERE id = {:c}").Bind(dbx.Params{"d": day, "c": c}).Execute(); err != nil {
			t.Fatal(err)
		}
		if err := asked.AskAgain(d.App); err != nil {
			t.Fatal(err)
		}
	}
	due(later(6))
	if got := d.list(demo.Manager); len(got) != 1 || got[0] != "restriction "+later(6) {
		t.Errorf("its day is near: %q", got)
	}
	if d.kinds(demo.Practitioner) != "" || d.kinds(demo.Outsider) != "" {
		t.Errorf("asked of who may not: %q %q", d.kinds(demo.Practitioner), d.kinds(demo.Outsider))
	}
	if _, err := d.acts(demo.Manager, c, "restrict", map[string]any{"review_on": later(6)}); code(err, "act") != "already" {
		t.Errorf("the same day again: %v", err)
	}
	if _, err := d.acts(demo.Manager, c, "restrict", map[string]any{"review_on": later(90)}); err != nil {
		t.Fatal(err)
	}
	d.is(c, "restriction_review_on", later(90))
	d.is(c, "restricted", "true")
	if got := d.became(demo.Manager, "restriction"); d.kinds(demo.Manager) != "" || len(got) != 1 || got[0] != "answered" {
		t.Errorf("looked at again: %q", got)
	}
	due(later(-1))
	if got := d.kinds(demo.Manager); got != "restriction" {
		t.Errorf("its day is over: %q", got)
	}
	if _, err := d.acts(demo.Manager, c, "lift_restriction", nil); err != nil || d.kinds(demo.Manager) != "" {
		t.Errorf("lifted: %v, %q", err, d.kinds(demo.Manager))
	}
}

// A letter that nobody on the case may approve asks who can name somebody, until somebody
// may.
func TestALetterNobodyMayApproveAsksWhoCanNameSomebody(t *testing.T) {
	desk := newDesk(t)
	d := &office{desk.app, t}
	chief := demo.Person{ID: demo.ID("user", 95), Account: "chief", Name: "Cora Wray", Agency: demo.Manager.Agency, Roles: []string{"agency_lead"}}
	d.hires(chief)
	desk.reach(tess, home)
	letter := desk.draft(demo.Manager, "L2_missed", nil) // with nobody above them
	if got := d.kinds(chief); got != "letter_approver" {
		t.Fatalf("who leads the agency has %q; the letter is %s %s", got, desk.letter(letter.Id).GetString("status"), desk.letter(letter.Id).GetString("blocks"))
	}
	if q := d.requests(chief)[0]; q.GetString("case") != "" || q.GetString("record") != letter.Id {
		t.Errorf("off the case they learn of %v", q.PublicExport())
	}
	above := demo.Person{ID: demo.ID("user", 96), Account: "above", Name: "Ada Finch", Agency: demo.Manager.Agency, Roles: []string{"manager"}}
	d.hires(above)
	d.account(demo.Manager, "manager", above.ID) // who comes to the case by that
	d.reads(time.Now())
	if err := asked.AskAgain(d.App); err != nil {
		t.Fatal(err)
	}
	if d.kinds(chief) != "" || d.kinds(above) != "letter" {
		t.Errorf("who leads has %q, the manager %q", d.kinds(chief), d.kinds(above))
	}
}
