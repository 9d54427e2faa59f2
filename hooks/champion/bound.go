package champion

import (
	"fmt"
	"slices"
)

// TargetGroups are the target groups of the training strategy, by number (domain 1.1b).
var TargetGroups = []string{"1", "2", "3", "4", "5", "6", "7", "8"}

// Bound is the least and the most that a number of a policy may be.
type Bound struct{ Least, Most int }

// Bounds are what a policy can say, by the record's field. A link that works for
// months is a key that lies about; more than a few reminders are noise.
var Bounds = map[string]Bound{
	"valid_months": {1, 60}, "link_days": {1, 60}, "staff_per_champion": {1, 10_000}, "lead_from": {1, 100}, "missed_meetings": {0, 12}, "first_meeting_months": {0, 24},
}

// Limits of the lists in a policy.
const (
	mostReminders = 6
	mostWanted    = 10_000
)

// Faults are what is wrong with a policy as somebody wrote it, by the record's field.
func (p Policy) Faults() map[string]string {
	faults := map[string]string{}
	for field, n := range map[string]int{"valid_months": p.ValidMonths, "link_days": p.LinkDays, "staff_per_champion": p.StaffPerChampion,
		"lead_from": p.LeadFrom, "missed_meetings": p.MissedMeetings, "first_meeting_months": p.FirstMeetingMonths} {
		if b := Bounds[field]; n < b.Least || n > b.Most {
			faults[field] = fmt.Sprintf("Enter a whole number from %d to %d.", b.Least, b.Most)
		}
	}
	if why := p.remindFault(); why != "" {
		faults["remind_days"] = why
	}
	for g, n := range p.GroupTargets {
		if !slices.Contains(TargetGroups, g) || n < 0 || n > mostWanted {
			faults["group_targets"] = fmt.Sprintf("A target is a whole number from 0 to %d, for a group from 1 to 8.", mostWanted)
		}
	}
	return faults
}

// remindFault: a reminder lies within the time that it reminds of the end of.
func (p Policy) remindFault() string {
	longest := p.ValidMonths * 28
	switch n := len(p.RemindDays); {
	case n == 0 || n > mostReminders:
		return fmt.Sprintf("Enter one to %d reminders.", mostReminders)
	case slices.Min(p.RemindDays) < 1:
		return "A reminder comes at least one day before the end."
	case p.ValidMonths > 0 && slices.Max(p.RemindDays) >= longest:
		return fmt.Sprintf("A reminder comes less than %d days before the end: an agreement lasts no longer.", longest)
	case len(slices.Compact(slices.Sorted(slices.Values(p.RemindDays)))) < n:
		return "Each reminder has a day of its own."
	}
	return ""
}
