package tell

import (
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
)

// BindNotices takes back what a person was told and asked of a case once they are no
// longer on it.
func BindNotices(app core.App) {
	kernel.Updating(app, "case_members").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderAudit - 1, Func: func(e *core.RecordEvent) error {
		left := e.Record.Original().GetBool("active") && !e.Record.GetBool("active")
		if err := e.Next(); err != nil || !left {
			return err
		}
		if err := takeBackFrom(e.App, e.Record.GetString("case"), e.Record.GetString("user")); err != nil {
			return err
		}
		return turnRestricted(e.App, e.Record.GetString("case"))
	}})
	kernel.Creating(app, "case_members").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderAudit - 1, Func: func(e *core.RecordEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		return turnRestricted(e.App, e.Record.GetString("case"))
	}})
	kernel.Updating(app, "users").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderAudit - 1, Func: func(e *core.RecordEvent) error {
		manager := kernel.Changed(e.Record, "manager")
		if err := e.Next(); err != nil || !manager {
			return err
		}
		return turnRefusedBy(e.App, e.Record.Id)
	}})
}

// Colleague is somebody on a case, as far as telling goes.
type Colleague struct {
	User       string           `db:"user"`
	Part       collections.Part `db:"role"`
	Manager    string           `db:"manager"`
	SocialCare bool             `db:"social_care"`
}

// Tell writes the notices of a pathway's clocks, each person once for each stage of a
// clock and each due day: the unique index says so too.
func Tell(tx core.App, p *core.Record, result pathway.Result, at time.Time) error {
	var team []Colleague
	for _, t := range result.Timers {
		for _, stage := range t.Telling {
			if len(stage.Tell) == 0 {
				continue
			}
			if team == nil {
				var err error
				if team, err = TeamOf(tx, p.GetString("case")); err != nil {
					return err
				}
			}
			for _, user := range Audience(team, stage.Tell) {
				if err := Notify(tx, Notice{User: user, CaseID: p.GetString("case"), Pathway: p.Id, Timer: t.Code, Stage: stage.Stage, Step: stepOf(result, t.Code), DueOn: t.DueOn, At: at}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// TeamOf is everybody on a case.
func TeamOf(tx core.App, caseID string) (team []Colleague, err error) {
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

// Notice is what one person is told once.
type Notice struct {
	User, CaseID, Pathway     string
	Timer, Stage, Step, DueOn string
	At                        time.Time
	RaisedBy, Ring            string // of an immediate risk: by whom, and where they are rung up
	Again                     bool   // who was told is told once more
}

func Notify(tx core.App, n Notice) error {
	key := dbx.HashExp{"user": n.User, "pathway": n.Pathway, "timer": n.Timer, "stage": n.Stage, "due_on": n.DueOn}
	if told, err := tx.CountRecords("notices", key); err != nil || told > 0 {
		return err
	}
	c, err := tx.FindCachedCollectionByNameOrId("notices")
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	r.Load(map[string]any{
		"user": n.User, "case": n.CaseID, "pathway": n.Pathway, "step": n.Step, "timer": n.Timer,
		"stage": n.Stage, "due_on": n.DueOn, "told_at": n.At, "raised_by": n.RaisedBy, "ring": n.Ring,
	})
	if p, err := tx.FindRecordById("pathways", n.Pathway); err == nil {
		r.Set("cycles", p.GetInt("cycles"))
	}
	if err := tx.Save(kernel.AsServer(r)); err != nil {
		return fmt.Errorf("telling %s: %w", n.User, err)
	}
	return nil
}

// Audience is who of a team is meant by the words of a template. Where nobody is, the
// next who answers for the case is told instead: an overdue step is never told to
// nobody. coordinator_count is a number on a page, and no person.
func Audience(team []Colleague, words []string) []string {
	var out []string
	for _, word := range words {
		for next := word; next != ""; next = instead[next] {
			if found := Means[next](team); len(found) > 0 {
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

var Means = map[string]func([]Colleague) []string{
	"practitioner": leads, "lead": leads,
	"manager":         LineManagers,
	"service_manager": serviceManagers,
	"social_care": func(team []Colleague) []string {
		return Pick(team, func(c Colleague) bool { return c.SocialCare })
	},
	"anybody":           func(team []Colleague) []string { return Pick(team, func(Colleague) bool { return true }) },
	"coordinator_count": func([]Colleague) []string { return nil },
}

func leads(team []Colleague) []string {
	return Pick(team, func(c Colleague) bool { return c.Part.IsLead() })
}

// LineManagers are the managers of those who lead, else any manager on the case.
func LineManagers(team []Colleague) []string {
	return Or(above(team, leads(team)), Pick(team, func(c Colleague) bool { return c.Part.IsManager() }))
}

// serviceManagers are the managers of the line managers.
func serviceManagers(team []Colleague) []string { return above(team, LineManagers(team)) }

// above are the managers of some people, as far as they are on the case themselves.
func above(team []Colleague, below []string) []string {
	var ids []string
	for _, c := range team {
		if slices.Contains(below, c.User) {
			ids = append(ids, c.Manager)
		}
	}
	return Pick(team, func(c Colleague) bool { return slices.Contains(ids, c.User) })
}

func Or(first, second []string) []string {
	if len(first) > 0 {
		return first
	}
	return second
}

func Pick(team []Colleague, is func(Colleague) bool) []string {
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
