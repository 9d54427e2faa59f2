package pathway

import "time"

// result reads the ledger out at an instant.
func (l *ledger) result(now time.Time) Result {
	at := l.at()
	r := Result{
		State: at.Key, StateTitle: at.Title, Since: l.since, OpenedOn: l.openedOn, OpenedAt: l.opened, Ended: at.Ends != "",
		Threshold: l.standing(), Outcome: l.at().Outcome,
		Disputed: len(l.disputes) > 0, ImmediateRisk: len(l.risks) > 0, Missed: l.missed.count,
		Steps: []Step{}, Timers: []Timer{}, Letters: l.issues(now), Seen: l.seenOn(),
	}
	for _, d := range l.told.held {
		if grave(d) > 0 {
			r.Held = append(r.Held, *d)
		}
	}
	if l.openedOn != "" {
		l.derive(dayOf(now))
		l.askOfJoined(now)
		r.Timers = l.readTimers(now)
		r.Steps = l.readSteps(now)
	}
	l.ask(&r, now)
	r.Allowed = l.allowed(now)
	r.Waiting, r.Template = l.waiting(now), l.movedTo
	r.Cycles, r.Adults = l.course.cycles, l.adults()
	if !r.Ended {
		r.Alongside = l.beside(dayOf(now))
	}
	return r
}

// HoldsCase says whether a case is not closed over its pathway, and is opened again where it
// was: one that has not ended, or a danger that is not over.
func (r Result) HoldsCase() bool { return !r.Ended || r.ImmediateRisk }

// beside is what should run at the same time as this pathway, and why: while social care
// has a plan or an enquiry, one missed contact is enough to make sure of the child (G10).
func (l *ledger) beside(day string) (list []Beside) {
	why := ""
	switch plan, enquiry := l.c.CPPlan.on(day), l.c.Section47.on(day); {
	case plan && enquiry:
		why = "A child protection plan and a section 47 enquiry are open"
	case plan:
		why = "A child protection plan is open"
	case enquiry:
		why = "A section 47 enquiry is open"
	default:
		return nil
	}
	if n := l.missed.count; n > 0 {
		why += ", and " + number(n, "contact was", "contacts were") + " missed"
	}
	for _, a := range l.t.Alongside {
		list = append(list, Beside{a.Template, a.Title, why + "."})
	}
	return list
}

// derive starts the clocks that follow from what is so rather than from an event:
// when a child was last seen (T9), the stage of a dispute (T12), a plan or an
// enquiry that is open (G10).
func (l *ledger) derive(day string) {
	for i := range l.t.Timers {
		switch starts := &l.t.Timers[i].Starts; {
		case starts.LastSeen:
			l.deriveUnseen(i, day)
		case starts.Dispute:
			l.deriveDispute(i)
		case starts.Statutory:
			l.deriveStatutory(i)
		}
	}
}

// deriveUnseen: of those who can be seen today, the one longest unseen.
func (l *ledger) deriveUnseen(i int, today string) {
	oldest := ""
	for c := range l.c.Children {
		child := &l.c.Children[c]
		if !child.Seeable(today) {
			continue
		}
		day := l.seenOrSince(child, "")
		if oldest == "" || day < oldest {
			oldest = day
		}
	}
	if at, err := startOf(oldest); err == nil {
		l.start(i, at, "")
	}
}

// seenOrSince is the day on which a child was last seen; of one whom nobody saw, that since
// which they could be, at the least. The word of one person can be left out.
func (l *ledger) seenOrSince(child *Child, but string) string {
	return child.SeenOrSince(l.lastSeenBut(child, but), l.openedOn)
}

func (l *ledger) deriveDispute(i int) {
	rule, k := &l.t.Timers[i], &l.timers[i]
	if len(l.disputes) == 0 {
		if l.has("dispute.opened") { // resolved: the step is done by what resolved it
			*k = clock{running: true, start: l.opened, counted: true}
			for _, s := range l.t.index.stepsOf[i] {
				l.create(s, l.opened, "")
				l.steps[s].doneAt, l.steps[s].doneBy = l.steps[s].lastAt, l.steps[s].lastBy
			}
		}
		return
	}
	for d := range l.disputes {
		open := &l.disputes[d]
		due := rule.Due
		if open.urgent {
			due = Due{Hours: &dayAndNight}
		}
		on, at, fault := l.dueFrom(&due, open.at, open.stage)
		if d == 0 || !at.IsZero() && at.Before(k.dueAt) {
			*k = clock{running: true, start: open.at, by: open.by, dueOn: on, dueAt: at, fault: fault, counted: true}
		}
	}
	for _, s := range l.t.index.stepsOf[i] {
		last := l.steps[s]
		l.steps[s] = task{created: true, start: k.start, by: k.by, lastAt: last.lastAt, lastBy: last.lastBy}
	}
}

func (l *ledger) deriveStatutory(i int) {
	at := time.Time{}
	for _, f := range []Flag{l.c.CPPlan, l.c.Section47} {
		if !f.Open {
			continue
		}
		from := l.opened
		if since, err := startOf(f.Since); err == nil && since.After(from) {
			from = since
		}
		if at.IsZero() || from.Before(at) {
			at = from
		}
	}
	if !at.IsZero() {
		l.start(i, at, "")
		return
	}
	if len(l.c.CPPlan.Was)+len(l.c.Section47.Was) == 0 {
		return
	}
	for _, s := range l.t.index.stepsOf[i] { // it was asked for, and what was done about it stays
		l.create(s, l.opened, "")
		l.steps[s].over = "No child protection plan and no enquiry is open any more."
	}
}

func (l *ledger) issues(now time.Time) []Issue {
	list := make([]Issue, 0, len(l.order))
	today := dayOf(now)
	for _, f := range l.order {
		if f.key == "" {
			continue
		}
		i := Issue{LetterID: f.id, Letter: f.key, Status: "draft"}
		switch {
		case f.returned:
			i.Status, i.IssuedOn = "returned", dayOf(f.issued)
		case !f.issued.IsZero():
			i.Status, i.IssuedOn = "issued", dayOf(f.issued)
			if i.DeemedOn, _ = l.deemed(f); i.DeemedOn != "" && i.DeemedOn <= today {
				i.Status = "deemed"
			}
		case f.approved:
			i.Status = "approved"
		case f.rejected:
			i.Status = "rejected"
		}
		list = append(list, i)
	}
	if len(list) == 0 {
		return nil
	}
	return list
}
