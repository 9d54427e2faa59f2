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
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// conflicts lists what two people wrote differently and nobody has settled yet, as
// far as the caller may see it.
func (e *Engine) conflicts(ev *core.RequestEvent) error { return e.open(ev, "sync_conflicts") }

// refusals lists the refused mutations that the caller may correct.
func (e *Engine) refusals(ev *core.RequestEvent) error { return e.open(ev, "sync_refusals") }

// open lists the open records of a noun that its read rule lets the caller see; a
// page of case content has its audit row before it goes.
func (e *Engine) open(ev *core.RequestEvent, noun string) error {
	if ev.Auth == nil || ev.Auth.IsSuperuser() {
		return reply.Error(contract.Unauthorised, "")
	}
	c, err := ev.App.FindCachedCollectionByNameOrId(noun)
	if err != nil {
		return err
	}
	query := ev.App.RecordQuery(c).AndWhere(dbx.HashExp{c.Name + ".status": "open"}).OrderBy(c.Name + ".created DESC").Limit(500)
	if err := narrow(ev.App, c, *c.ListRule, ev.Auth, nil, query); err != nil {
		return err
	}
	items := []*core.Record{}
	if err := query.All(&items); err != nil {
		return err
	}
	actor := hooks.ActorFrom(ev)
	actor.Door = "sync"
	counts := sighting{}
	for _, r := range items {
		if id := r.GetString("case"); id != "" {
			counts[id]++
		}
	}
	if err := counts.audit(ev); err != nil {
		return err
	}
	noCache(ev.Response.Header())
	return ev.JSON(http.StatusOK, map[string]any{"items": items})
}

// settle writes what a person chose, as an ordinary write of theirs, and the choice
// reaches every phone that holds the record.
func (e *Engine) settle(ev *core.RequestEvent) error {
	var ask contract.SettleRequest
	return e.decide(ev, "sync_conflicts", &ask, func(b *batch, kept *core.Record) (any, error) {
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
		return kept, b.tx.Save(hooks.AsServer(kept))
	})
}

// resend corrects a refused mutation and judges it again as the caller's own, or
// withdraws it; either way it stays on the record.
func (e *Engine) resend(ev *core.RequestEvent) error {
	var ask contract.ResendRequest
	return e.decide(ev, "sync_refusals", &ask, func(b *batch, kept *core.Record) (any, error) {
		kept.Set("settled_by", b.user.Id)
		if ask.Action == "withdraw" {
			if kept.GetString("user") != b.user.Id {
				return nil, reply.Error(contract.NotAllowed, "Only its author withdraws it.")
			}
			err := b.markAll(kept.GetString("mutation"), b.user.Id, "withdrawn")
			kept.Set("status", "withdrawn")
			return kept, err
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

// markAll gives every copy of a refusal its new status.
func (b *batch) markAll(mutation, author, status string) error {
	copies, err := b.tx.FindAllRecords("sync_refusals", dbx.HashExp{"mutation": mutation, "user": author})
	if err != nil {
		return err
	}
	for _, r := range copies {
		r.Set("status", status)
		r.Set("settled_by", b.user.Id)
		if err := b.tx.Save(hooks.AsServer(r)); err != nil {
			return err
		}
	}
	return nil
}

// settleAll marks every copy of a refusal settled and keeps the new verdict.
func (b *batch) settleAll(mutation, author string, result contract.Result) error {
	if err := b.markAll(mutation, author, "settled"); err != nil {
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

// decide finds an open record that the caller may see, and lets do settle it in one
// transaction as the caller's work. A foreign one and a missing one are the same.
func (e *Engine) decide(ev *core.RequestEvent, noun string, ask any, do func(*batch, *core.Record) (any, error)) error {
	if ev.Auth == nil || ev.Auth.IsSuperuser() {
		return reply.Error(contract.Unauthorised, "")
	}
	if err := reply.Decode(ev, contract.MaxPullBytes, ask); err != nil {
		return err
	}
	actor := hooks.ActorFrom(ev)
	actor.Door = "sync"
	var answer any
	err := hooks.Within(ev.App, actor, func(tx core.App) error {
		b := newBatch(e, tx, ev.Auth, actor.Device)
		c, err := tx.FindCachedCollectionByNameOrId(noun)
		if err != nil {
			return err
		}
		seen, err := b.may(c, c.ViewRule, nil, ev.Request.PathValue("id"))
		if err != nil {
			return err
		}
		kept, err := tx.FindRecordById(c, ev.Request.PathValue("id"))
		if err != nil || !seen || kept.GetString("status") != "open" {
			return reply.Error(contract.NotFound, "")
		}
		answer, err = do(b, kept)
		if _, said := err.(*router.ApiError); err == nil || said {
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
	if err != nil {
		return err
	}
	return ev.JSON(http.StatusOK, answer)
}
