package hooks

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

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
	children []*core.Record
	seen     map[string][]time.Time // child -> when others saw them, as is known beside this pathway
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
	var err error
	if h.template, err = templateByID(app, first); err != nil {
		return nil, fmt.Errorf("the template of pathway %s: %w", p.Id, err)
	}
	id := p.GetString("case")
	if err := h.household(app, p); err != nil {
		return nil, err
	}
	if h.context.Recast, err = recast(app, id, p.GetDateTime("opened_at")); err != nil {
		return nil, err
	}
	h.context.OpenedAt, h.context.OpenedBy = p.GetDateTime("opened_at").Time(), p.GetString("opened_by")
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
	if slices.ContainsFunc(h.events, func(e pathway.Event) bool { return e.Kind == "opening.corrected" || e.Kind == "pathway.opened" }) {
		if c, err := app.FindRecordById("cases", id); err != nil {
			return nil, err
		} else {
			h.context.Begun = c.GetString("opened_on")
		}
	}
	if err := h.nobodyApproves(app, p); err != nil {
		return nil, err
	}
	if h.context.Workers, err = workers(app, p.GetString("case")); err != nil {
		return nil, err
	}
	if err := h.known(app); err != nil {
		return nil, err
	}
	if err := h.turns(app, p, first); err != nil {
		return nil, err
	}
	return h, h.attempts(app, p)
}

// attempts adds the case's tries at contact, read without the rest of their records: there
// may be hundreds, and each new one reads them all.
func (h *past) attempts(app core.App, p *core.Record) error {
	var rows []struct {
		ID         string         `db:"id"`
		OccurredAt types.DateTime `db:"occurred_at"`
		Created    types.DateTime `db:"created"`
		Author     string         `db:"author"`
		Agency     string         `db:"agency"`
		Method     string         `db:"method"`
		Outcome    string         `db:"outcome"`
		Confirmed  bool           `db:"contact_confirmed"`
		Person     string         `db:"person"`
	}
	err := app.ConcurrentDB().NewQuery(`SELECT id, occurred_at, created, author, agency, method, outcome, contact_confirmed, person
		FROM contact_attempts WHERE "case" = {:case} AND pathway IN ('', {:p}) AND ` + onRecord).
		Bind(dbx.Params{"case": p.GetString("case"), "p": p.Id}).All(&rows) // the engine itself holds back what is still to come
	if err != nil {
		return fmt.Errorf("the tries at contact of pathway %s: %w", p.Id, err)
	}
	for _, r := range rows {
		h.authors[r.ID] = r.Author
		h.events = append(h.events, pathway.Event{
			ID: r.ID, Kind: "attempt.recorded", OccurredAt: r.OccurredAt.Time(), RecordedAt: r.Created.Time(), ReceivedAt: r.Created.Time(),
			By: r.Author, Role: "practitioner", Agency: r.Agency,
			Data: map[string]any{"method": r.Method, "outcome": r.Outcome, "contact_confirmed": r.Confirmed, "person": r.Person},
		})
	}
	return nil
}

// eventOf is a stored event as the engine reads it.
func eventOf(r *core.Record) pathway.Event {
	data := map[string]any{}
	_ = decode(r, "data", &data) // what is no object has no members: the engine says what it lacks
	return pathway.Event{
		ID: r.Id, Kind: r.GetString("kind"), OccurredAt: at(r, "occurred_at"), RecordedAt: at(r, "recorded_at"), ReceivedAt: at(r, "received_at"),
		By: r.GetString("author"), Role: r.GetString("role"), Agency: r.GetString("agency"), Data: data, Corrects: r.GetString("corrects"),
		ArisesFrom: r.GetString("arises_from"), ReceivedVerdict: pathway.Outcome(r.GetString("received_verdict")),
	}
}

func at(r *core.Record, field string) time.Time { return r.GetDateTime(field).Time() }

// RoleIn is the role in which a person acts on a case: a manager's only while they are
// one at their agency too. Who is not on it is "system".
func RoleIn(app core.App, caseID, user string) (string, error) {
	role, _, err := membership(app, caseID, user)
	if role == "" {
		role = "system"
	}
	return role, err
}

// membership is a person's role on a case, and who put them there; empty where they are
// not on it.
func membership(app core.App, caseID, user string) (role, by string, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT CASE WHEN m.role = 'manager' AND NOT (`+managesRole+`) THEN 'member' ELSE m.role END, m.added_by
		FROM case_members m JOIN users u ON u.id = m."user" WHERE m."case" = {:c} AND m."user" = {:u} AND m.active`).
		Bind(dbx.Params{"c": caseID, "u": user}).Row(&role, &by)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", nil
	}
	return role, by, err
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

// compiledFrom is what the body of the one record says that a condition finds. Where it
// has been compiled before, only the record's hash is read: bodies are long.
func compiledFrom[T any](app core.App, collection, where string, params dbx.Params, compile func([]byte) (T, error)) (none T, err error) {
	var hash string
	if err := app.ConcurrentDB().NewQuery("SELECT hash FROM " + collection + " WHERE " + where).Bind(params).Row(&hash); err != nil {
		return none, err
	}
	if v, ok := kept.Load(collection + " " + hash); ok && hash != "" {
		return v.(T), nil
	}
	r := &core.Record{}
	if err := app.RecordQuery(collection).AndWhere(dbx.NewExp(where, params)).Limit(1).One(r); err != nil {
		return none, err
	}
	return compiled(r, compile)
}

// templateByID is a stored template of the pathway.
func templateByID(app core.App, id string) (*pathway.Template, error) {
	return compiledFrom(app, "pathway_templates", "id = {:id}", dbx.Params{"id": id}, pathway.Parse)
}
