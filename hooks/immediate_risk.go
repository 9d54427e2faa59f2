package hooks

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/pathway"
	"holdfast/hooks/workday"
)

// Risk is an immediate risk as far as telling goes: which event says it, of which case
// and pathway, by whom, and when the server heard of it. One that waits for its pathway
// has none yet; one whose case its author may not write on has no case.
type Risk struct {
	Event, Case, Pathway, Author string
	At                           time.Time
}

// TellAtOnce tells those who answer for a case of an immediate risk as it comes, each
// of every one, and of each once, however often and by whatever way it comes: it waits
// for no clock, and no template says otherwise (guard G12). Where there is no case, its
// author's own manager is told, who sees what came of it. Whom it is told to besides,
// by telephone first, is the phone's to show.
func TellAtOnce(tx core.App, r Risk) error {
	to, err := r.audience(tx)
	if err != nil {
		return err
	}
	for _, user := range to {
		if err := r.tell(tx, user); err != nil {
			return err
		}
	}
	return nil
}

func (r Risk) audience(tx core.App) (to []string, err error) {
	if r.Case == "" {
		err = Query(tx, `SELECT m.id FROM users u JOIN users m ON m.id = u.manager WHERE u.id = {:u} AND m.active AND m.id != u.id`).
			Bind(dbx.Params{"u": r.Author}).Column(&to)
		return to, err
	}
	team, err := teamOf(tx, r.Case)
	if err != nil {
		return nil, err
	}
	team = slices.DeleteFunc(team, func(c colleague) bool { return c.User == r.Author })
	if to = audience(team, []string{"lead", "manager", "social_care"}); len(to) == 0 {
		to = means["anybody"](team)
	}
	return to, nil
}

// tell writes the notice, or what the one written before could not say yet: the
// pathway, and the case.
func (r Risk) tell(tx core.App, user string) error {
	timer := pathway.ImmediateRisk + "/" + r.Event
	told, err := tx.FindRecordsByFilter("notices", `user = {:u} && timer = {:t} && stage = 'at_once' && (case = {:c} || case = '')`, "", 1, 0,
		dbx.Params{"u": user, "t": timer, "c": r.Case})
	if err != nil {
		return err
	}
	if len(told) == 0 {
		return notify(tx, notice{user, r.Case, r.Pathway, timer, "at_once", "", workday.Of(r.At).String(), r.At})
	}
	for name, id := range map[string]string{"case": r.Case, "pathway": r.Pathway} {
		if id != "" {
			told[0].Set(name, id)
		}
	}
	if err := saveChanged(tx, told[0]); err != nil {
		return fmt.Errorf("telling %s where: %w", user, err)
	}
	return nil
}

// Alarm is an immediate risk that a person was told of and has not yet said they read.
type Alarm struct {
	ID        string         `db:"id"` // of the notice
	ToldAt    types.DateTime `db:"told_at"`
	Case      string         `db:"case"`
	Reference string         `db:"reference"` // of the case; empty where it has not arrived
	Waits     bool           `db:"waits"`     // what was recorded is kept back, and not yet an event
	Data      string         `db:"data"`
	By        string         `db:"by"`
	Agency    string         `db:"agency"`
	What      string         // in its author's words
}

// Alarms are the immediate risks that a person was told of and has not acknowledged, the
// latest first. What is kept back is read from the copy that the case has, or, where there
// is no case, from the record of somebody whose manager they are. The audit has its line
// before anything is shown.
func Alarms(app core.App, actor Actor) (all []Alarm, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT n.id, n.told_at, n."case", coalesce(c.reference, '') AS reference, e.id IS NULL AS waits,
			coalesce(e.data, f.content->>'$.set.data', '') AS data, coalesce(u.name, '') AS by, coalesce(a.name, '') AS agency
		FROM notices n LEFT JOIN cases c ON c.id = n."case"
			LEFT JOIN pathway_events e ON e.id = substr(n.timer, {:from}) AND e."case" = n."case"
			LEFT JOIN sync_refusals f ON e.id IS NULL AND f.record = substr(n.timer, {:from}) AND f.collection = 'pathway_events'
				AND (f.handover AND f."case" = n."case" OR n."case" = '' AND NOT f.handover AND f."user" IN (SELECT id FROM users WHERE manager = n."user"))
			LEFT JOIN users u ON u.id = coalesce(e.author, f."user") LEFT JOIN agencies a ON a.id = u.agency
		WHERE n."user" = {:u} AND n.stage = 'at_once' AND n.acknowledged_at = '' GROUP BY n.id ORDER BY n.told_at DESC, n.id LIMIT 500`).
		Bind(dbx.Params{"u": actor.User.Id, "from": len(pathway.ImmediateRisk) + 2}).All(&all)
	if err != nil {
		return nil, fmt.Errorf("the risks that somebody was told of: %w", err)
	}
	counts := map[string]int{}
	for i := range all {
		var data struct {
			What string `json:"what"`
		}
		if json.Unmarshal([]byte(all[i].Data), &data) == nil { // another form of it has no words to show
			all[i].What = data.What
		}
		if all[i].Case != "" {
			counts[all[i].Case]++
		}
	}
	var entries []Entry
	for id, n := range counts {
		entries = append(entries, Entry{Verb: "read", Collection: "pathway_events", Case: id, Count: n})
	}
	return all, AuditRead(app, actor, entries...)
}

// AlarmsWaiting counts them, and reads nothing of them.
func AlarmsWaiting(app core.App, user string) (int, error) {
	n, err := app.CountRecords("notices", dbx.HashExp{"user": user, "stage": "at_once", "acknowledged_at": ""})
	return int(n), err
}

// Acknowledge writes that a person has read what they were told. It answers false for a
// notice that is not theirs, or not there, or acknowledged already.
func Acknowledge(app core.App, actor Actor, id string) (done bool, err error) {
	err = Within(app, actor, func(tx core.App) error {
		r, err := tx.FindRecordById("notices", id)
		if err != nil || r.GetString("user") != actor.User.Id || !r.GetDateTime("acknowledged_at").IsZero() {
			return nil
		}
		r.Set("acknowledged_at", now())
		done = true
		return tx.Save(r.IgnoreUnchangedFields(true))
	})
	return done, err
}
