package hooks_test

import (
	"testing"

	"holdfast/server/demo"
)

// Who hears of a restricted family is decided by those who may restrict it: the worker who
// leads brings nobody in.
func TestAWorkerAddsNobodyToARestrictedFamily(t *testing.T) {
	d, c := openOffice(t), demo.CaseID(1)
	adds := func(by demo.Person) error {
		_, err := d.by(&by, "case_members", "", map[string]any{"case": c, "work_email": demo.Outsider.Email(), "role": "member"})
		return err
	}
	must(d.acts(demo.Manager, c, "restrict", map[string]any{"review_on": later(20)}))
	d.refused("the worker who leads", adds(demo.Practitioner), "user", "manager_only")
	if err := adds(demo.Manager); err != nil {
		t.Errorf("a manager of the agency that leads: %v", err)
	}
}

// An objection to closing a case is heard from whoever's agency proposed it, too.
func TestTheProposersOwnAgencyIsHeard(t *testing.T) {
	d, c := openOffice(t), demo.CaseID(1)
	d.puts(headTeacher, demo.School)
	if d.role(headTeacher, c) == "" {
		d.joins(headTeacher, c, "manager")
	}
	must(d.acts(demo.School, c, "propose_closing", nil))
	must(d.acts(headTeacher, c, "object", map[string]any{"reason": "She does not speak for us: Ivy is bruised."}))
	_, err := d.acts(demo.Manager, c, "close", map[string]any{"told": "All.", "reason": "x"})
	d.refused("over the head's objection", err, "reason", "too_short")
}
