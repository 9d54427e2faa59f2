package hooks

import (
	"cmp"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/pathway"
)

// household is what the engine reads of a case beside the events of one of its pathways:
// the children, when others saw them, the agencies, who leads and whether anybody may approve.
func household(app core.App, p *core.Record) (c pathway.Case, err error) {
	id := p.GetString("case")
	if c.Children, err = childrenOf(app, id); err != nil {
		return c, err
	}
	elsewhere, err := seenOn(app, id, p.Id)
	if err != nil {
		return c, err
	}
	for i := range c.Children {
		child := &c.Children[i]
		for _, id := range append([]string{child.ID}, child.Also...) {
			child.LastSeenOn = max(child.LastSeenOn, elsewhere[id])
		}
	}
	if c.Adults, err = adults(app, id); err != nil {
		return c, err
	}
	if err := statutory(app, id, &c); err != nil {
		return c, err
	}
	if err := app.ConcurrentDB().NewQuery(`SELECT agency AS id, max(agency_name) AS name, min(substr("from", 1, 10)) AS since,
			CASE WHEN max(active) THEN '' ELSE max(substr(until, 1, 10)) END AS until FROM case_members
		WHERE "case" = {:c} AND (active OR until != '') GROUP BY agency ORDER BY agency`).Bind(dbx.Params{"c": id}).All(&c.Agencies); err != nil {
		return c, err
	}
	err = app.ConcurrentDB().NewQuery(`SELECT lead_agency, NOT EXISTS (SELECT 1 FROM case_members m JOIN users u ON u.id = m."user"
			WHERE m."case" = cases.id AND m.active AND u.active AND m.role = 'manager' AND `+managesRole+`) FROM cases WHERE id = {:c}`).
		Bind(dbx.Params{"c": id}).Row(&c.Lead, &c.NoManager)
	return c, err
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
func carrySightings(tx core.App, p *core.Record, seen map[string]string) error {
	elsewhere, err := seenOn(tx, p.GetString("case"), p.Id)
	if err != nil {
		return err
	}
	children, err := tx.FindAllRecords("people", dbx.HashExp{"case": p.GetString("case"), "kind": "child"})
	if err != nil {
		return err
	}
	for _, r := range children {
		r.Set("last_seen_on", max(r.GetString("seen_before"), seen[r.Id], elsewhere[r.Id]))
		if err := saveChanged(tx, r); err != nil {
			return err
		}
	}
	return nil
}

// bindSightings keeps what a worker knows of a child whom they put on record, and sends
// them to the pathway for what they see from then on.
func bindSightings(app core.App) {
	creating(app, "people").Bind(inDomain(func(e *core.RecordEvent) error {
		e.Record.Set("seen_before", cmp.Or(e.Record.GetString("seen_before"), e.Record.GetString("last_seen_on")))
		return e.Next()
	}))
}
