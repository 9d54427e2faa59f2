package risk

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	"holdfast/hooks/tell"
)

// Alarm is an immediate risk that a person was told of, or that is one of a case of theirs.
type Alarm struct {
	Notice     string         `db:"notice"` // theirs that they have not read; empty for none
	Stage      string         `db:"stage"`  // of the notice
	Event      string         `db:"event"`
	At         types.DateTime `db:"at"`
	Happened   types.DateTime `db:"happened"`
	Case       string         `db:"case"`
	Pathway    string         `db:"pathway"`
	Family     string         `db:"family"`    // by name, to whoever is on the case
	Reference  string         `db:"reference"` // of the case; empty where it has not arrived, or is not theirs to see
	Member     bool           `db:"member"`    // they are on the case
	Restricted bool           `db:"restricted"`
	Waits      bool           `db:"waits"` // what was recorded is kept back, and not yet an event
	By         string         `db:"by"`
	Agency     string         `db:"agency"`
	RaisedBy   string         `db:"raised_by"` // the same in one, where that is all they may know
	Ring       string         `db:"ring"`
	Told       int            `db:"told"`
	ReadBy     string         `db:"read_by"` // who said that they read it
	Ours       bool           `db:"ours"`    // their agency raised it
	Manages    bool           `db:"manages"` // they are a manager on the case
	Data       string         `db:"data"`
	What       string         // in its author's words

	Over       string         `db:"over"` // the event that says it is over
	OverAt     types.DateTime `db:"over_at"`
	OverBy     string         `db:"over_by"`
	OverAgency string         `db:"over_agency"`
	OverData   string         `db:"over_data"`
	How        string         // what was done
	SpokenTo   string
}

// Alarms are the immediate risks that a person was told of and has not acknowledged, and
// all of the cases that they are on: those open first, then those resolved, the latest
// first. Who is not on a case sees who raised its risk and where to ring them, and nothing
// of the family. What is kept back is read from the copy that the case has, or, where
// there is no case, from the record of somebody whose manager they are. The audit has its
// line before anything is shown.
func Alarms(app core.App, actor kernel.Actor) ([]Alarm, error) {
	params := dbx.Params{"u": actor.User.Id, "a": actor.User.GetString("agency"), "from": len(pathway.ImmediateRisk) + 2, "kind": pathway.ImmediateRisk}
	var all, told []Alarm
	if err := app.ConcurrentDB().NewQuery(risksOfCases).Bind(params).All(&all); err != nil {
		return nil, fmt.Errorf("the risks of somebody's cases: %w", err)
	}
	if err := app.ConcurrentDB().NewQuery(risksTold).Bind(params).All(&told); err != nil {
		return nil, fmt.Errorf("the risks that somebody was told of: %w", err)
	}
	all = append(told, all...)
	counts := map[string]int{}
	for i := range all {
		var raised, over map[string]any // another form of it has no words to show
		_, _ = json.Unmarshal([]byte(all[i].Data), &raised), json.Unmarshal([]byte(all[i].OverData), &over)
		all[i].What, _ = raised["what"].(string)
		all[i].How, _ = over["how"].(string)
		all[i].SpokenTo, _ = over["spoken_to"].(string)
		if all[i].Case != "" && all[i].Member {
			counts[all[i].Case]++
		}
	}
	var entries []kernel.Entry
	for id, n := range counts {
		entries = append(entries, kernel.Entry{Verb: "read", Collection: "pathway_events", Case: id, Count: n})
	}
	return all, kernel.AuditRead(app, actor, entries...)
}

// risksOfCases are those on the record of the cases that somebody is on.
const risksOfCases = `SELECT e.id AS event, e."case", e.pathway, c.reference, c.family_name AS family, TRUE AS member, c.restricted, e.received_at AS at, e.occurred_at AS happened, e.told, e.agency = {:a} AS ours,
	m.role = 'manager' AS manages, coalesce(e.data, '') AS data, coalesce(u.name, '') AS by, coalesce(a.name, '') AS agency, coalesce(nullif(u.phone, ''), a.phone, '') AS ring,
	coalesce((SELECT n.id FROM notices n WHERE n.timer = {:kind} || '/' || e.id AND n."user" = {:u} AND n.acknowledged_at = '' ORDER BY n.told_at DESC LIMIT 1), '') AS notice,
	coalesce((SELECT group_concat(DISTINCT r.name) FROM notices n JOIN users r ON r.id = n."user" WHERE n.timer = {:kind} || '/' || e.id
		AND n.stage IN ('at_once', 'unanswered') AND n.acknowledged_at != '' AND n."user" != e.author), '') AS read_by,
	e.resolved_by AS over, coalesce(o.occurred_at, '') AS over_at, coalesce(o.data, '') AS over_data, coalesce(ou.name, '') AS over_by, coalesce(oa.name, '') AS over_agency
	FROM case_members m JOIN pathway_events e ON e."case" = m."case" AND e.kind = {:kind} JOIN cases c ON c.id = e."case"
		LEFT JOIN users u ON u.id = e.author LEFT JOIN agencies a ON a.id = e.agency
		LEFT JOIN pathway_events o ON o.id = e.resolved_by LEFT JOIN users ou ON ou.id = o.author LEFT JOIN agencies oa ON oa.id = o.agency
	WHERE m."user" = {:u} AND m.active GROUP BY e.id ORDER BY e.resolved_by != '', e.received_at DESC, e.id LIMIT 300`

// risksTold are those that somebody was told of and has not read, beyond those of
// risksOfCases: kept back as yet, or of a case that they are not on.
const risksTold = `SELECT n.id AS notice, n.stage, substr(n.timer, {:from}) AS event, n.told_at AS at, n."case", n.raised_by, n.ring,
	CASE WHEN m.id IS NULL THEN '' ELSE coalesce(c.reference, '') END AS reference, CASE WHEN m.id IS NULL THEN '' ELSE coalesce(c.family_name, '') END AS family, m.id IS NOT NULL AS member, coalesce(c.restricted, FALSE) AS restricted,
	e.id IS NULL AS waits, coalesce(f.content->>'$.set.data', '') AS data, coalesce(u.name, '') AS by, coalesce(a.name, '') AS agency
	FROM notices n LEFT JOIN cases c ON c.id = n."case"
		LEFT JOIN case_members m ON m."case" = n."case" AND m."user" = n."user" AND m.active
		LEFT JOIN pathway_events e ON e.id = substr(n.timer, {:from}) AND e."case" = n."case"
		LEFT JOIN sync_refusals f ON e.id IS NULL AND f.record = substr(n.timer, {:from}) AND f.collection = 'pathway_events'
			AND (m.id IS NOT NULL AND f.handover AND f."case" = n."case" OR n."case" = '' AND NOT f.handover AND f."user" IN (SELECT id FROM users WHERE manager = n."user"))
		LEFT JOIN users u ON u.id = f."user" LEFT JOIN agencies a ON a.id = u.agency
	WHERE n."user" = {:u} AND n.stage IN ('at_once', 'unanswered', 'resolved') AND n.acknowledged_at = '' AND (m.id IS NULL OR e.id IS NULL)
	GROUP BY n.id ORDER BY n.told_at DESC, n.id LIMIT 500`

// AlarmsWaiting counts what a person was told of immediate risks and has not read, and
// reads nothing of them.
func AlarmsWaiting(app core.App, user string) (n int, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT count(DISTINCT timer) FROM notices WHERE "user" = {:u} AND stage IN ('at_once', 'unanswered', 'resolved') AND acknowledged_at = ''`).
		Bind(dbx.Params{"u": user}).Row(&n)
	return n, err
}

// RisksStanding counts the immediate risks that are open on a person's cases, and those that
// they were told of and have not read; and reads nothing of them.
func RisksStanding(app core.App, user string) (n int, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT count(*) FROM (SELECT e.id FROM case_members m JOIN pathway_events e ON e."case" = m."case" AND e.kind = {:kind} AND e.resolved_by = ''
			WHERE m."user" = {:u} AND m.active
		UNION SELECT substr(timer, {:from}) FROM notices WHERE "user" = {:u} AND stage IN ('at_once', 'unanswered', 'resolved') AND acknowledged_at = '')`).
		Bind(dbx.Params{"u": user, "kind": pathway.ImmediateRisk, "from": len(pathway.ImmediateRisk) + 2}).Row(&n)
	return n, err
}

// Acknowledge writes that a person has read what they were told, all of one risk at once;
// taking it on, they come onto its case by that. It answers false for a notice that is not
// theirs, or not there, or acknowledged already.
func Acknowledge(app core.App, actor kernel.Actor, id string, takesOn bool) (done bool, err error) {
	err = kernel.Within(app, actor, func(tx core.App) error {
		first, err := tx.FindRecordById("notices", id)
		if err != nil || first.GetString("user") != actor.User.Id || !first.GetDateTime("acknowledged_at").IsZero() {
			return nil
		}
		all, err := tx.FindAllRecords("notices", dbx.HashExp{"user": actor.User.Id, "timer": first.GetString("timer"), "acknowledged_at": ""})
		if err != nil {
			return err
		}
		for _, r := range all {
			r.Set("acknowledged_at", kernel.Now())
			if takesOn && r.Id == id {
				r.Set("taken_on_at", kernel.Now())
			}
			if err := tx.Save(r.IgnoreUnchangedFields(true)); err != nil {
				return err
			}
		}
		done = true
		return nil
	})
	return done, err
}

// ResolveRisk records that an immediate risk is over: what was done, when, and who was
// spoken to. The engine judges it like any event; one that it refuses stays on the record.
func ResolveRisk(tx core.App, a Alarm, at types.DateTime, how, spokenTo string) error {
	return recordOfRisk(tx, a, pathway.RiskResolved, at, map[string]any{"risk": a.Event, "how": how, "spoken_to": spokenTo})
}

// RaiseAgain raises anew a risk that somebody recorded as over.
func RaiseAgain(tx core.App, a Alarm, what string) error {
	if what == "" {
		return kernel.Wrong("what", "required", "Say what the danger is now.")
	}
	return recordOfRisk(tx, a, pathway.ImmediateRisk, types.NowDateTime(), map[string]any{"what": what, "again": a.Event})
}

func recordOfRisk(tx core.App, a Alarm, kind string, at types.DateTime, data map[string]any) error {
	c, err := tx.FindCachedCollectionByNameOrId("pathway_events")
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	r.Load(map[string]any{"case": a.Case, "pathway": a.Pathway, "kind": kind, "data": data, "occurred_at": at, "recorded_at": types.NowDateTime()})
	if err := tx.Save(r); err != nil {
		return fmt.Errorf("recording %s: %w", kind, err)
	}
	if r.GetString("verdict") != string(pathway.Attempted) {
		return nil
	}
	var reasons []pathway.Reason
	if err := kernel.Decode(r, "reasons", &reasons); err != nil || len(reasons) == 0 {
		return fmt.Errorf("an event refused without a reason: %s, %w", r.Id, err)
	}
	return &tell.Unaccepted{Reasons: reasons}
}
