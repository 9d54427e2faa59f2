package engagement

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/pack"
	"holdfast/hooks/pathway"
)

// turns gathers what a pathway turned to on its way: the calendars it was counted
// by, and the versions of its template that it may move to or has moved to.
func (h *Past) turns(app core.App, p *core.Record, template string) error {
	var err error
	if h.area, err = pack.CaseCalendar(app, p.GetString("case")); err != nil {
		return err
	}
	h.pinned = h.area
	if version := p.GetInt("calendar_version"); version > 0 {
		key := cmp.Or(p.GetString("calendar"), pack.AreaCalendar)
		if !h.area.Is(key, version) {
			if h.pinned, err = pack.CalendarAt(app, key, version); err != nil {
				return err
			}
		}
	}
	if err := h.calendars(app); err != nil {
		return err
	}
	return h.versions(app, template)
}

// recounts are the pathway's calendar.changed events of the server's own, as they
// happened.
func (h *Past) recounts() []*pathway.Event {
	var list []*pathway.Event
	for i := range h.Events {
		if e := &h.Events[i]; e.Kind == "calendar.changed" && e.ByServer() {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b *pathway.Event) int {
		return cmp.Or(a.OccurredAt.Compare(b.OccurredAt), a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// calendars finds what held before each change of the calendar. Each event names what
// held until then; after the last, what is pinned holds.
func (h *Past) calendars(app core.App) error {
	list := h.recounts()
	h.library.Calendars = map[string]pathway.Calendar{}
	until := h.pinned
	for i := len(list) - 1; i >= 0; i-- {
		h.library.Calendars[list[i].ID] = until
		key, _ := list[i].Data["from_calendar"].(string)
		text, _ := list[i].Data["from_version"].(string)
		version, err := strconv.Atoi(text)
		if err != nil {
			continue // it names none: nothing turned
		}
		if until, err = pack.CalendarAt(app, cmp.Or(key, pack.AreaCalendar), version); err != nil {
			return err
		}
	}
	h.first = until
	return nil
}

// pin counts by another calendar from the last change on, as though it had held since.
func (h *Past) pin(cal pack.Workdays) {
	h.pinned = cal
	if list := h.recounts(); len(list) > 0 {
		h.library.Calendars[list[len(list)-1].ID] = cal
		return
	}
	h.first = cal
}

// versions finds the templates that proposals to move name: those in use now, and
// those that a move went to while they were.
func (h *Past) versions(app core.App, template string) error {
	gone := map[string]bool{}
	for i := range h.Events {
		if e := &h.Events[i]; e.Kind == "pathway.migrated" && h.Stored[e.ID] != nil && h.Stored[e.ID].GetString("verdict") != string(pathway.Attempted) {
			proposal, _ := e.Data["proposal"].(string)
			gone[proposal] = true
		}
	}
	h.library.Templates = map[string]*pathway.Template{}
	for i := range h.Events {
		e := &h.Events[i]
		to, _ := e.Data["to"].(string)
		if e.Kind != "migration.proposed" || to == "" {
			continue
		}
		r, err := app.FindRecordById("pathway_templates", to)
		if err != nil || r.GetString("status") != "published" && !gone[e.ID] {
			continue
		}
		from, err := app.FindRecordById("pathway_templates", template)
		if err != nil {
			return err
		}
		if kin, err := related(app, from, r); err != nil {
			return err
		} else if !kin {
			continue
		}
		if h.library.Templates[to], err = pack.Compiled(r, pathway.Parse); err != nil {
			return err
		}
	}
	return nil
}

// related says whether two templates are versions of one another: of one key, or one
// a fork of the other's.
func related(app core.App, a, b *core.Record) (bool, error) {
	for _, pair := range [][2]*core.Record{{a, b}, {b, a}} {
		line, err := pack.Lineage(app, pair[0])
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(line, func(r *core.Record) bool { return r.GetString("key") == pair[1].GetString("key") }) {
			return true, nil
		}
	}
	return false, nil
}
