package pathway_test

import (
	"testing"

	"holdfast/hooks/pathway"
)

// Where nobody may sign off, the opening says so, and whom to ask (A20).
func TestACaseWithoutAManagerSaysSo(t *testing.T) {
	s := tell(t, bundled(t, early))
	s.c.NoManager = true
	s.does(practitioner, "pathway.opened", nil)
	if got := step(s.reads(), "name-manager"); got.Status != pathway.Open || got.Title != "Have your agency's lead put a manager on this case: nobody on it may sign off or approve" {
		t.Errorf("%+v", got)
	}
	s.tries()
	s.does(practitioner, "risk_assessment.submitted", impact("ada", "ben"))
	id := s.does(colleague, "risk_assessment.signed_off", nil)
	if v := verdict(s.reads(), id); v.Reasons[0].Text != "This is for a manager. Nobody on this case is one: ask your agency's lead to put a manager on it." {
		t.Errorf("%+v", v.Reasons)
	}
	s.c.NoManager = false
	if got := step(s.reads(), "name-manager"); got.Code != "" {
		t.Errorf("%+v", got)
	}
}

// A manager with nobody above them proposes ending: nobody may approve it, and that is said
// with the proposal, by what may be done, and as something to do.
func TestWhatNobodyMayApproveSaysSo(t *testing.T) {
	const why = "Nobody on this case may approve this but whoever recorded it: ask your agency's lead to name a manager above them, who comes to the case by that."
	s := tell(t, bundled(t, early)).assessed()
	s.c.NoApprover = []string{manager.id}
	id := s.on(10, 10).does(manager, "closure.proposed", data{"reason": "needs_met", "basis": "assessment"})
	s.on(11, 10).does(school, "closure.consulted", nil)
	r := s.reads()
	if v := verdict(r, id); v.Outcome != pathway.Accepted || len(v.Reasons) != 1 || v.Reasons[0].Text != why {
		t.Errorf("%+v", v)
	}
	if a := allowed(r, "closure.approved"); a.Allowed || a.Why != why {
		t.Errorf("%+v", a)
	}
	if got := step(r, "name-approver"); got.Status != pathway.Open || got.Title != "Have your agency's lead name a manager who may approve what waits: nobody on this case may" {
		t.Errorf("%+v", got)
	}
	s.c.NoApprover = nil
	r = s.reads()
	if got := step(r, "name-approver"); got.Code != "" || verdict(r, id).Reasons != nil || allowed(r, "closure.approved").Why == why {
		t.Errorf("%+v %+v", got, allowed(r, "closure.approved"))
	}
}
