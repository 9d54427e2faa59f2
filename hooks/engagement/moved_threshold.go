package engagement

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
)

// That a threshold was met was decided of children, and goes with each of them who was
// recorded in the wrong family: nothing ends over it where they are now either.

// cameWith is a decision that came to a case with somebody who was moved to it.
type cameWith struct {
	from string // what the event arises from
	at   types.DateTime
	of   pathway.Event
}

// moveRow is a move as what came with it is reckoned by.
type moveRow struct {
	ID   string         `db:"id"`
	Case string         `db:"case"`
	At   types.DateTime `db:"moved_at"`
}

// thresholdsThatCame are the thresholds that stood, as each person was moved to a case where
// they still are, in the case that they left; also where it came to that one in the same way.
func thresholdsThatCame(app core.App, to string) (list []cameWith, err error) {
	var moves []moveRow
	err = kernel.Query(app, `SELECT m.id, m."case", m.moved_at FROM person_moves m JOIN people p ON p.id = m.person
			WHERE p."case" = {:c} AND p.kind = 'child' AND m."to" = {:c} AND m.direction = 'out' ORDER BY m.moved_at, m.id`).Bind(dbx.Params{"c": to}).All(&moves)
	if err != nil {
		return nil, fmt.Errorf("who was moved to case %s: %w", to, err)
	}
	for _, m := range moves {
		stood, err := stoodAt(app, m)
		if err != nil {
			return nil, err
		}
		for _, e := range stood {
			list = append(list, cameWith{"person_moves/" + m.ID + "/" + e.ID, m.At, e})
		}
	}
	return list, nil
}

// stoodAt is what stood in a case as somebody was moved from it, on its pathways, and what had
// come to it with them and was on none of them.
func stoodAt(app core.App, m moveRow) (stood []pathway.Event, err error) {
	held, err := HeldOn(app, m.Case, m.At)
	if err != nil {
		return nil, err
	}
	stood = append(stood, held...)
	var before []moveRow
	err = kernel.Query(app, `SELECT b.id, b."case", b.moved_at FROM person_moves b JOIN person_moves m ON m.person = b.person
			WHERE m.id = {:m} AND b."to" = m."case" AND b.direction = 'out' AND b.moved_at < m.moved_at ORDER BY b.moved_at DESC LIMIT 1`).Bind(dbx.Params{"m": m.ID}).All(&before)
	if err != nil {
		return nil, err
	}
	for _, b := range before {
		earlier, err := stoodAt(app, b)
		if err != nil {
			return nil, err
		}
		for _, e := range earlier {
			if there, err := Arose(app, "person_moves/"+b.ID+"/"+e.ID, ""); err != nil {
				return nil, err
			} else if !there {
				stood = append(stood, e)
			}
		}
	}
	return stood, nil
}

// HeldOn are the decisions that hold a case's pathways at a time.
func HeldOn(app core.App, caseID string, at types.DateTime) (held []pathway.Event, err error) {
	pathways, err := app.FindRecordsByFilter("pathways", "case = {:c}", "opened_at,id", 0, 0, dbx.Params{"c": caseID})
	if err != nil {
		return nil, err
	}
	for _, p := range pathways {
		n, err := app.CountRecords("pathway_events", dbx.HashExp{"pathway": p.Id, "kind": "threshold.decided"})
		if err != nil {
			return nil, err
		}
		if n == 0 {
			continue
		}
		h, err := History(app, p)
		if err != nil {
			return nil, err
		}
		var until []pathway.Event
		for _, e := range h.Events {
			if !e.OccurredAt.After(at.Time()) {
				until = append(until, e)
			}
		}
		h.Events = until
		r, err := h.Read(at.Time())
		if err != nil {
			return nil, err
		}
		held = append(held, r.Held...)
	}
	return held, nil
}

// CarryThresholds puts on a case's open pathways what came to it, once: where it was decided
// anew since, that stands.
func CarryThresholds(tx core.App, to string) error {
	came, err := thresholdsThatCame(tx, to)
	if err != nil {
		return err
	}
	for _, c := range came {
		if there, err := Arose(tx, c.from, ""); err != nil {
			return err
		} else if there {
			continue
		}
		if err := AppendEvent(tx, Arising{CaseID: to, From: c.from, Kind: "threshold.decided", At: c.at, Data: map[string]any{"decision": c.of.Data["decision"], "decided_by": c.of.Data["decided_by"]}}); err != nil {
			return err
		}
		events, err := tx.FindAllRecords("pathway_events", dbx.HashExp{"arises_from": c.from})
		if err != nil {
			return err
		}
		for _, e := range events { // it is whose it was, whoever moved them
			e.Set("author", c.of.By)
			e.Set("agency", c.of.Agency)
			e.Set("role", c.of.Role)
			if err := kernel.SaveChanged(tx, e); err != nil {
				return err
			}
			if err := Derive(tx, e.GetString("pathway")); err != nil {
				return err
			}
		}
	}
	return nil
}

// ThresholdOfNoPathway is a threshold that came to a case and is on none of its pathways, as
// people say it; "" for none.
func ThresholdOfNoPathway(app core.App, caseID string) (string, error) {
	came, err := thresholdsThatCame(app, caseID)
	if err != nil {
		return "", err
	}
	for _, c := range came {
		if there, err := Arose(app, c.from, ""); err != nil {
			return "", err
		} else if !there {
			return c.of.Decision(), nil
		}
	}
	return "", nil
}

// carryOn takes a decision on to where somebody was moved from its case: a phone may bring it
// after them.
func carryOn(tx core.App, caseID string) error {
	var gone []string
	if err := kernel.Query(tx, `SELECT DISTINCT p."case" FROM person_moves m JOIN people p ON p.id = m.person
			WHERE m."case" = {:c} AND m.direction = 'out' AND p."case" != {:c} ORDER BY 1`).Bind(dbx.Params{"c": caseID}).Column(&gone); err != nil {
		return err
	}
	for _, to := range gone {
		if err := CarryThresholds(tx, to); err != nil {
			return err
		}
	}
	return nil
}
