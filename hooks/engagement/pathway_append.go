package engagement

import (
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
)

// Arising is an event of the pathway that another record of the case gives rise to:
// a meeting that was held, a referral that was sent. It is judged as if it had been
// sent by itself; refused, it stays as attempted, and the record stands all the same.
type Arising struct {
	CaseID, Pathway string         // no pathway: each that is open on the case
	From            string         // what it arises from, once: collection/id/turn
	After           string         // only on the pathways that have the event which arose from this
	Corrects        bool           // that earlier event
	Names           string         // the member of data that names that earlier event
	Kind            string         // of the event
	At              types.DateTime // when it happened
	Data            map[string]any
}

// Turn is the name of one turn in the life of a record.
func Turn(r *core.Record, what string) string { return r.Collection().Name + "/" + r.Id + "/" + what }

// AppendEvent puts the event on each pathway it belongs to, in the transaction under
// way, and once: what arose already does not arise again, however often its record
// is saved or its mutation sent.
func AppendEvent(tx core.App, a Arising) error {
	to, err := a.Pathways(tx)
	if err != nil {
		return fmt.Errorf("the pathways that %s concerns: %w", a.From, err)
	}
	events, err := tx.FindCachedCollectionByNameOrId("pathway_events")
	if err != nil {
		return err
	}
	for _, p := range to {
		if there, err := Arose(tx, a.From, p.Pathway); err != nil {
			return err
		} else if there {
			continue
		}
		data := map[string]any{}
		for name, value := range a.Data {
			data[name] = value
		}
		if a.Names != "" {
			data[a.Names] = p.Event
		}
		r := core.NewRecord(events)
		r.Load(map[string]any{"case": a.CaseID, "pathway": p.Pathway, "kind": a.Kind, "occurred_at": a.At, "arises_from": a.From})
		r.Set("data", data)
		if a.Corrects {
			r.Set("corrects", p.Event)
		}
		if err := tx.Save(kernel.AsServer(r)); err != nil {
			return fmt.Errorf("the event %s of %s: %w", a.Kind, a.From, err)
		}
	}
	return nil
}

// bound is a pathway, and the earlier event on it where there is one.
type bound struct {
	Pathway string `db:"pathway"`
	Event   string `db:"event"`
}

func (a Arising) Pathways(tx core.App) (to []bound, err error) {
	if a.After != "" {
		err = kernel.Query(tx, `SELECT pathway, id AS event FROM pathway_events WHERE arises_from = {:from} ORDER BY pathway`).
			Bind(dbx.Params{"from": a.After}).All(&to)
		return to, err
	}
	if a.Pathway != "" {
		return []bound{{Pathway: a.Pathway}}, nil
	}
	err = kernel.Query(tx, `SELECT id AS pathway, '' AS event FROM pathways WHERE "case" = {:c} AND ended = FALSE ORDER BY id`).
		Bind(dbx.Params{"c": a.CaseID}).All(&to)
	return to, err
}

// Arose says whether an event already arose from this, on one pathway or on any.
func Arose(tx core.App, from, pathway string) (bool, error) {
	var n int
	err := kernel.Query(tx, `SELECT count(*) FROM pathway_events WHERE arises_from = {:from} AND ({:p} = '' OR pathway = {:p})`).
		Bind(dbx.Params{"from": from, "p": pathway}).Row(&n)
	return n > 0, err
}

// ReadOnce has the pathways of a case read again once for all the tries at contact that
// come or go, when it is called to end that or something comes that may rest on how they
// stand: to read a pathway takes as long as all that happened on it, a hundred times that
// of a record.
func ReadOnce(tx core.App, on bool) error {
	s := kernel.StateOf(tx)
	if s.Once = on; on {
		return nil
	}
	cases := s.Unread
	s.Unread = nil
	for _, id := range cases {
		if err := ReadAgain(tx, id, true); err != nil {
			return err
		}
	}
	return nil
}

// ReadLater has the case's pathways read again, for a try at contact that came or went:
// also those that ended, since it may have been before their end.
func ReadLater(tx core.App, caseID string) error {
	if tx.TxInfo() != nil {
		if s := kernel.StateOf(tx); s.Once {
			if !slices.Contains(s.Unread, caseID) {
				s.Unread = append(s.Unread, caseID)
			}
			return nil
		}
	}
	return ReadAgain(tx, caseID, true)
}

// ReadAgain reads the case's pathways, those that are open or all, and its drafts of
// letters again, after something they rest on changed.
func ReadAgain(tx core.App, caseID string, ended bool) error {
	var open []string
	err := tx.ConcurrentDB().NewQuery(`SELECT id FROM pathways WHERE "case" = {:c} AND (NOT ended OR {:ended})`).Bind(dbx.Params{"c": caseID, "ended": ended}).Column(&open)
	if err != nil {
		return err
	}
	for _, id := range open {
		if err := Derive(tx, id); err != nil {
			return err
		}
	}
	return LettersFollow(tx, caseID)
}
