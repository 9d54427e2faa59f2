package pathway

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// telling is who is to know of a clock by now: whoever works on it when it is due
// soon, those its rule names when it is overdue, and more when it stays so.
func (l *ledger) telling(i int, status Status, now time.Time) []Telling {
	rule, k := &l.t.Timers[i], &l.timers[i]
	switch status {
	case DueSoon:
		return []Telling{{"due_soon", []string{"practitioner"}}}
	case Overdue:
	default:
		return nil
	}
	list := []Telling{{"overdue", rule.Tell}}
	for n, later := range rule.Then {
		day, err := l.calendarOf(k).Within(k.dueOn, later.WorkingDays)
		if err != nil {
			continue
		}
		if end, err := endOf(day); err == nil && now.After(end) {
			list = append(list, Telling{fmt.Sprintf("overdue_%d", n+2), later.Tell})
		}
	}
	return list
}

// waiting is what waits for somebody other than its author to approve it.
func (l *ledger) waiting(now time.Time) []Waiting {
	if l.at().Ends != "" {
		return l.waitsConfirmed()
	}
	list := make([]Waiting, 0, len(l.order)+len(l.moves)+2)
	if p := l.proposal; p != nil && l.inPlace("closure.approved") {
		s := &scene{ledger: l, now: now}
		missing, _ := s.unanswered(p)
		w := Waiting{
			Act: "closure.approved", Event: p.id, By: p.by, Since: p.at, Reason: p.reason, Missing: missing, Items: l.closingItems(), NotSeen: s.handedOverUnseen(),
		}
		if c := l.closingCheck("agencies_answered"); c != nil {
			w.Over, _, w.DueOn = l.over(c.With.Timer, now)
		}
		list = append(list, w)
	}
	if a := l.assessed; a != nil && !a.signed {
		list = append(list, Waiting{Act: "risk_assessment.signed_off", Event: a.id, By: a.by, Since: a.at})
	}
	for _, f := range l.order {
		if f.drafted != nil && !f.approved && !f.rejected && f.issued.IsZero() {
			list = append(list, Waiting{Act: "letter.approved", Event: f.drafted.ID, By: f.drafted.By, Since: l.moment(f.drafted), LetterID: f.id, Letter: f.key})
		}
	}
	for _, id := range sortedKeys(l.moves) {
		list = append(list, Waiting{Act: moved, Event: id, By: l.moves[id].by, Since: l.moves[id].at})
	}
	if len(list) == 0 {
		return nil
	}
	return list
}

// waitsConfirmed is an ending over an objection that came late; it is about the approval.
func (l *ledger) waitsConfirmed() []Waiting {
	if l.against.late == nil || l.against.confirmed != nil {
		return nil
	}
	return []Waiting{{Act: closureConfirmed, Event: l.against.by.ID, By: l.against.late.By, Since: l.against.late.ReceivedAt, Missing: []string{l.against.late.Agency}}}
}

// handedOverUnseen is which children nobody has seen for long, where social care is to lead.
func (s *scene) handedOverUnseen() []string {
	if !s.handsOver() {
		return nil
	}
	for _, a := range s.t.index.acts["closure.approved"] {
		for _, c := range s.t.Events[a].Guards {
			if c.Name == "nothing_open" && c.With.Days > 0 {
				return s.unseenSaid(c.With.Days)
			}
		}
	}
	return nil
}

// inPlace says whether the table has a row for a kind of event here.
func (l *ledger) inPlace(kind string) bool {
	return slices.ContainsFunc(l.t.index.acts[kind], func(a int) bool { return len(l.t.index.rows[l.state][a]) > 0 })
}

// closingItems is what the checklist of this template asks the day of.
func (l *ledger) closingItems() []string {
	if c := l.closingCheck("closing_checklist"); c != nil {
		return c.With.Items
	}
	return nil
}

// closingCheck is a guard that this template sets before the approval of a closing.
func (l *ledger) closingCheck(name string) *Check {
	for _, a := range l.t.index.acts["closure.approved"] {
		for i := range l.t.Events[a].Guards {
			if c := &l.t.Events[a].Guards[i]; c.Name == name {
				return c
			}
		}
	}
	return nil
}

// Countersigns says whether a letter of this word is sent only once a manager who did
// not write it has approved it, whatever its kind asks for by itself.
func (t *Template) Countersigns(word string) bool {
	for i := range t.Events {
		a := &t.Events[i]
		if !strings.HasPrefix(a.Name, "letter.issued") || !slices.Contains(a.Where["letter"], word) {
			continue
		}
		for _, c := range a.Guards {
			if c.Name == "letter_approved" && (c.With.Letter == "" || c.With.Letter == word) {
				return true
			}
		}
	}
	return false
}

// keyOf is the name of a calendar that has one.
func keyOf(cal Calendar) string {
	if k, ok := cal.(interface{ Key() string }); ok {
		return k.Key()
	}
	return ""
}

// calendarOf is what a clock's due day was counted with.
func (l *ledger) calendarOf(k *clock) Calendar {
	if k.cal == nil {
		return l.cal
	}
	return k.cal
}
