package hooks

import (
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// arising is an event of the pathway that another record of the case gives rise to:
// a meeting that was held, a referral that was sent. It is judged as if it had been
// sent by itself; refused, it stays as attempted, and the record stands all the same.
type arising struct {
	caseID, pathway string         // no pathway: each that is open on the case
	from            string         // what it arises from, once: collection/id/turn
	after           string         // only on the pathways that have the event which arose from this
	corrects        bool           // that earlier event
	names           string         // the member of data that names that earlier event
	kind            string         // of the event
	at              types.DateTime // when it happened
	data            map[string]any
}

// turn is the name of one turn in the life of a record.
func turn(r *core.Record, what string) string { return r.Collection().Name + "/" + r.Id + "/" + what }

// appendEvent puts the event on each pathway it belongs to, in the transaction under
// way, and once: what arose already does not arise again, however often its record
// is saved or its mutation sent.
func appendEvent(tx core.App, a arising) error {
	to, err := a.pathways(tx)
	if err != nil {
		return fmt.Errorf("the pathways that %s concerns: %w", a.from, err)
	}
	events, err := tx.FindCachedCollectionByNameOrId("pathway_events")
	if err != nil {
		return err
	}
	for _, p := range to {
		if there, err := arose(tx, a.from, p.Pathway); err != nil {
			return err
		} else if there {
			continue
		}
		data := map[string]any{}
		for name, value := range a.data {
			data[name] = value
		}
		if a.names != "" {
			data[a.names] = p.Event
		}
		r := core.NewRecord(events)
		r.Load(map[string]any{"case": a.caseID, "pathway": p.Pathway, "kind": a.kind, "occurred_at": a.at, "arises_from": a.from})
		r.Set("data", data)
		if a.corrects {
			r.Set("corrects", p.Event)
		}
		if err := tx.Save(AsServer(r)); err != nil {
			return fmt.Errorf("the event %s of %s: %w", a.kind, a.from, err)
		}
	}
	return nil
}

// bound is a pathway, and the earlier event on it where there is one.
type bound struct {
	Pathway string `db:"pathway"`
	Event   string `db:"event"`
}

func (a arising) pathways(tx core.App) (to []bound, err error) {
	if a.after != "" {
		err = Query(tx, `SELECT pathway, id AS event FROM pathway_events WHERE arises_from = {:from} ORDER BY pathway`).
			Bind(dbx.Params{"from": a.after}).All(&to)
		return to, err
	}
	if a.pathway != "" {
		return []bound{{Pathway: a.pathway}}, nil
	}
	err = Query(tx, `SELECT id AS pathway, '' AS event FROM pathways WHERE "case" = {:c} AND ended = FALSE ORDER BY id`).
		Bind(dbx.Params{"c": a.caseID}).All(&to)
	return to, err
}

// arose says whether an event already arose from this, on one pathway or on any.
func arose(tx core.App, from, pathway string) (bool, error) {
	var n int
	err := Query(tx, `SELECT count(*) FROM pathway_events WHERE arises_from = {:from} AND ({:p} = '' OR pathway = {:p})`).
		Bind(dbx.Params{"from": from, "p": pathway}).Row(&n)
	return n > 0, err
}

// ReadOnce has the pathways of a case read again once for all the tries at contact that
// come or go, when it is called to end that or something comes that may rest on how they
// stand: to read a pathway takes as long as all that happened on it, a hundred times that
// of a record.
func ReadOnce(tx core.App, on bool) error {
	s := stateOf(tx)
	if s.once = on; on {
		return nil
	}
	cases := s.unread
	s.unread = nil
	for _, id := range cases {
		if err := readAgain(tx, id, true); err != nil {
			return err
		}
	}
	return nil
}

// readLater has the case's pathways read again, for a try at contact that came or went:
// also those that ended, since it may have been before their end.
func readLater(tx core.App, caseID string) error {
	if tx.TxInfo() != nil {
		if s := stateOf(tx); s.once {
			if !slices.Contains(s.unread, caseID) {
				s.unread = append(s.unread, caseID)
			}
			return nil
		}
	}
	return readAgain(tx, caseID, true)
}

// readAgain reads the case's pathways, those that are open or all, and its drafts of
// letters again, after something they rest on changed.
func readAgain(tx core.App, caseID string, ended bool) error {
	var open []string
	err := tx.ConcurrentDB().NewQuery(`SELECT id FROM pathways WHERE "case" = {:c} AND (NOT ended OR {:ended})`).Bind(dbx.Params{"c": caseID, "ended": ended}).Column(&open)
	if err != nil {
		return err
	}
	for _, id := range open {
		if err := derive(tx, id); err != nil {
			return err
		}
	}
	return lettersFollow(tx, caseID)
}
