package hooks

import (
	"cmp"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/types"
)

// household gathers what the engine reads of a case beside the events of one of its pathways:
// the children, when others saw them, the agencies, who leads and whether anybody may approve.
func (h *past) household(app core.App, p *core.Record) (err error) {
	id, c := p.GetString("case"), &h.context
	if h.children, err = childRows(app, id); err != nil {
		return err
	}
	if h.seen, err = seenOn(app, id, p.Id); err != nil {
		return err
	}
	c.Children = childrenOf(h.children)
	for i := range c.Children {
		child := &c.Children[i]
		for _, id := range append([]string{child.ID}, child.Also...) {
			child.LastSeenOn = max(child.LastSeenOn, h.seen[id])
		}
	}
	if c.Adults, err = adults(app, id); err != nil {
		return err
	}
	if err := statutory(app, id, c); err != nil {
		return err
	}
	if err := app.ConcurrentDB().NewQuery(`SELECT agency AS id, max(agency_name) AS name, coalesce((SELECT kind FROM agencies a WHERE a.id = agency), '') AS kind, min(substr("from", 1, 10)) AS since,
			CASE WHEN max(active) THEN '' ELSE max(substr(until, 1, 10)) END AS until FROM case_members
		WHERE "case" = {:c} AND (active OR until != '') GROUP BY agency ORDER BY agency`).Bind(dbx.Params{"c": id}).All(&c.Agencies); err != nil {
		return err
	}
	return app.ConcurrentDB().NewQuery(`SELECT lead_agency, NOT EXISTS (SELECT 1 FROM case_members m JOIN users u ON u.id = m."user"
			WHERE m."case" = cases.id AND m.active AND u.active AND m.role = 'manager' AND `+managesRole+`) FROM cases WHERE id = {:c}`).
		Bind(dbx.Params{"c": id}).Row(&c.Lead, &c.NoManager)
}

// knownBefore is when a child was last seen as it was known when they were put on record;
// nobody has been seen on a day that has not come.
func knownBefore(child *core.Record) string {
	if day := child.GetString("seen_before"); day <= today() {
		return day
	}
	return ""
}

// seenOn is the day on which each child of a case was last seen, as its pathways but one
// know: by what counts there and was not taken back.
func seenOn(app core.App, caseID, but string) (map[string]string, error) {
	var rows []struct {
		Child string         `db:"child"`
		At    types.DateTime `db:"at"`
	}
	err := app.ConcurrentDB().NewQuery(`SELECT s.value AS child, max(e.occurred_at) AS at FROM pathway_events e JOIN json_each(
				CASE json_type(e.data, '$.children') WHEN 'array' THEN e.data->'$.children' ELSE json_array(e.data->>'$.children') END) s ON s.type = 'text'
			WHERE e."case" = {:c} AND e.pathway != {:p} AND e.kind IN ('child.seen', 'appointment.kept_child_seen') AND e.verdict != 'attempted'
				AND NOT EXISTS (SELECT 1 FROM pathway_events k WHERE k.corrects = e.id AND k.verdict != 'attempted')
			GROUP BY s.value`).Bind(dbx.Params{"c": caseID, "p": but}).All(&rows)
	on := map[string]string{}
	for _, r := range rows {
		on[r.Child] = localDay(r.At)
	}
	return on, err
}

// carrySightings writes on each child when they were last seen: as it was known when they
// were put on record, and by what was recorded since. Nobody sets it by hand.
func (h *past) carrySightings(tx core.App, seen map[string]string) error {
	for _, r := range h.children {
		if day := max(knownBefore(r), seen[r.Id], h.seen[r.Id]); day != "" || r.GetString("seen_before") == "" {
			r.Set("last_seen_on", day)
		}
		if err := saveChanged(tx, r); err != nil {
			return err
		}
	}
	return nil
}

// bindSightings keeps what a worker knows of a child whom they put on record, and sends
// them to the pathway for what they see from then on.
func bindSightings(app core.App) {
	updating(app, "people").Bind(&hook.Handler[*core.RecordEvent]{Priority: orderGuard - 1, Func: func(e *core.RecordEvent) error {
		if !isServer(e.Record) && changed(e.Record, "last_seen_on") {
			return wrong("last_seen_on", "fixed", "Record on the pathway that the child was seen: this day follows from it.")
		}
		return e.Next()
	}})
	creating(app, "people").Bind(inDomain(func(e *core.RecordEvent) error {
		e.Record.Set("seen_before", cmp.Or(e.Record.GetString("seen_before"), e.Record.GetString("last_seen_on")))
		return e.Next()
	}))
}
