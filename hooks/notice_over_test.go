package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/server/demo"
)

// A notice goes when what it is about is done, in the transaction that does it, and for
// everybody who was told: 35 of a manager's 155 notices were of a step that she had done
// herself (A20). What runs on is still told, and once.
func TestNoticesStopWhenTheStepIsDone(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.Practitioner, demo.CaseID(8), 10*24*time.Hour)
	d.reads(time.Now())
	if got := d.told(demo.Manager, p); got["T1 overdue"] != 1 {
		t.Fatalf("the manager was told %v: this would prove nothing", got)
	}
	d.tells(demo.Practitioner, p, "barrier.checked", map[string]any{"areas": []string{"language", "literacy", "disability", "health", "work_pattern", "fear_or_abuse", "wrong_address"}})
	if got := d.told(demo.Manager, p); got["T1 overdue"] != 1 {
		t.Errorf("half of it is done, and nobody knows any more: %v", got)
	}
	impact := []any{}
	for _, c := range must(d.FindAllRecords("people", dbx.HashExp{"case": demo.CaseID(8), "kind": "child"})) {
		impact = append(impact, map[string]any{"child": c.Id, "impact": "Hungry.", "last_seen_on": later(-2), "seen_by": "Priya", "alone": true})
	}
	submitted := d.tells(demo.Practitioner, p, "risk_assessment.submitted", map[string]any{"impact": impact})
	if v := submitted.GetString("verdict"); v != "accepted" {
		t.Fatalf("%s %s", v, submitted.GetString("reasons"))
	}
	if got := d.list(demo.Manager); len(got) != 1 || got[0] != "assessment" {
		t.Errorf("the manager is asked %v", got)
	}
	d.tells(demo.Manager, p, "risk_assessment.signed_off", nil)
	for _, who := range []demo.Person{demo.Manager, demo.Practitioner} {
		for key := range d.told(who, p) {
			if strings.HasPrefix(key, "T1 ") || strings.HasPrefix(key, "T5 ") || strings.HasPrefix(key, "T5S ") {
				t.Errorf("%s is still told %s", who.Account, key)
			}
		}
	}
	if got := d.list(demo.Manager); len(got) != 0 {
		t.Errorf("signed, and still asked: %v", got)
	}
	d.reads(time.Now())
	if got := d.told(demo.Manager, p); got["T1 overdue"] != 0 {
		t.Errorf("told again of what is done: %v", got)
	}
	d.tells(demo.Manager, p, "pathway.cancelled", map[string]any{"reason": "The clinic meant the family next door."})
	if got := d.told(demo.Manager, p); len(got) != 0 {
		t.Errorf("of a pathway that has ended: %v", got)
	}
}
