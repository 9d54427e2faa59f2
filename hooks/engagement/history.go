package engagement

import (
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/family"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pack"
	"holdfast/hooks/pathway"
)

// Past is all that the engine reads of one pathway.
type Past struct {
	template *pathway.Template // that it was opened with
	first    pack.Workdays     // that it was counted by at first
	pinned   pack.Workdays     // that it is counted by now
	area     pack.Workdays     // that its area has now
	library  pathway.Library
	Context  pathway.Case
	Events   []pathway.Event
	Stored   map[string]*core.Record // the pathway's own events, by id
	authors  map[string]string       // event or attempt -> who
	children []*core.Record
	seen     map[string][]sighting // child -> when others saw them, as is known beside this pathway
}

func (h *Past) Read(at time.Time) (pathway.Result, error) {
	return pathway.EvaluateWith(h.template, h.first, h.library, h.Context, h.Events, at)
}

func (h *Past) author(event string) string { return h.authors[event] }

// History gathers a pathway's template, calendar, household, agencies and events;
// the case's tries at contact are among them, and so is an event not yet stored.
func History(app core.App, p *core.Record, adding ...*core.Record) (*Past, error) {
	h := &Past{Stored: map[string]*core.Record{}, authors: map[string]string{}}
	first := p.GetString("opened_with")
	if first == "" { // from before versions could change
		first = p.GetString("template")
	}
	var err error
	if h.template, err = pack.TemplateByID(app, first); err != nil {
		return nil, fmt.Errorf("the template of pathway %s: %w", p.Id, err)
	}
	id := p.GetString("case")
	if err := h.household(app, p); err != nil {
		return nil, err
	}
	if h.Context.Recast, err = Recast(app, id, p.GetDateTime("opened_at")); err != nil {
		return nil, err
	}
	h.Context.OpenedAt, h.Context.OpenedBy = p.GetDateTime("opened_at").Time(), p.GetString("opened_by")
	events, err := app.FindAllRecords("pathway_events", dbx.HashExp{"pathway": p.Id})
	if err != nil {
		return nil, err
	}
	for _, r := range events {
		h.Stored[r.Id] = r
	}
	for _, r := range append(events, adding...) {
		h.authors[r.Id] = r.GetString("author")
		h.Events = append(h.Events, EventOf(r))
	}
	if slices.ContainsFunc(h.Events, func(e pathway.Event) bool { return e.Kind == "opening.corrected" || e.Kind == "pathway.opened" }) {
		if c, err := app.FindRecordById("cases", id); err != nil {
			return nil, err
		} else {
			h.Context.Begun = c.GetString("opened_on")
		}
	}
	if err := h.nobodyApproves(app, p); err != nil {
		return nil, err
	}
	if h.Context.Workers, err = family.Workers(app, p.GetString("case")); err != nil {
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
func (h *Past) attempts(app core.App, p *core.Record) error {
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
		h.Events = append(h.Events, pathway.Event{
			ID: r.ID, Kind: "attempt.recorded", OccurredAt: r.OccurredAt.Time(), RecordedAt: r.Created.Time(), ReceivedAt: r.Created.Time(),
			By: r.Author, Role: "practitioner", Agency: r.Agency,
			Data: map[string]any{"method": r.Method, "outcome": r.Outcome, "contact_confirmed": r.Confirmed, "person": r.Person},
		})
	}
	return nil
}

// EventOf is a stored event as the engine reads it.
func EventOf(r *core.Record) pathway.Event {
	data := map[string]any{}
	_ = kernel.Decode(r, "data", &data) // what is no object has no members: the engine says what it lacks
	return pathway.Event{
		ID: r.Id, Kind: r.GetString("kind"), OccurredAt: at(r, "occurred_at"), RecordedAt: at(r, "recorded_at"), ReceivedAt: at(r, "received_at"),
		By: r.GetString("author"), Role: r.GetString("role"), Agency: r.GetString("agency"), Data: data, Corrects: r.GetString("corrects"),
		ArisesFrom: r.GetString("arises_from"), ReceivedVerdict: pathway.Outcome(r.GetString("received_verdict")),
	}
}

func at(r *core.Record, field string) time.Time { return r.GetDateTime(field).Time() }
