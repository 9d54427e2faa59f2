package ops

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/upkeep"
	"holdfast/hooks/workday"
)

// triedFor is how long an attempt to change the house is shown.
const triedFor = 7 * 24 * time.Hour

// House is whether the house stands as it was built, and what was done to it.
type House struct {
	Differences []string         `json:"differences"` // from how it was declared
	Tried       []Attempt        `json:"tried"`       // what was refused lately, the latest first
	Glasses     []types.DateTime `json:"glasses"`     // until when case content is open to an operator
	Untold      []types.DateTime `json:"untold"`      // since when it is or was open and no mail about it left
}

// Attempt is something that nobody may do.
type Attempt struct {
	At   types.DateTime `json:"at"`
	What string         `json:"what"`
}

const (
	refusedLately = `SELECT max(at) AS at, collection, fields FROM audit_log WHERE verb = 'refused' AND at > {:since} GROUP BY collection, fields ORDER BY 1 DESC LIMIT 20`
	untoldGlasses = `SELECT g.created FROM glass_openings g JOIN outbox o ON o.reason BETWEEN 'glass/' || g.id || '/' AND 'glass/' || g.id || '0'
		WHERE g.created <= {:since} GROUP BY g.id HAVING sum(o.status = 'sent') = 0 ORDER BY 1 DESC LIMIT 20`
	openGlasses = `SELECT ends_at FROM glass_openings WHERE ended_at = '' AND ends_at > {:now}`
)

// house asks what the house is made of. What cannot be asked, since it is gone, is named
// among the differences.
func (h *Health) house(app core.App, at time.Time) (err error) {
	h.House = House{Differences: []string{}, Tried: []Attempt{}, Glasses: []types.DateTime{}, Untold: []types.DateTime{}}
	if h.House.Differences, err = upkeep.Differences(app); err != nil {
		return err
	}
	if h.House.Differences == nil {
		h.House.Differences = []string{}
	}
	if !app.HasTable("audit_log") || !app.HasTable("glass_openings") {
		return nil
	}
	var rows []struct {
		At         types.DateTime `db:"at"`
		Collection string         `db:"collection"`
		Fields     string         `db:"fields"`
	}
	if err := app.ConcurrentDB().NewQuery(refusedLately).Bind(dbx.Params{"since": stamp(at.Add(-triedFor)).String()}).All(&rows); err != nil {
		return fmt.Errorf("what was refused lately: %w", err)
	}
	for _, r := range rows {
		var tried []string
		if err := json.Unmarshal([]byte(r.Fields), &tried); err != nil {
			return fmt.Errorf("what was refused on %s: %w", r.At, err)
		}
		h.House.Tried = append(h.House.Tried, Attempt{r.At, upkeep.TriedWords(r.Collection, tried)})
	}
	if err := app.ConcurrentDB().NewQuery(openGlasses).Bind(dbx.Params{"now": stamp(at).String()}).Column(&h.House.Glasses); err != nil {
		return fmt.Errorf("who reads case content: %w", err)
	}
	if err := app.ConcurrentDB().NewQuery(untoldGlasses).Bind(dbx.Params{"since": stamp(at.Add(-time.Minute)).String()}).Column(&h.House.Untold); err != nil {
		return fmt.Errorf("who knows that case content is read: %w", err)
	}
	return nil
}

var london = workday.London
