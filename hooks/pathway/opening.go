package pathway

import (
	"slices"
	"time"
)

// opening is the day of the opening as somebody put it right.
type opening struct {
	event string // that did; "" where nobody has
	at    time.Time
	by    string // who opened the pathway
}

// hangless are the kinds that do not rest on the day of the opening: it stands whatever
// becomes of that.
var hangless = []string{opened, dayRight, withdrawn, calendarChanged, attempt, ImmediateRisk, "immediate_risk.resolved", "timer.due_soon", "timer.overdue"}

// putRight finds which corrections of the day of the opening stand, and gives the last. A
// pathway opened with a wrong day is put right by who opened it or a manager, with a
// reason, while nothing hangs on it; an opening that is told afterwards, of another day
// than the pathway's own record, is held to the same.
func putRight(list []entry, c *Case, now time.Time) (o opening) {
	at, by := c.OpenedAt, c.OpenedBy
	if at.IsZero() {
		if i := slices.IndexFunc(list, func(e entry) bool { return e.opens(now) }); i >= 0 {
			at, by = list[i].OccurredAt, list[i].By
		}
	}
	var last *entry
	for i := range list {
		e := &list[i]
		told := e.Kind == opened && !c.OpenedAt.IsZero() && dayOf(e.OccurredAt) != dayOf(c.OpenedAt)
		if e.Kind != dayRight && !told || e.correctedBy != "" || e.objection != "" || len(malformed(e, now)) > 0 {
			continue
		}
		e.objection = mayPutRight(list, e, by, c, now)
		if e.objection == "" && !told && (last == nil || recordedAfter(e.Event, last.Event)) {
			last = e
		}
	}
	if last == nil {
		return opening{}
	}
	day := last.text("opened_on")
	for i := range list {
		if e := &list[i]; e.Kind == opened && e.correctedBy == "" && dayOf(e.OccurredAt) != day {
			e.correctedBy, e.objection = last.ID, ""
		}
	}
	return opening{last.ID, onDay(day, at, happenedAt(last.Event)), by}
}

// mayPutRight says why somebody may not put the day of the opening right, or "".
func mayPutRight(list []entry, e *entry, opener string, c *Case, now time.Time) string {
	day := e.text("opened_on")
	if e.Kind == opened {
		day = dayOf(e.OccurredAt)
	}
	switch {
	case e.By == "" || e.By != opener && !isManager(e.Role):
		return "Whoever opened the pathway, or a manager, puts its day right."
	case day > dayOf(happenedAt(e.Event)):
		return "That day had not come yet: give the day on which the pathway began."
	case c.Begun != "" && day < c.Begun:
		return "The case was opened later than this: give the day on which its pathway began."
	}
	for i := range list {
		if o := &list[i]; !slices.Contains(hangless, o.Kind) && o.correctedBy == "" && o.objection == "" && cameBefore(o.Event, e.Event) && len(malformed(o, now)) == 0 {
			return "Other things have been recorded since, and their days count from this opening. A manager cancels the pathway as opened in error; then open it anew."
		}
	}
	return ""
}

// cameBefore goes by when the server had the two, for what a phone sends late did not
// hang on anything when it was not yet here; what it has not sent comes last.
func cameBefore(a, b *Event) bool {
	switch x, y := a.ReceivedAt, b.ReceivedAt; {
	case x.Equal(y):
		return recorded(a).Before(recorded(b))
	case x.IsZero() || y.IsZero():
		return !x.IsZero()
	default:
		return x.Before(y)
	}
}

// onDay is the same time on another day, and not after an instant.
func onDay(day string, at, until time.Time) time.Time {
	start, err := startOf(day)
	if err != nil {
		return until
	}
	if !at.IsZero() {
		at = at.In(london)
		start = time.Date(start.Year(), start.Month(), start.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), london)
	}
	if start.After(until) {
		return until
	}
	return start
}
