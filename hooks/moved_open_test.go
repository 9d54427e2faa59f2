package hooks_test

import (
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/server/demo"
)

// An immediate risk and a disagreement are of the children too: where they stand open in the
// family that a child was moved from, the case that the child came to is not closed.
func TestACaseIsNotClosedOverWhatAMovedChildLeftOpen(t *testing.T) {
	d := openOffice(t)
	from, to := demo.CaseID(1), demo.CaseID(4)
	p := d.opens(demo.Practitioner, from, 72*time.Hour)
	risk := d.tells(demo.School, p, "immediate_risk.raised", map[string]any{"what": "Ivy says he has a knife."})
	d.moves(ivy, from, to)
	_, err := d.acts(demo.Manager, to, "close", wasTold)
	d.refused("over a danger where she was", err, "act", "risk_open")
	d.tells(demo.Manager, p, "immediate_risk.resolved", map[string]any{"risk": risk.Id, "how": "Police took him away and the knife.", "spoken_to": "Sergeant Moira Keld"})

	dispute := d.does(&demo.School, "disputes", "", map[string]any{"case": from, "about": "Ivy is not safe", "subject": "threshold", "with_agency": demo.Practitioner.Agency, "opened_at": types.NowDateTime()})
	d.sees(demo.Practitioner, to, ivy) // who moved her closes it once somebody else has seen her
	must(d.acts(demo.Practitioner, to, "propose_closing", nil))
	_, err = d.acts(demo.Manager, to, "close", wasTold)
	if dispute.GetDateTime("opened_at").IsZero() || err != nil {
		t.Errorf("a disagreement of after the move is not about her: %v", err)
	}

	d = openOffice(t)
	d.opens(demo.Practitioner, from, 72*time.Hour)
	d.does(&demo.School, "disputes", "", map[string]any{"case": from, "about": "Ivy is not safe", "subject": "threshold", "with_agency": demo.Practitioner.Agency, "opened_at": types.NowDateTime().Add(-time.Minute)})
	d.moves(ivy, from, to)
	_, err = d.acts(demo.Manager, to, "close", wasTold)
	d.refused("over a disagreement where she was", err, "act", "dispute_open")
}
