package partnership

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/pack"
	"holdfast/hooks/tell"
	"holdfast/hooks/workday"
)

// BindActions holds an agreed action to an owner who is on the case, and says it aloud
// when its day is over.
func BindActions(app core.App) {
	kernel.Creating(app, "actions").Bind(kernel.InDomain(ownAction))
	kernel.Updating(app, "actions").Bind(kernel.InDomain(ownAction))
	_ = app.Cron().Add("actions", "*/10 * * * *", func() {
		if err := TellOfActions(app, kernel.Now().Time()); err != nil {
			app.Logger().Error("Telling of agreed actions", "error", err)
		}
	})
}

// ownAction takes nobody for an owner who could not read the action; and what was told of
// it goes when it is done, due another day, or another's.
func ownAction(e *core.RecordEvent) error {
	a := e.Record
	if owner := a.GetString("owner_user"); owner != "" && kernel.Changed(a, "owner_user") {
		if on, err := kernel.IsMember(e.App, a.GetString("case"), owner); err != nil {
			return err
		} else if !on {
			return kernel.Wrong("owner_user", "missing", "There is no such person on this case: add them to it first, or write who it is as text.")
		}
	}
	if err := e.Next(); err != nil || a.Original().Id == "" {
		return err
	}
	told, err := e.App.FindAllRecords("notices", dbx.HashExp{"case": a.GetString("case"), "timer": ofAction(a.Id)})
	if err != nil {
		return err
	}
	for _, r := range told {
		others := r.GetString("stage") == "overdue" && a.GetString("owner_user") != "" && r.GetString("user") != a.GetString("owner_user")
		if a.GetString("done_on") == "" && r.GetString("due_on") == a.GetString("due_on") && !others {
			continue
		}
		if err := e.App.Delete(r); err != nil {
			return fmt.Errorf("taking back notice %s: %w", r.Id, err)
		}
	}
	return nil
}

// ofAction is how a notice names the action that it is about, in place of a clock.
func ofAction(id string) string { return "action/" + id }

// StandIns are who is told of a late action in the place of an owner who is nobody's account:
// who wrote it down, and who leads.
func StandIns(team []tell.Colleague, author string) []string {
	out := append(tell.Audience(team, []string{"lead"}), tell.Pick(team, func(c tell.Colleague) bool { return c.User == author })...)
	slices.Sort(out)
	return slices.Compact(out)
}

// TellOfActions tells of each action whose day is over and that nobody has done: its
// owner, or who wrote it down and who leads where the owner is no account; once the next working day is over
// too, the lead and the manager as well. Each once.
func TellOfActions(app core.App, at time.Time) error {
	var late []struct {
		ID    string `db:"id"`
		Case  string `db:"case"`
		Owner string `db:"owner_user"`
		Due   string `db:"due_on"`
		By    string `db:"author"`
	}
	day := workday.Of(at).String()
	if err := app.ConcurrentDB().NewQuery(`SELECT id, "case", owner_user, due_on, author FROM actions WHERE done_on = '' AND due_on < {:d} ORDER BY due_on, id`).
		Bind(dbx.Params{"d": day}).All(&late); err != nil {
		return err
	}
	var faults []error
	for _, a := range late {
		faults = append(faults, app.RunInTransaction(func(tx core.App) error {
			team, err := tell.TeamOf(tx, a.Case)
			if err != nil {
				return err
			}
			stages := map[string][]string{"overdue": tell.Pick(team, func(c tell.Colleague) bool { return c.User == a.Owner })}
			if len(stages["overdue"]) == 0 {
				stages["overdue"] = StandIns(team, a.By)
			}
			calendar, err := pack.CaseCalendar(tx, a.Case)
			if err != nil {
				return err
			}
			if until, err := calendar.Within(a.Due, 1); err == nil && until < day {
				stages["overdue_2"] = tell.Audience(team, []string{"lead", "manager"})
			}
			for stage, users := range stages {
				for _, user := range users {
					if err := tell.Notify(tx, tell.Notice{User: user, CaseID: a.Case, Timer: ofAction(a.ID), Stage: stage, DueOn: a.Due, At: at}); err != nil {
						return err
					}
				}
			}
			return kernel.AskLater(tx, a.Case, "actions")
		}))
	}
	return errors.Join(faults...)
}
