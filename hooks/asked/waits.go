package asked

import (
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/pathway"
	"holdfast/hooks/risk"
	"holdfast/hooks/tell"
)

// Wait is how much of one kind waits for a person: numbers and days alone, nothing of a
// case.
type Wait struct {
	Kind    string `db:"kind"` // of a request, or risk, or overdue
	Count   int    `db:"n"`
	Soonest string `db:"soonest"` // the day by which the first of them is due; empty without one
	Late    int    `db:"late"`    // how many are past their day
	Words   string // "questions to answer about ending work"
}

// The kinds that are no requests.
const (
	RiskWaits    = "risk"    // an immediate risk that they were told of and have not read
	OverdueWaits = "overdue" // a step of theirs, or of their people, whose day is over
	DueWaits     = "due"     // and one that is due today
	NewsWaits    = "news"    // what they were told beside, and have not read: of others' actions that are late, of what turned
)

// ofRisk is which notices are of an immediate risk, as SQL: those are told, and mailed, in
// their own way.
const ofRisk = `stage IN ('at_once', 'unanswered', 'resolved')`

// news is which notices those are, as SQL: neither a risk, nor of a step, nor of what the
// person is asked for themselves.
const news = `acknowledged_at = '' AND NOT ` + ofRisk + ` AND NOT ` + tell.OfClock + `
	AND NOT EXISTS (SELECT 1 FROM requests r WHERE r."user" = notices."user" AND r.standing = 'waiting' AND notices.timer = 'action/' || r.record)`

// plainly are those of the kinds that are no requests.
var plainly = map[string][2]string{
	RiskWaits:    {"immediate risk to read", "immediate risks to read"},
	OverdueWaits: {"overdue step", "overdue steps"},
	DueWaits:     {"step due today", "steps due today"},
	NewsWaits:    {"thing to read", "things to read"},
}

// Waits are all that waits for a person on a day, in the order in which a list shows it:
// risks first, then what is overdue, then what they are asked for.
func Waits(app core.App, user, day string) ([]Wait, error) {
	var all []Wait
	db := app.ConcurrentDB()
	risks, err := risk.AlarmsWaiting(app, user)
	if err != nil {
		return nil, err
	}
	all = append(all, Wait{Kind: RiskWaits, Count: risks})
	steps, err := stepsOf(app, user, day)
	if err != nil {
		return nil, err
	}
	due := Wait{Kind: DueWaits}
	late := Wait{Kind: OverdueWaits}
	for _, s := range steps {
		w := &late
		if s.Status != string(pathway.Overdue) {
			w = &due
		}
		w.Count++
		if w.Soonest == "" || s.DueOn < w.Soonest {
			w.Soonest = s.DueOn
		}
	}
	late.Late = late.Count
	var asks []Wait
	if err := db.NewQuery(`SELECT kind, count(*) AS n, coalesce(min(nullif(due_on, '')), '') AS soonest, coalesce(sum(due_on != '' AND due_on < {:d}), 0) AS late
		FROM requests WHERE "user" = {:u} AND standing = 'waiting' GROUP BY kind`).Bind(dbx.Params{"u": user, "d": day}).All(&asks); err != nil {
		return nil, err
	}
	for _, a := range askings {
		if n := slices.IndexFunc(asks, func(w Wait) bool { return w.Kind == a.kind }); n >= 0 {
			all = append(all, asks[n])
		}
	}
	all = slices.Insert(all, 1, late, due)
	told := Wait{Kind: NewsWaits}
	if err := db.NewQuery(`SELECT count(*) FROM notices WHERE "user" = {:u} AND ` + news).Bind(dbx.Params{"u": user}).Row(&told.Count); err != nil {
		return nil, err
	}
	all = append(all, told)
	all = slices.DeleteFunc(all, func(w Wait) bool { return w.Count == 0 })
	for i := range all {
		all[i].Words = wordsOf(all[i].Kind, all[i].Count)
	}
	return all, nil
}

// wordsOf are a kind in words, for one of it or more.
func wordsOf(kind string, n int) string {
	both := plainly[kind]
	if a := askingOf[kind]; a != nil {
		both = [2]string{a.one, a.many}
	}
	if n == 1 {
		return both[0]
	}
	return both[1]
}

// stepDue is a step of a pathway that is late or due today.
type stepDue struct {
	ID     string `db:"id"`
	Case   string `db:"case"`
	Title  string `db:"title"`
	DueOn  string `db:"due_on"`
	Status string `db:"status"`
}

// stepsOf are the steps whose day is over, and those whose day it is, of the families that
// a person leads or manages: whoever only works beside them is asked by a request.
func stepsOf(app core.App, user, day string) (all []stepDue, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT s.id, s."case", s.title, s.due_on, s.status FROM case_members m
			JOIN pathway_steps s ON s."case" = m."case" JOIN pathways p ON p.id = s.pathway
		WHERE m."user" = {:u} AND m.active AND m.role IN ('lead', 'manager') AND NOT p.ended
			AND (s.status = 'overdue' OR s.status IN ('open', 'due_soon') AND s.due_on = {:d})
		ORDER BY s.due_on, s.id`).Bind(dbx.Params{"u": user, "d": day}).All(&all)
	return all, err
}
