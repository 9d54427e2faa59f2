package engagement

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
)

// TakeThresholdsAlong takes back, in the case that somebody leaves by a move, what came to it
// with them: it goes on with them, or back. A family that a child was moved to by mistake is not
// held by what another agency decided of the child.
func TakeThresholdsAlong(tx core.App, m *core.Record) error {
	var came []string
	err := kernel.Query(tx, `SELECT DISTINCT e.arises_from FROM pathway_events e JOIN person_moves b ON e.arises_from LIKE 'person_moves/' || b.id || '/%'
			WHERE e.kind = 'threshold.decided' AND e."case" = {:c} AND b.person = {:p} AND b."to" = {:c} AND b.direction = 'out' ORDER BY 1`).
		Bind(dbx.Params{"c": m.GetString("case"), "p": m.GetString("person")}).Column(&came)
	if err != nil {
		return fmt.Errorf("what came to case %s with who leaves it: %w", m.GetString("case"), err)
	}
	after, err := types.ParseDateTime(m.GetDateTime("moved_at").Time().Add(time.Millisecond)) // it stood as they were moved, and goes with them
	if err != nil {
		return err
	}
	for _, from := range came {
		err := AppendEvent(tx, Arising{
			CaseID: m.GetString("case"), From: from + "/gone", After: from, Corrects: true, Kind: "event.withdrawn", At: after,
			Data: map[string]any{"reason": "It came with a child who was moved here, and who has been moved again: it goes with the child."},
		})
		if err != nil {
			return err
		}
	}
	return nil
}
