package ops

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/lineage"
)

// rememberedFor is how long phones keep what they handed in, to offer it again.
const rememberedFor = 30 * 24 * time.Hour

// History is the one that the database is of: since when, and, where it is not the store's
// first, why it began and how many phones in use have not come since.
type History struct {
	Since  types.DateTime `json:"since"`
	Why    string         `json:"why,omitempty"`
	Absent int            `json:"absent,omitempty"`
}

func (h *Health) lineage(app core.App) error {
	last, err := lineage.Last(app.ConcurrentDB())
	if err != nil {
		return fmt.Errorf("asking why the history began: %w", err)
	}
	h.History.Since = stamp(time.Unix(last.At, 0))
	if last.Why == "" {
		return nil
	}
	h.History.Why = lineage.Says(last.Why)
	came := ""
	if app.HasTable("device_sessions") {
		came = ` AND NOT EXISTS (SELECT 1 FROM device_sessions s WHERE s.device = d.id AND s.used >= {:at})`
	}
	return app.ConcurrentDB().NewQuery(`SELECT count(*) FROM devices d WHERE d.status = 'active'` + came).Bind(dbx.Params{"at": last.At}).Row(&h.History.Absent)
}

// said is for as long as phones that come may still bring back what was lost.
func (n History) said(at time.Time) bool {
	return n.Why != "" && at.Sub(n.Since.Time()) < rememberedFor
}
