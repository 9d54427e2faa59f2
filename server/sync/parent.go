package sync

import (
	"errors"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/casework"
	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

// parents looks for the records that a new one belongs to. A child before its
// parent is held, and applied when the parent comes (traps T9 and T10). A parent
// that the user may not see is, to them, one that has not come: a guesser learns
// nothing; but one that they once held was taken from them, and that is said.
func (j *job) parents() error {
	for _, f := range j.noun.Fields {
		rel, ok := f.(*core.RelationField)
		if !ok {
			continue
		}
		to := collections.ByID(rel.CollectionId)
		if to == nil || to.Sync == nil {
			continue
		}
		for _, id := range named(j.values[rel.Name]) {
			if err := j.parent(rel, to, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// sees says whether the user sees a record that others point at. It is asked once,
// until something changes that the rule looks into, or the record itself.
func (j *job) sees(n *collections.Noun, c *core.Collection, id string) (bool, error) {
	if c.ViewRule == nil {
		return false, nil
	}
	return j.memo.remember(n, *c.ViewRule, id, true, func() (bool, error) { return j.may(c, c.ViewRule, nil, id) })
}

// named are the records that a relation's value names: one, a list, or none.
func named(value any) (ids []string) {
	switch v := value.(type) {
	case string:
		if v != "" {
			ids = append(ids, v)
		}
	case []any:
		for _, one := range v {
			if id, _ := one.(string); id != "" {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

func (j *job) parent(rel *core.RelationField, to *collections.Noun, id string) error {
	if !contract.IsRecordID(id) { // nothing of that name can come
		return refuseField(contract.RefusedWrongType, rel.Name)
	}
	c, err := j.tx.FindCachedCollectionByNameOrId(rel.CollectionId)
	if err != nil {
		return err
	}
	if seen, err := j.sees(to, c, id); err != nil || seen {
		return err
	}
	gone, err := j.lostOrDeleted(c.Id, id)
	if err != nil {
		return err
	}
	if gone {
		if moved, err := casework.MayStillName(j.tx, j.noun.Name, id, said(j.m, "case")); err != nil || moved {
			return err // whom somebody moved while the phone had no signal
		}
		return refuseField(contract.RefusedNotFound, rel.Name)
	}
	if to.CaseField == "" {
		return nil // not case content: the field's own validation says whether it exists
	}
	if rel.Name == "corrects" {
		if may, err := j.mayAddTo(j.noun.Name, said(j.m, "case")); err != nil {
			return err
		} else if may { // else it would say which tries there are
			if err := engagement.NoTry(j.tx, id, said(j.m, "case")); err != nil {
				return err
			}
		}
	}
	r := refuse(contract.RefusedOrphan, "It waits for "+rel.Name+".")
	r.waits = c.Id + "/" + id
	return r
}

// lostOrDeleted says whether the user knew a record that is now out of their sight, or
// deleted it before it came.
func (j *job) lostOrDeleted(cid, record string) (bool, error) {
	return j.knows(everGranted+" + "+everBuried, cid, record)
}

// everSaw says whether a record was ever in the user's sight. That they deleted it does
// not count: they may have guessed its id.
func (j *job) everSaw(cid, record string) (bool, error) {
	return j.knows(everGranted, cid, record)
}

const (
	everGranted = `(SELECT count(*) FROM sync_feed f JOIN sync_grants g ON g.scope = f.scope AND g."user" = {:u} WHERE f.record = {:r} AND f.collection = {:c})`
	everBuried  = `(SELECT count(*) FROM sync_tombstones WHERE record = {:r} AND collection = {:c} AND "user" = {:u})`
)

func (j *job) knows(how, cid, record string) (bool, error) {
	var n int
	err := kernel.Query(j.tx, "SELECT "+how).Bind(dbx.Params{"u": j.user.Id, "r": record, "c": cid}).Row(&n)
	return n > 0, err
}

// tellAgain has what became of a held mutation delivered to the device that it came from.
func (b *batch) tellAgain(m contract.Mutation) error {
	b.name(m)
	for _, n := range b.named { // also what it decided about
		if err := remember(b.tx, b.device, n[0], n[1]); err != nil {
			return err
		}
	}
	b.named = nil
	return nil
}

// beside is why a mutation does not stand that nothing is wrong with: another of its
// group does not, or waits, and it with it.
func beside(why *refusal) *refusal {
	if why.waits == "" {
		return refuse(contract.RefusedGroup, "")
	}
	r := refuse(contract.RefusedGroupHeld, "")
	r.waits = why.waits
	return r
}

// behind holds a change of a record that waits itself: it is applied after it.
func (j *job) behind(err error) error {
	if why := new(refusal); !errors.As(err, &why) || why.code != contract.RefusedNotFound {
		return err
	}
	waits, failed := j.tx.CountRecords("sync_refusals", dbx.HashExp{"record": j.m.Record, "collection": j.noun.Name, "user": j.user.Id, "op": []any{"create", "upsert"}, "status": "held", "handover": false})
	if failed != nil || waits == 0 {
		return orElse(failed, err)
	}
	r := refuse(contract.RefusedOrphan, "It waits for the record that it changes.")
	r.waits = j.cid + "/" + j.m.Record
	return r
}

func orElse(first, then error) error {
	if first != nil {
		return first
	}
	return then
}

// expireHeld refuses the children that waited for their parents for longer than the
// contract says. They stay where their author can correct and send them again. What its
// author can see by now is applied first, though nobody has pushed since they could.
func (e *Engine) expireHeld(at time.Time) error {
	return e.app.RunInTransaction(func(tx core.App) error {
		if err := newBatch(e, tx, core.NewRecord(core.NewAuthCollection("nobody")), "").catchUp(); err != nil {
			return err
		}
		waited, err := tx.FindRecordsByFilter("sync_refusals", "status = 'held' && created < {:t}", "", 0, 0,
			dbx.Params{"t": at.AddDate(0, 0, -contract.HeldDays).UTC().Format("2006-01-02 15:04:05.000Z")})
		if err != nil {
			return err
		}
		for _, r := range waited {
			code := contract.Code(r.GetString("code"))
			if code == contract.RefusedGroupHeld {
				code = contract.RefusedGroup
			}
			r.Load(map[string]any{"status": "open", "waits_for": "", "code": string(code), "message": contract.Of(code).Title})
			if err := tx.Save(kernel.AsServer(r)); err != nil {
				return err
			}
			if r.GetBool("handover") {
				continue // a copy: the verdict names its author's
			}
			author, err := tx.FindRecordById("users", r.GetString("user"))
			if err != nil {
				return err
			}
			b := newBatch(e, tx, author, r.GetString("device"))
			if err := b.tellAgain(contract.Mutation{Collection: r.GetString("collection"), Record: r.GetString("record")}); err != nil {
				return err
			}
			if err := b.store(r.GetString("mutation"), contract.Result{
				ID: r.GetString("mutation"), Verdict: contract.Refused, Refusal: r.Id,
				Code: r.GetString("code"), Message: r.GetString("message"),
			}); err != nil {
				return err
			}
		}
		return nil
	})
}
