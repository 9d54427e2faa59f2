package tell

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/pathway"
)

// OfClock is which notices are of a clock of a template that runs out, as SQL: not what is
// told at once, nor that something turned; what names a record in place of a clock, as an
// action or a child not heard does, is taken back by whoever tells of it.
const OfClock = `((stage = 'due_soon' OR stage LIKE 'overdue%') AND instr(timer, '/') = 0)`

// StopTelling takes back the notices of a pathway whose clocks no longer run out: the
// step was done, is not asked for any more, or is due on another day. Whoever was told of
// one would look for work that is done. A clock that runs out again is told of again.
// What has no clock, such as an immediate risk, stays until it is read.
func StopTelling(tx core.App, p *core.Record, result pathway.Result) error {
	running := map[string]string{}
	for _, t := range result.Timers {
		if t.Status == pathway.DueSoon || t.Status == pathway.Overdue {
			running[t.Code] = t.DueOn
		}
	}
	return NoLonger(tx, p, running, dbx.NewExp(OfClock))
}

// NoLonger deletes the notices of a pathway, of one kind, whose clock no longer runs to that
// day.
func NoLonger(tx core.App, p *core.Record, running map[string]string, kind dbx.Expression) error {
	told, err := tx.FindAllRecords("notices", dbx.HashExp{"case": p.GetString("case"), "pathway": p.Id}, kind)
	if err != nil {
		return err
	}
	for _, r := range told {
		if due, runs := running[r.GetString("timer")]; runs && due == r.GetString("due_on") {
			continue
		}
		if err := tx.Delete(r); err != nil {
			return fmt.Errorf("taking back notice %s: %w", r.Id, err)
		}
	}
	return nil
}
