package hooks

import (
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/pathway"
)

// past is all that the engine reads of one pathway.
type past struct {
	template *pathway.Template // that it was opened with
	first    workdays          // that it was counted by at first
	pinned   workdays          // that it is counted by now
	area     workdays          // that its area has now
	library  pathway.Library
	context  pathway.Case
	events   []pathway.Event
	stored   map[string]*core.Record // the pathway's own events, by id
	authors  map[string]string       // event or attempt -> who
}

func (h *past) read(at time.Time) (pathway.Result, error) {
	return pathway.EvaluateWith(h.template, h.first, h.library, h.context, h.events, at)
}

func (h *past) author(event string) string { return h.authors[event] }

// history gathers a pathway's template, calendar, household, agencies and events;
// the case's tries at contact are among them, and so is an event not yet stored.
func history(app core.App, p *core.Record, adding ...*core.Record) (*past, error) {
	h := &past{stored: map[string]*core.Record{}, authors: map[string]string{}}
	first := p.GetString("opened_with")
	if first == "" { // from before versions could change
		first = p.GetString("template")
	}
	template, err := app.FindRecordById("pathway_templates", first)
	if err != nil {
		return nil, fmt.Errorf("the template of pathway %s: %w", p.Id, err)
	}
	if h.template, err = compiled(template, pathway.Parse); err != nil {
		return nil, fmt.Errorf("template %s: %w", template.Id, err)
	}
	id := p.GetString("case")
	h.context = pathway.Case{OpenedAt: p.GetDateTime("opened_at").Time(), OpenedBy: p.GetString("opened_by")}
	children, err := app.FindAllRecords("people", dbx.HashExp{"case": id, "kind": "child"})
	if err != nil {
		return nil, err
	}
	for _, c := range children {
		h.context.Children = append(h.context.Children, pathway.Child{ID: c.Id, LastSeenOn: c.GetString("last_seen_on"), Since: c.GetString("joined_on")})
	}
	if err := statutory(app, id, &h.context); err != nil {
		return nil, err
	}
	if err := app.ConcurrentDB().NewQuery(`SELECT agency AS id, max(agency_name) AS name, min(substr("from", 1, 10)) AS since,
			CASE WHEN max(active) THEN '' ELSE max(substr(until, 1, 10)) END AS until FROM case_members
		WHERE "case" = {:c} AND (active OR until != '') GROUP BY agency ORDER BY agency`).Bind(dbx.Params{"c": id}).All(&h.context.Agencies); err != nil {
		return nil, err
	}
	events, err := app.FindAllRecords("pathway_events", dbx.HashExp{"pathway": p.Id})
	if err != nil {
		return nil, err
	}
	for _, r := range events {
		h.stored[r.Id] = r
	}
	for _, r := range append(events, adding...) {
		h.authors[r.Id] = r.GetString("author")
		h.events = append(h.events, eventOf(r))
	}
	if err := h.turns(app, p, template); err != nil {
		return nil, err
	}
	attempts, err := app.FindAllRecords("contact_attempts", dbx.HashExp{"case": id})
	if err != nil {
		return nil, err
	}
	for _, r := range attempts {
		if to := r.GetString("pathway"); to == "" || to == p.Id {
			h.authors[r.Id] = r.GetString("author")
			h.events = append(h.events, attemptOf(r))
		}
	}
	return h, nil
}

// eventOf is a stored event as the engine reads it.
func eventOf(r *core.Record) pathway.Event {
	data := map[string]any{}
	_ = decode(r, "data", &data) // what is no object has no members: the engine says what it lacks
	return pathway.Event{
		ID: r.Id, Kind: r.GetString("kind"), OccurredAt: at(r, "occurred_at"), RecordedAt: at(r, "recorded_at"), ReceivedAt: at(r, "received_at"),
		By: r.GetString("author"), Role: r.GetString("role"), Agency: r.GetString("agency"), Data: data, Corrects: r.GetString("corrects"),
		ArisesFrom: r.GetString("arises_from"),
	}
}

// attemptOf is a try at contact as an event.
func attemptOf(r *core.Record) pathway.Event {
	return pathway.Event{
		ID: r.Id, Kind: "attempt.recorded", OccurredAt: at(r, "occurred_at"), RecordedAt: at(r, "created"), ReceivedAt: at(r, "created"),
		By: r.GetString("author"), Role: "practitioner", Agency: r.GetString("agency"),
		Data: map[string]any{"method": r.GetString("method"), "outcome": r.GetString("outcome"), "contact_confirmed": r.GetBool("contact_confirmed")},
	}
}

func at(r *core.Record, field string) time.Time { return r.GetDateTime(field).Time() }

// roleIn is the role in which a person acts on a case.
func roleIn(app core.App, caseID, user string) (string, error) {
	var role string
	err := app.ConcurrentDB().NewQuery(`SELECT role FROM case_members WHERE "case" = {:c} AND "user" = {:u} AND active`).
		Bind(dbx.Params{"c": caseID, "u": user}).Row(&role)
	if errors.Is(err, sql.ErrNoRows) {
		return "system", nil
	}
	return role, err
}

// kept holds what was compiled from stored bodies, by the body's hash: compiling a
// template takes longer than reading a history with it.
var kept sync.Map

func compiled[T any](r *core.Record, compile func([]byte) (T, error)) (T, error) {
	key := r.Collection().Name + " " + r.GetString("hash")
	if v, ok := kept.Load(key); ok {
		return v.(T), nil
	}
	v, err := compile([]byte(r.GetString("body")))
	if err == nil {
		kept.Store(key, v)
	}
	return v, err
}
