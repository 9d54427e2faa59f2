package pathway

import (
	"cmp"
	"slices"
	"time"
)

// readTimers gives the clocks that have started, in the order of the template.
func (l *ledger) readTimers(now time.Time) []Timer {
	list := make([]Timer, 0, len(l.timers))
	for i := range l.timers {
		k, rule := &l.timers[i], &l.t.Timers[i]
		if !k.running {
			continue
		}
		timer := Timer{
			Code: rule.Code, Title: rule.Title, StartedOn: dayOf(k.start), StartedBy: k.by,
			Tell: rule.Tell, Proposes: rule.Proposes,
		}
		timer.DueOn, timer.DueAt, timer.Fault = l.due(i)
		timer.CalendarVersion, timer.Calendar = l.calendarOf(k).Version(), keyOf(l.calendarOf(k))
		timer.Status = l.timerStatus(i, now)
		timer.Telling = l.telling(i, timer.Status, now)
		list = append(list, timer)
	}
	return list
}

func (l *ledger) timerStatus(i int, now time.Time) Status {
	k, asked, steps := &l.timers[i], false, 0
	for s := range l.t.Steps {
		if l.t.Steps[s].Timer != l.t.Timers[i].Code || !l.steps[s].created {
			continue
		}
		steps++
		asked = asked || l.steps[s].doneBy == "" && l.asked(s)
	}
	switch {
	case steps > 0 && l.allDone(i):
		return Done
	case l.at().Ends != "":
		return Cancelled
	case steps > 0 && !asked:
		return Paused
	case k.stopped:
		return Stopped
	}
	return l.urgency(i, now)
}

// urgency is how near the end of its time a running clock is.
func (l *ledger) urgency(i int, now time.Time) Status {
	_, at, _ := l.due(i)
	if at.IsZero() {
		return Open
	}
	soon := time.Duration(l.t.DueSoonHours) * time.Hour
	if l.t.Timers[i].Due.Hours != nil { // for a limit in hours at most its last half
		soon = min(soon, at.Sub(l.timers[i].start)/2)
	}
	switch {
	case now.After(at):
		return Overdue
	case !now.Before(at.Add(-soon)):
		return DueSoon
	}
	return Open
}

// asked says whether a step is asked for in the present state.
func (l *ledger) asked(s int) bool {
	in := l.t.index.onlyIn[s]
	return in == nil || in[l.state]
}

// readSteps gives the steps asked for so far, in the order of the template.
func (l *ledger) readSteps(now time.Time) []Step {
	list := make([]Step, 0, len(l.steps))
	for i := range l.steps {
		task, rule := &l.steps[i], &l.t.Steps[i]
		if !task.created {
			continue
		}
		step := Step{Code: rule.Code, Title: rule.Title, Position: i + 1, Timer: rule.Timer, Status: Open}
		timer, timed := l.t.index.timer[rule.Timer]
		running := timed && l.timers[timer].running && !l.timers[timer].stopped
		if running {
			step.DueOn, step.DueAt, _ = l.due(timer)
			step.CalendarVersion, step.Calendar = l.calendarOf(&l.timers[timer]).Version(), keyOf(l.calendarOf(&l.timers[timer]))
		}
		if task.doneBy != "" && task.was != nil {
			step.DueOn, step.DueAt = task.was.dueOn, task.was.dueAt
			step.CalendarVersion, step.Calendar = l.calendarOf(task.was).Version(), keyOf(l.calendarOf(task.was))
		}
		switch {
		case task.doneBy != "":
			step.does(task)
		case task.over != "" || l.at().Ends != "" || !l.asked(i):
			step.Status, step.DueOn, step.DueAt, step.Because = Cancelled, "", time.Time{}, cmp.Or(task.over, l.notAsked())
		case running:
			step.Status = l.urgency(timer, now)
		}
		list = append(list, step)
	}
	return l.readLeft(list)
}

func (s *Step) does(t *task) {
	s.Status, s.DoneOn, s.DoneBy = Done, cmp.Or(t.doneOn, dayOf(t.doneAt)), t.doneBy
}

// notAsked says why no step is asked for where the pathway is now.
func (l *ledger) notAsked() string {
	switch at := l.at(); at.Ends {
	case "":
		return "Not asked for while the pathway is at “" + at.Title + "”."
	case "cancelled":
		return "The pathway was cancelled."
	default:
		return "The pathway has ended."
	}
}

// Kept are the steps that a store holds after this reading, where it held some before:
// each as it is read here, and those that nothing asks for any more as cancelled. What was
// held before has no other part in it: a history has one list of steps.
func (r *Result) Kept(before []string) []Step {
	all := slices.Clone(r.Steps)
	for _, code := range before {
		if !slices.ContainsFunc(r.Steps, func(s Step) bool { return s.Code == code }) {
			why := cmp.Or(houseOver[code], "Nothing asks for it any more: what it came from was withdrawn, or is over.")
			all = append(all, Step{Code: code, Status: Cancelled, Because: why})
		}
	}
	return all
}

// readLeft adds, behind those of the present version, the steps that only an earlier
// one asked for: what was done stays done, and the rest says why nobody does it.
func (l *ledger) readLeft(list []Step) []Step {
	for i := range l.left {
		s := &l.left[i]
		step := Step{Code: s.Code, Title: s.Title, Position: len(l.t.Steps) + i + 1, Timer: s.Timer, Status: Cancelled}
		if s.doneBy != "" {
			step.does(&s.task)
			if s.was != nil {
				step.DueOn, step.DueAt = s.was.dueOn, s.was.dueAt
				step.CalendarVersion, step.Calendar = l.calendarOf(s.was).Version(), keyOf(l.calendarOf(s.was))
			}
		} else {
			step.Because = "The version of the pathway that this one moved to does not ask for it."
		}
		list = append(list, step)
	}
	return list
}
