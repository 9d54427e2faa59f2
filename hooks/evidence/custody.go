package evidence

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
)

// Step is one step in the custody of a piece of evidence.
type Step struct {
	Kind   string // one of collections.EvidenceSteps
	Copy   string // the derived copy it is about, if any
	Detail string // for a person: a reason, a name, a number
}

// Custody writes steps of a piece of evidence's chain of custody, in the transaction
// of what they tell: outside one there is nothing they could be true of.
func Custody(tx core.App, evidence *core.Record, steps ...Step) error {
	if !tx.IsTransactional() {
		return errors.New("custody is written in the transaction of what it tells")
	}
	c, err := tx.FindCachedCollectionByNameOrId("evidence_events")
	if err != nil {
		return err
	}
	actor := kernel.ActorOf(tx)
	for _, s := range steps {
		r := core.NewRecord(c)
		r.Load(map[string]any{
			"case": evidence.GetString("case"), "evidence": evidence.Id, "kind": s.Kind, "at": kernel.Now(),
			"device": actor.Device, "door": actor.Door, "copy": s.Copy, "detail": kernel.Short(s.Detail),
		})
		if person := actor.Person(); person != nil {
			r.Set("by", person.Id)
			r.Set("name", person.GetString("name"))
		}
		if err := tx.Save(kernel.AsServer(r)); err != nil {
			return err
		}
	}
	return nil
}

// Viewed writes that somebody was sent an original or a copy, once a person, file and
// hour: a reader that asks for a document in fifty ranges would else put fifty rows
// on the phone of everybody in the case. Each single delivery has its audit row.
func Viewed(tx core.App, evidence *core.Record, copyID string) error {
	hour := kernel.Now().Time().UTC().Format("2006-01-02 15:00:00.000Z")
	var n int
	err := kernel.Query(tx, `SELECT count(*) FROM evidence_events WHERE evidence = {:e} AND kind = 'viewed' AND "by" = {:b} AND "copy" = {:c} AND at >= {:h}`).
		Bind(map[string]any{"e": evidence.Id, "b": kernel.ActorOf(tx).ID(), "c": copyID, "h": hour}).Row(&n)
	if err != nil || n > 0 {
		return err
	}
	return Custody(tx, evidence, Step{Kind: "viewed", Copy: copyID})
}
