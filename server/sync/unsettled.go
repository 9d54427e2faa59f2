package sync

import (
	"net/http"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
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
func byPhone(ev *core.RequestEvent) kernel.Actor {
	actor := kernel.ActorFrom(ev)
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
func (e *Engine) Unsettled(app core.App, actor kernel.Actor, noun string) ([]*core.Record, error) {
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
		if err := kernel.AuditRead(app, actor, kernel.Entry{Verb: "sync", Collection: noun, Count: ofNoCase}); err != nil {
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
