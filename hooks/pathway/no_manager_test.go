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
	if v := verdict(s.reads(), id); v.Reasons[0].Text != "This is for: manager, service manager. Nobody on this case is one: ask your agency's lead to put a manager on it." {
		t.Errorf("%+v", v.Reasons)
	}
	s.c.NoManager = false
	if got := step(s.reads(), "name-manager"); got.Code != "" {
		t.Errorf("%+v", got)
	}
}
