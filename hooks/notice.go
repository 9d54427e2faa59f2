package hooks

import (
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/pathway"
)

// bindNotices takes back what a person was told and asked of a case once they are no
// longer on it.
func bindNotices(app core.App) {
	updating(app, "case_members").Bind(&hook.Handler[*core.RecordEvent]{Priority: orderAudit - 1, Func: func(e *core.RecordEvent) error {
		left := e.Record.Original().GetBool("active") && !e.Record.GetBool("active")
		if err := e.Next(); err != nil || !left {
			return err
		}
		return takeBackFrom(e.App, e.Record.GetString("case"), e.Record.GetString("user"))
	}})
}

// colleague is somebody on a case, as far as telling goes.
type colleague struct {
	User       string `db:"user"`
	Role       string `db:"role"`
	Manager    string `db:"manager"`
	SocialCare bool   `db:"social_care"`
}

// tell writes the notices of a pathway's clocks, each person once for each stage of a
// clock and each due day: the unique index says so too.
func tell(tx core.App, p *core.Record, result pathway.Result, at time.Time) error {
	var team []colleague
	for _, t := range result.Timers {
		for _, stage := range t.Telling {
			if len(stage.Tell) == 0 {
				continue
			}
			if team == nil {
				var err error
				if team, err = teamOf(tx, p.GetString("case")); err != nil {
					return err
				}
			}
			for _, user := range audience(team, stage.Tell) {
				if err := notify(tx, notice{user: user, caseID: p.GetString("case"), pathway: p.Id, timer: t.Code, stage: stage.Stage, step: stepOf(result, t.Code), dueOn: t.DueOn, at: at}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// teamOf is everybody on a case.
func teamOf(tx core.App, caseID string) (team []colleague, err error) {
	err = tx.ConcurrentDB().NewQuery(`SELECT m."user", m.role, u.manager, a.kind = 'local_authority_csc' AS social_care
		FROM case_members m JOIN users u ON u.id = m."user" JOIN agencies a ON a.id = m.agency
		WHERE m."case" = {:c} AND m.active AND u.active ORDER BY m."user"`).Bind(dbx.Params{"c": caseID}).All(&team)
	return team, err
}

// stepOf is the first step that a clock still asks for.
func stepOf(result pathway.Result, timer string) string {
	for _, s := range result.Steps {
		if s.Timer == timer && s.Status != pathway.Done && s.Status != pathway.Cancelled {
			return s.Code
		}
	}
	return ""
}

// notice is what one person is told once.
type notice struct {
	user, caseID, pathway     string
	timer, stage, step, dueOn string
	at                        time.Time
	raisedBy, ring            string // of an immediate risk: by whom, and where they are rung up
	again                     bool   // who was told is told once more
}

func notify(tx core.App, n notice) error {
	key := dbx.HashExp{"user": n.user, "pathway": n.pathway, "timer": n.timer, "stage": n.stage, "due_on": n.dueOn}
	if told, err := tx.CountRecords("notices", key); err != nil || told > 0 {
		return err
	}
	c, err := tx.FindCachedCollectionByNameOrId("notices")
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	r.Load(map[string]any{
		"user": n.user, "case": n.caseID, "pathway": n.pathway, "step": n.step, "timer": n.timer,
		"stage": n.stage, "due_on": n.dueOn, "told_at": n.at, "raised_by": n.raisedBy, "ring": n.ring,
	})
	if p, err := tx.FindRecordById("pathways", n.pathway); err == nil {
		r.Set("cycles", p.GetInt("cycles"))
	}
	if err := tx.Save(AsServer(r)); err != nil {
		return fmt.Errorf("telling %s: %w", n.user, err)
	}
	return nil
}

// audience is who of a team is meant by the words of a template. Where nobody is, the
// next who answers for the case is told instead: an overdue step is never told to
// nobody. coordinator_count is a number on a page, and no person.
func audience(team []colleague, words []string) []string {
	var out []string
	for _, word := range words {
		for next := word; next != ""; next = instead[next] {
			if found := means[next](team); len(found) > 0 {
				out = append(out, found...)
				break
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

var instead = map[string]string{
	"service_manager": "manager", "social_care": "manager", "manager": "lead", "practitioner": "lead", "lead": "anybody",
}

var means = map[string]func([]colleague) []string{
	"practitioner": leads, "lead": leads,
	"manager":         lineManagers,
	"service_manager": serviceManagers,
	"social_care": func(team []colleague) []string {
		return pick(team, func(c colleague) bool { return c.SocialCare })
	},
	"anybody":           func(team []colleague) []string { return pick(team, func(colleague) bool { return true }) },
	"coordinator_count": func([]colleague) []string { return nil },
}

func leads(team []colleague) []string {
	return pick(team, func(c colleague) bool { return c.Role == "lead" })
}

// lineManagers are the managers of those who lead, else any manager on the case.
func lineManagers(team []colleague) []string {
	return or(above(team, leads(team)), pick(team, func(c colleague) bool { return c.Role == "manager" }))
}

// serviceManagers are the managers of the line managers.
func serviceManagers(team []colleague) []string { return above(team, lineManagers(team)) }

// above are the managers of some people, as far as they are on the case themselves.
func above(team []colleague, below []string) []string {
	var ids []string
	for _, c := range team {
		if slices.Contains(below, c.User) {
			ids = append(ids, c.Manager)
		}
	}
	return pick(team, func(c colleague) bool { return slices.Contains(ids, c.User) })
}

func or(first, second []string) []string {
	if len(first) > 0 {
		return first
	}
	return second
}

func pick(team []colleague, is func(colleague) bool) []string {
	var ids []string
	for _, c := range team {
		if is(c) {
			ids = append(ids, c.User)
		}
	}
	return ids
}

// StepCount is how many steps of one kind stand open across the partnership.
type StepCount struct {
	Pathway string `db:"pathway"` // the template's title
	Step    string `db:"step"`    // the step's title in the template
	Open    int    `db:"open"`
	DueSoon int    `db:"due_soon"`
	Overdue int    `db:"overdue"`
}

// StepCounts are the numbers a coordinator sees of the pathways (domain 2.3, T7): how
// many steps are open, due soon and overdue, by the titles of the templates alone.
// Restricted cases are left out. Nothing in it names or points at a case.
func StepCounts(app core.App) ([]StepCount, error) {
	var rows []StepCount
	err := app.ConcurrentDB().NewQuery(`SELECT t.title AS pathway, s.title AS step,
			sum(s.status = 'open') AS open, sum(s.status = 'due_soon') AS due_soon, sum(s.status = 'overdue') AS overdue
		FROM pathway_steps s JOIN pathways p ON p.id = s.pathway JOIN pathway_templates t ON t.id = p.template JOIN cases c ON c.id = s."case"
		WHERE NOT p.ended AND NOT c.restricted AND s.status IN ('open', 'due_soon', 'overdue')
		GROUP BY t.title, s.title ORDER BY t.title, min(s.position), s.title`).All(&rows)
	return rows, err
}
