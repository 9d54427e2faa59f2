package hooks

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/pathway"
	"holdfast/hooks/workday"
)

// whoWasSpokenTo has what says that a danger is over say who was spoken to. Which danger it
// means, where it names none, the engine reads from what its author could know of: what they
// wrote is theirs, and nothing is written into it.
func whoWasSpokenTo(e *core.RecordEvent) error {
	if e.Record.GetString("kind") != pathway.RiskResolved || isServer(e.Record) {
		return e.Next()
	}
	data := map[string]any{}
	if err := decode(e.Record, "data", &data); err != nil {
		return e.Next() // the engine says what is wrong with it
	}
	if who, _ := data["spoken_to"].(string); strings.TrimSpace(who) == "" {
		return wrong("data", "required", "Say who was spoken to (spoken_to): a danger is over when somebody has seen to it.")
	}
	return e.Next()
}

// turnRisk follows a risk that is resolved, or open again. Resolved, nobody is asked to
// read it any more, and the agency that raised it is told, who can raise it again. Open
// again, because what resolved it was taken back, everybody is told anew.
func turnRisk(tx core.App, event *core.Record) error {
	r := Risk{event.Id, event.GetString("case"), event.GetString("pathway"), event.GetString("author"), now().Time()}
	stages := "stage IN ('at_once', 'unanswered') AND acknowledged_at = ''"
	over := event.GetString("resolved_by")
	if over == "" {
		stages = "stage IN ('at_once', 'unanswered', 'resolved')"
	}
	stale, err := tx.FindAllRecords("notices", dbx.NewExp("timer = {:t} AND "+stages, dbx.Params{"t": r.timer()}))
	if err != nil {
		return err
	}
	for _, n := range stale {
		if err := tx.Delete(n); err != nil {
			return fmt.Errorf("taking back notice %s: %w", n.Id, err)
		}
	}
	if over != "" {
		return r.tellResolved(tx, event, over)
	}
	alarm, err := alarmOf(tx, r)
	if err != nil {
		return err
	}
	policy, err := RiskPolicyOf(tx)
	if err != nil {
		return err
	}
	alarm.Load(map[string]any{"circles": 0, "times": 1, "ended_at": "", "ended_by": "", "next_at": stored(r.At.Add(policy.After))})
	return r.tellCircles(tx, alarm, r.At)
}

// tellResolved tells who raised a risk, and the people of their agency on the case, that
// somebody has recorded it as over; but not who did.
func (r Risk) tellResolved(tx core.App, event *core.Record, over string) error {
	by, err := tx.FindRecordById("pathway_events", over)
	if err != nil {
		return fmt.Errorf("what resolved a risk: %w", err)
	}
	var to []string
	if err := tx.ConcurrentDB().NewQuery(`SELECT u.id FROM users u WHERE u.active AND u.id != {:by} AND (u.id = {:author}
		OR u.id IN (SELECT "user" FROM case_members WHERE "case" = {:c} AND active AND agency = {:a})) ORDER BY u.id`).
		Bind(dbx.Params{"by": by.GetString("author"), "author": r.Author, "c": r.Case, "a": event.GetString("agency")}).Column(&to); err != nil {
		return fmt.Errorf("whom to tell that a risk is resolved: %w", err)
	}
	who, ring, err := Risk{Author: by.GetString("author")}.from(tx)
	if err != nil {
		return err
	}
	alarm, err := alarmOf(tx, r)
	if err != nil {
		return err
	}
	for _, user := range to {
		if err := notify(tx, notice{user: user, caseID: r.Case, pathway: r.Pathway, timer: r.timer(), stage: "resolved", dueOn: workday.Of(r.At).String(), at: r.At, raisedBy: who, ring: ring}); err != nil {
			return err
		}
		if err := bring(tx, alarm, user, "risk_resolved", r.At); err != nil {
			return err
		}
	}
	return nil
}
