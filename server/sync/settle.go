package sync

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"holdfast/collections"
	"holdfast/hooks"
	"holdfast/hooks/pathway"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// conflicts lists what two people wrote differently and nobody has settled yet, as
// far as the caller may see it.
func (e *Engine) conflicts(ev *core.RequestEvent) error { return e.open(ev, "sync_conflicts") }

// refusals lists the refused mutations that the caller may correct.
func (e *Engine) refusals(ev *core.RequestEvent) error { return e.open(ev, "sync_refusals") }

// open answers the open records of a noun that the caller may see.
func (e *Engine) open(ev *core.RequestEvent, noun string) error {
	if ev.Auth == nil || ev.Auth.IsSuperuser() {
		return reply.Error(contract.Unauthorised, "")
	}
	items, err := e.Unsettled(ev.App, byPhone(ev), noun)
	if err != nil {
		return err
	}
	noCache(ev.Response.Header())
	return ev.JSON(http.StatusOK, map[string]any{"items": items})
}

// byPhone is the caller of a sync route as the writer of records.
func byPhone(ev *core.RequestEvent) hooks.Actor {
	actor := hooks.ActorFrom(ev)
	actor.Door = "sync"
	return actor
}

// Waiting counts what is open of a noun and may be seen by a person, without reading it.
func (e *Engine) Waiting(app core.App, user *core.Record, noun string) (n int, err error) {
	query, err := unsettled(app, user, noun)
	if err != nil {
		return 0, err
	}
	one := "[[" + noun + ".id]]"
	if noun == "sync_refusals" { // its author's and the one that was handed over are the same work
		one = "[[" + noun + ".user]] || ' ' || [[" + noun + ".mutation]]"
	}
	err = query.Select("COUNT(DISTINCT " + one + ")").Distinct(false).Row(&n)
	return n, err
}

func unsettled(app core.App, user *core.Record, noun string) (*dbx.SelectQuery, error) {
	c, err := app.FindCachedCollectionByNameOrId(noun)
	if err != nil {
		return nil, err
	}
	open := dbx.Expression(dbx.HashExp{c.Name + ".status": "open"})
	if noun == "sync_refusals" { // a child that waits concerns nobody, unless somebody is in danger
		open = dbx.Or(open, dbx.And(dbx.HashExp{c.Name + ".status": "held", c.Name + ".collection": "pathway_events"},
			dbx.NewExp("[["+c.Name+".content]]->>'$.set.kind' = {:risk}", dbx.Params{"risk": pathway.ImmediateRisk})))
	}
	query := app.RecordQuery(c).AndWhere(open)
	return query, narrow(app, c, *c.ListRule, user, nil, query)
}

// Unsettled lists the open records of a noun that its read rule lets a person see, and
// the immediate risks that wait; a page of case content has its audit row before it goes.
func (e *Engine) Unsettled(app core.App, actor hooks.Actor, noun string) ([]*core.Record, error) {
	query, err := unsettled(app, actor.User, noun)
	if err != nil {
		return nil, err
	}
	items := []*core.Record{}
	if err := query.OrderBy(noun + ".created DESC").Limit(500).All(&items); err != nil {
		return nil, err
	}
	items = once(items)
	counts, ofNoCase := sighting{}, 0 // of one's own that name none
	for _, r := range items {
		if id := r.GetString("case"); id != "" {
			counts[id]++
		} else {
			ofNoCase++
		}
	}
	if ofNoCase > 0 {
		if err := hooks.AuditRead(app, actor, hooks.Entry{Verb: "sync", Collection: noun, Count: ofNoCase}); err != nil {
			return nil, err
		}
	}
	return items, counts.write(app, actor)
}

// once leaves of each refused mutation one record: who sees the one that was handed
// over with its case needs no other.
func once(items []*core.Record) []*core.Record {
	of := func(r *core.Record) [2]string { return [2]string{r.GetString("user"), r.GetString("mutation")} }
	handed := map[[2]string]bool{}
	for _, r := range items {
		if r.GetBool("handover") {
			handed[of(r)] = true
		}
	}
	return slices.DeleteFunc(items, func(r *core.Record) bool { return handed[of(r)] && !r.GetBool("handover") })
}

// settle writes what a person chose, as an ordinary write of theirs, and the choice
// reaches every phone that holds the record.
func (e *Engine) settle(ev *core.RequestEvent) error {
	var ask contract.SettleRequest
	return told(ev, &ask, func(id string) (any, error) { return e.Settle(ev.App, byPhone(ev), id, ask) })
}

// Settle writes a person's choice between the two values of a conflict that they see.
func (e *Engine) Settle(app core.App, actor hooks.Actor, id string, ask contract.SettleRequest) (*core.Record, error) {
	return decide(e, app, actor, "sync_conflicts", id, func(b *batch, kept *core.Record) (*core.Record, error) {
		noun := collections.ByName(kept.GetString("collection"))
		if noun == nil {
			return nil, reply.Error(contract.NotFound, "")
		}
		m := contract.Mutation{ID: kept.GetString("mutation"), Collection: noun.Name, Record: kept.GetString("record"), Op: "update", Set: ask.Set}
		switch {
		case ask.Choice == "ours" && kept.GetString("op") == "delete":
			m.Op = "delete"
		case ask.Choice == "ours":
			if err := json.Unmarshal([]byte(kept.GetString("ours")), &m.Set); err != nil {
				return nil, err
			}
		case ask.Choice == "other":
			var fields []string
			if err := json.Unmarshal([]byte(kept.GetString("fields")), &fields); err != nil {
				return nil, err
			}
			for name := range ask.Set {
				if !slices.Contains(fields, name) {
					return nil, reply.Error(contract.Malformed, name+" is not in conflict.")
				}
			}
		}
		if ask.Choice != "theirs" {
			if _, err := b.chosen(m); err != nil {
				return nil, err
			}
		}
		kept.Set("status", "settled")
		kept.Set("choice", ask.Choice)
		kept.Set("settled_by", b.user.Id)
		kept.Set("settled_at", serverTime())
		// The choice may have moved the record, and this with it: where it is stays as it is.
		return kept, b.tx.Save(hooks.AsServer(kept.IgnoreUnchangedFields(true)))
	})
}

// resend corrects a refused mutation and judges it again as the caller's own, or
// withdraws it; either way it stays on the record.
func (e *Engine) resend(ev *core.RequestEvent) error {
	var ask contract.ResendRequest
	return told(ev, &ask, func(id string) (any, error) { return e.Resend(ev.App, byPhone(ev), id, ask) })
}

// Resend corrects a refused mutation that the person sees, or withdraws it. It answers
// the new verdict, or the withdrawn record.
func (e *Engine) Resend(app core.App, actor hooks.Actor, id string, ask contract.ResendRequest) (any, error) {
	return decide(e, app, actor, "sync_refusals", id, func(b *batch, kept *core.Record) (any, error) {
		kept.Set("settled_by", b.user.Id)
		if ask.Action == "withdraw" {
			if kept.GetString("user") != b.user.Id {
				return nil, reply.Error(contract.NotAllowed, "Only its author withdraws it.")
			}
			err := b.markAll(kept.GetString("mutation"), b.user.Id, "withdrawn", b.user.Id)
			kept.Set("status", "withdrawn")
			return kept, err
		}
		if kept.GetString("code") == string(contract.RefusedOtherAuthor) && kept.GetString("user") != b.user.Id {
			return nil, reply.Error(contract.NotAllowed, "Only its author can say that they recorded it.")
		}
		var m contract.Mutation
		if err := json.Unmarshal([]byte(kept.GetString("content")), &m); err != nil {
			return nil, err
		}
		if m.Set == nil {
			m.Set = map[string]json.RawMessage{}
		}
		maps.Copy(m.Set, ask.Set)
		result, err := b.apply(m)
		if err != nil {
			return nil, err
		}
		if err := b.settleAll(m.ID, kept.GetString("user"), result); err != nil {
			return nil, err
		}
		return result, b.release(m)
	})
}

// markAll gives every copy of a refusal its new status, and who brought it about; by is
// empty where nobody did but the parent that came.
func (b *batch) markAll(mutation, author, status, by string) error {
	copies, err := b.tx.FindAllRecords("sync_refusals", dbx.HashExp{"mutation": mutation, "user": author})
	if err != nil {
		return err
	}
	for _, r := range copies {
		r.Set("status", status)
		r.Set("waits_for", "")
		r.Set("settled_by", by)
		if err := b.tx.Save(hooks.AsServer(r)); err != nil {
			return err
		}
	}
	return nil
}

// settleAll marks every copy of a refusal settled and keeps the new verdict.
func (b *batch) settleAll(mutation, author string, result contract.Result) error {
	if err := b.markAll(mutation, author, "settled", b.user.Id); err != nil {
		return err
	}
	owner, err := b.tx.FindRecordById("users", author)
	if err != nil {
		return err
	}
	return newBatch(b.engine, b.tx, owner, b.device).store(mutation, result)
}

// chosen writes a person's choice over whatever the record holds now.
func (b *batch) chosen(m contract.Mutation) (contract.Result, error) {
	there, err := b.standing(collections.ID(m.Collection), m.Record)
	if err != nil {
		return contract.Result{}, err
	}
	m.Base = there.Seq
	return b.apply(m)
}

// told reads a request of a signed-in person and answers what came of it.
func told(ev *core.RequestEvent, ask any, do func(id string) (any, error)) error {
	if ev.Auth == nil || ev.Auth.IsSuperuser() {
		return reply.Error(contract.Unauthorised, "")
	}
	if err := reply.Decode(ev, contract.MaxPullBytes, ask); err != nil {
		return err
	}
	said, err := do(ev.Request.PathValue("id"))
	if err != nil {
		return err
	}
	return ev.JSON(http.StatusOK, said)
}

// decide finds an open record that a person may see, and lets do settle it in one
// transaction as their work. A foreign one and a missing one are the same.
func decide[T any](e *Engine, app core.App, actor hooks.Actor, noun, id string, do func(*batch, *core.Record) (T, error)) (said T, err error) {
	err = hooks.Within(app, actor, func(tx core.App) error {
		b := newBatch(e, tx, actor.User, actor.Device)
		c, err := tx.FindCachedCollectionByNameOrId(noun)
		if err != nil {
			return err
		}
		seen, err := b.may(c, c.ViewRule, nil, id)
		if err != nil {
			return err
		}
		if !seen { // before anything of it is read: that would take its time
			return reply.Error(contract.NotFound, "")
		}
		kept, err := tx.FindRecordById(c, id)
		if err != nil || kept.GetString("status") != "open" {
			return reply.Error(contract.NotFound, "")
		}
		said, err = do(b, kept)
		if _, plain := err.(*router.ApiError); err == nil || plain {
			return err
		}
		why, err := b.reason(err)
		if err != nil {
			return err
		}
		no := reply.Error(contract.NotAllowed, why.message)
		no.Data = map[string]any{"code": string(why.code), "errors": why.fields}
		return no
	})
	return said, err
}
