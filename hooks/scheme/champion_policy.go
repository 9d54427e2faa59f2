package scheme

import (
	"fmt"
	"strings"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/champion"
	"holdfast/hooks/kernel"
)

// BindPolicies holds what an area may decide about its scheme, for every door, and
// who decided it. What is decided holds from today at the earliest: what was counted
// on a day that is past stays as it was counted.
func BindPolicies(app core.App) {
	on := func(noun string, order int, f func(*core.RecordEvent) error) {
		kernel.Creating(app, noun).Bind(&hook.Handler[*core.RecordEvent]{Priority: order, Func: f})
	}
	on("champion_policies", kernel.OrderStamp, decidedBy("decided_by"))
	on("coverage_targets", kernel.OrderStamp, decidedBy("set_by"))
	on("champion_policies", kernel.OrderDomain, fromTodayOn)
	on("coverage_targets", kernel.OrderDomain, fromTodayOn)
	on("champion_policies", kernel.OrderDomain, func(e *core.RecordEvent) error {
		p, err := PolicyOf(e.Record)
		if err != nil {
			return err
		}
		problems := validation.Errors{}
		for field, why := range p.Faults() {
			problems[field] = validation.NewError("out_of_bounds", why)
		}
		if len(problems) > 0 {
			return problems
		}
		return e.Next()
	})
}

func decidedBy(field string) func(*core.RecordEvent) error {
	return func(e *core.RecordEvent) error {
		if p := kernel.ActorOf(e.App).Person(); p != nil {
			e.Record.Set(field, p.Id)
		}
		return e.Next()
	}
}

func fromTodayOn(e *core.RecordEvent) error {
	if kernel.IsServer(e.Record) {
		return e.Next()
	}
	day := e.Record.GetString("from")
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return kernel.Wrong("from", "no_day", "Enter the day from which it holds, such as 2027-04-01.")
	}
	if day < kernel.Now().Time().In(kernel.London).Format(time.DateOnly) {
		return kernel.Wrong("from", "past", "It can hold from today at the earliest: past days stay as they were counted.")
	}
	return e.Next()
}

// Policies are all that were decided about the scheme, in the order in which they
// hold (champion.On).
func Policies(app core.App) ([]champion.Policy, error) {
	var rows []*core.Record
	if err := app.RecordQuery("champion_policies").OrderBy("from", "rowid").All(&rows); err != nil {
		return nil, fmt.Errorf("the scheme's policies: %w", err)
	}
	all := make([]champion.Policy, len(rows))
	for i, r := range rows {
		var err error
		if all[i], err = PolicyOf(r); err != nil {
			return nil, fmt.Errorf("the scheme's policy %s: %w", r.Id, err)
		}
	}
	return all, nil
}

// PolicyOn is the scheme's policy on a civil day.
func PolicyOn(app core.App, day string) (champion.Policy, error) {
	all, err := Policies(app)
	return champion.On(all, day), err
}

// PolicyOf is a record as the engine reads it.
func PolicyOf(r *core.Record) (champion.Policy, error) {
	p := champion.Policy{
		From: r.GetString("from"), ValidMonths: r.GetInt("valid_months"), LinkDays: r.GetInt("link_days"),
		StaffPerChampion: r.GetInt("staff_per_champion"), LeadFrom: r.GetInt("lead_from"), MissedMeetings: r.GetInt("missed_meetings"),
		FirstMeetingMonths: r.GetInt("first_meeting_months"),
	}
	for field, into := range map[string]any{"remind_days": &p.RemindDays, "group_targets": &p.GroupTargets} {
		if s := strings.TrimSpace(r.GetString(field)); s == "" || s == "null" {
			continue
		}
		if err := kernel.Decode(r, field, into); err != nil {
			return p, kernel.Wrong(field, "not_readable", map[string]string{
				"remind_days":   "Give the reminders as a list of whole numbers of days.",
				"group_targets": "Give the targets as whole numbers by the number of their group.",
			}[field])
		}
	}
	return p, nil
}
