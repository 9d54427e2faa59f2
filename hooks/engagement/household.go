package engagement

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/family"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
)

// household gathers what the engine reads of a case beside the events of one of its pathways:
// the children, when others saw them, the agencies, who leads and whether anybody may approve.
func (h *Past) household(app core.App, p *core.Record) (err error) {
	id, c := p.GetString("case"), &h.Context
	if h.children, err = family.ChildRows(app, id); err != nil {
		return err
	}
	if h.seen, err = seenOn(app, id, p.Id); err != nil {
		return err
	}
	c.Children = family.ChildrenOf(h.children)
	for i := range c.Children {
		child := &c.Children[i]
		times := timesOf(h.seen, c.Children, child)
		for _, t := range times {
			child.SeenAt = append(child.SeenAt, t.At)
		}
		last := sightOf(times)
		child.LastSeenOn, child.LastSeenBy, child.SeenElseOn = last.On, last.By, last.Else
	}
	if c.Adults, err = family.Adults(app, id); err != nil {
		return err
	}
	if err := Statutory(app, id, c); err != nil {
		return err
	}
	if err := app.ConcurrentDB().NewQuery(`SELECT agency AS id, max(agency_name) AS name, coalesce((SELECT kind FROM agencies a WHERE a.id = agency), '') AS kind, min(substr("from", 1, 10)) AS since,
			CASE WHEN max(active) THEN '' ELSE max(substr(until, 1, 10)) END AS until,
			CASE WHEN max(active) THEN '' ELSE coalesce(max(CASE WHEN ` + TakenOff + ` THEN date(until, ` + AskedAfter + `) END), '') END AS asked_until FROM case_members m
		WHERE "case" = {:c} AND (active OR until != '') GROUP BY agency ORDER BY agency`).Bind(dbx.Params{"c": id}).All(&c.Agencies); err != nil {
		return err
	}
	var managers string
	if err := app.ConcurrentDB().NewQuery(`SELECT lead_agency, (SELECT json_group_array(json_object('id', m."user", 'name', m.name, 'agency', m.agency, 'member', json(iif(m.role = 'manager', 'false', 'true'))) ORDER BY m.name, m."user")
			FROM case_members m JOIN users u ON u.id = m."user" WHERE m."case" = cases.id AND m.active AND u.active AND `+kernel.ManagesRole+`)
			FROM cases WHERE id = {:c}`).Bind(dbx.Params{"c": id}).Row(&c.Lead, &managers); err != nil {
		return err
	}
	err = json.Unmarshal([]byte(managers), &c.Managers)
	c.NoManager = !slices.ContainsFunc(c.Managers, func(m pathway.Manager) bool { return !m.Member })
	return err
}

// takenOff says of a membership m whether it was ended by somebody of another agency, as SQL;
// and askedAfter how long its agency is asked about an ending all the same.
const (
	TakenOff = `(m.until != '' AND EXISTS (SELECT 1 FROM record_versions v JOIN users b ON b.id = v.changed_by
		WHERE v.collection = 'case_members' AND v.record = m.id AND v.field = 'until' AND b.agency != m.agency))`
	AskedAfter = `'+28 days'`
)

// hereBefore is which cases the children of a case were of before they were moved to it,
// as SQL.
const hereBefore = `SELECT m."case" FROM person_moves m JOIN people c ON c.id = m.person
	WHERE c."case" = {:c} AND m.direction = 'out' AND m."case" != {:c}`

// faceless are the ways of trying by which nobody is seen, as SQL.
var faceless = "'" + strings.Join(pathway.SeesNobody(), "', '") + "'"

// seenOn is when each child of a case was seen, as its pathways but one ("": all) know, and those of
// the families that they were moved from: by what counts there and was not taken back.
func seenOn(app core.App, caseID, but string) (map[string][]sighting, error) {
	var rows []struct {
		Child string         `db:"child"`
		At    types.DateTime `db:"at"`
		By    string         `db:"by"`
	}
	err := app.ConcurrentDB().NewQuery(`SELECT s.value AS child, CASE e.received_at WHEN '' THEN e.occurred_at ELSE min(e.occurred_at, e.received_at) END AS at, e.author AS by FROM pathway_events e JOIN json_each(
				CASE json_type(e.data, '$.children') WHEN 'array' THEN e.data->'$.children' ELSE json_array(e.data->>'$.children') END) s ON s.type = 'text'
			WHERE (e."case" = {:c} OR e."case" IN (` + hereBefore + `)) AND e.pathway != {:p}
				AND e.kind IN ('child.seen', 'appointment.kept_child_seen') AND e.verdict != 'attempted'
				AND (e.received_at = '' OR julianday(e.occurred_at) - julianday(e.received_at) <= 1)
				AND NOT EXISTS (SELECT 1 FROM pathway_events k WHERE k.corrects = e.id AND k.verdict != 'attempted')
		UNION SELECT a.person, min(a.occurred_at, a.created), a.author FROM contact_attempts a
			WHERE (a."case" = {:c} AND ({:p} = '' OR a.pathway NOT IN ('', {:p})) OR a.person != '' AND a."case" IN (` + hereBefore + `))
				AND a.outcome = 'child_seen' AND a.method NOT IN (` + faceless + `) AND a.occurred_at <= {:now} AND julianday(a.occurred_at) - julianday(a.created) <= 1 AND a.id NOT IN (SELECT attempt FROM attempt_withdrawals w WHERE w."case" = a."case")`).
		Bind(dbx.Params{"c": caseID, "p": but, "now": ByNow()}).All(&rows)
	on := map[string][]sighting{}
	for _, r := range rows {
		on[r.Child] = append(on[r.Child], sighting{r.At.Time(), r.By})
	}
	return on, err
}

// sighting is when a child was seen, and who recorded it.
type sighting struct {
	At time.Time
	By string
}

func sightOf(times []sighting) (last pathway.Sight) {
	for _, t := range times {
		last.Add(t.At.In(kernel.London).Format(time.DateOnly), t.By)
	}
	return last
}

// timesOf is when a child of these was seen, under each of their records, the first first.
// What names no child is of the only one.
func timesOf(seen map[string][]sighting, all []pathway.Child, child *pathway.Child) (times []sighting) {
	for _, id := range append([]string{child.ID}, child.Also...) {
		times = append(times, seen[id]...)
	}
	if len(all) == 1 && all[0].ID == child.ID {
		times = append(times, seen[""]...)
	}
	slices.SortFunc(times, func(a, b sighting) int { return a.At.Compare(b.At) })
	return times
}

// SightOf is when a child was last seen and by whose word, as all pathways of the case know
// where the child is, and those of the families that they were moved from. What was seen of
// whom they were joined to was not seen of them.
func SightOf(app core.App, child *core.Record) (last pathway.Sight, err error) {
	rows, err := family.ChildRows(app, child.GetString("case"))
	if err != nil {
		return last, err
	}
	seen, err := seenOn(app, child.GetString("case"), "")
	if err != nil {
		return last, err
	}
	self := pathway.Child{ID: child.Id}
	for i := 0; i <= len(self.Also); i++ {
		of := append([]string{child.Id}, self.Also...)[i]
		for _, r := range rows {
			if r.GetString("same_as") == of && r.Id != child.Id && !slices.Contains(self.Also, r.Id) {
				self.Also = append(self.Also, r.Id)
			}
		}
	}
	return sightOf(timesOf(seen, family.ChildrenOf(rows), &self)), nil
}

// UnseenHere are the children of a case, as people say it, whom nobody but one person has seen
// since a day, as far as anything on the case knows (of one whom nobody ever saw: since they
// could be); and whether that person has seen one of them.
func UnseenHere(app core.App, c *core.Record, limit, but string) (names []string, own bool, err error) {
	rows, err := family.ChildRows(app, c.Id)
	if err != nil {
		return nil, false, err
	}
	seen, err := seenOn(app, c.Id, "")
	if err != nil {
		return nil, false, err
	}
	began := kernel.LocalDay(c.GetDateTime("created"))
	if on := c.GetString("opened_on"); on != "" && on < began {
		began = on
	}
	children := family.ChildrenOf(rows)
	for i := range children {
		child := &children[i]
		last := sightOf(timesOf(seen, children, child))
		if !child.Seeable(kernel.Today()) || child.SeenOrSince(last.But(but), began) >= limit {
			continue
		}
		names, own = append(names, cmp.Or(child.Name, "a child")), own || last.On >= limit
	}
	return names, own, nil
}

// readSeen reads again what rests on a child of a case having been seen, whichever pathway
// says so, and of one who was moved from it since, in the family where they are.
func readSeen(app core.App, caseID string) error {
	var gone []string
	if err := kernel.Query(app, `SELECT DISTINCT p."case" FROM person_moves m JOIN people p ON p.id = m.person
			WHERE m."case" = {:c} AND m.direction = 'out' AND p."case" != {:c}`).Bind(dbx.Params{"c": caseID}).Column(&gone); err != nil {
		return err
	}
	for _, id := range append(gone, caseID) {
		if err := ReadLater(app, id); err != nil {
			return err
		}
	}
	return nil
}

// carrySightings writes on each child when they were last seen, by what was recorded.
// Nobody sets it by hand.
func (h *Past) carrySightings(tx core.App, seen map[string]string) error {
	last := map[string]string{}
	for _, c := range h.Context.Children {
		last[c.ID] = c.LastSeenOn
	}
	for _, r := range h.children {
		r.Set("last_seen_on", max(last[r.Id], seen[r.Id]))
		if err := kernel.SaveChanged(tx, r); err != nil {
			return err
		}
	}
	return nil
}

// BindSightings keeps what a worker knows of a child whom they put on record, which is no
// sighting, and sends them to the pathway for what they see.
func BindSightings(app core.App) {
	kernel.Updating(app, "people").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderGuard - 1, Func: func(e *core.RecordEvent) error {
		if !kernel.IsServer(e.Record) && kernel.Changed(e.Record, "last_seen_on") {
			return kernel.Wrong("last_seen_on", "fixed", "Record on the pathway that the child was seen: this day follows from it.")
		}
		return e.Next()
	}})
	kernel.Creating(app, "people").Bind(kernel.InDomain(func(e *core.RecordEvent) error {
		e.Record.Set("seen_before", cmp.Or(e.Record.GetString("seen_before"), e.Record.GetString("last_seen_on")))
		e.Record.Set("last_seen_on", "")
		return e.Next()
	}))
}
