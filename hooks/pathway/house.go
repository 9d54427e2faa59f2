package pathway

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What the house asks for, in every template: that a threshold which was decided is
// referred, that whoever was refused decides again, that an objection is settled, that an
// ending over one is confirmed or undone, and that somebody on the case may approve.

// dayAndNight is how long a stage of an urgent disagreement lasts, in hours.
var dayAndNight = 24

// overruled is an objection to an ending, and an ending over one.
type overruled struct {
	objection, met      *Event // the one that stands, and what met the last
	late, by, confirmed *Event // one that came after it was ended, by whose approval, and who held to it
	ended               *Event // the approval that ended it
}

// mayAnswer: nobody answered a proposal before it was here.
func (l *ledger) mayAnswer(e *Event) string {
	if l.proposal == nil || e.ReceivedAt.IsZero() || !e.ReceivedAt.Before(l.proposal.received) {
		return ""
	}
	return "This came before the proposal to end was here, so it is no answer to it; answer it now."
}

// mayConfirm: a manager holds to an ending over an objection that came late, and says why.
func (l *ledger) mayConfirm(e *Event) string {
	switch {
	case l.against.late == nil:
		return "No ending waits to be confirmed; this is for one that an agency objected to in time, and was not heard."
	case !isManager(e.Role):
		return l.roleMissing([]string{"manager", "service_manager"}, e)
	case !Substance(e.text("reason")):
		return TooShort
	}
	return l.mayEnd(e)
}

// familyTold: agencies that meet about a family have told it, or say why not.
func (l *ledger) familyTold(e *Event) string {
	if e.text("family_told") == "no" && e.text("not_told_because") == "" {
		return "Say why the family was not told of the meeting."
	}
	return ""
}

// refusedBefore says whether this is a decision that was refused when it came. What only a
// manager decides does not come to life by what arrives later.
func (e *Event) refusedBefore() bool {
	return managed[e.Kind] && e.ReceivedVerdict == Attempted
}

// approvedBy is what approves each kind of work that waits for it.
var approvedBy = map[string]string{
	"closure.proposed": "closure.approved", "risk_assessment.submitted": "risk_assessment.signed_off", "letter.drafted": "letter.approved", moveProposed: moved,
}

// decide lets a decision that counts stand for those of its kind that were refused, and
// forgets those whose subject is gone.
func (l *ledger) decide(e *Event) {
	if len(l.refused) == 0 {
		return
	}
	of := approvedBy[e.Kind]
	switch e.Kind {
	case "closure.rejected":
		of = "closure.approved"
	case "letter.rejected":
		of = "letter.approved"
	case moveProposed:
		of = ""
	}
	l.refused = slices.DeleteFunc(l.refused, func(old *entry) bool {
		if old.Kind != e.Kind && old.Kind != of || old.text("letter_id") != e.text("letter_id") {
			return false
		}
		if old.Kind == e.Kind {
			l.again = e
		}
		return true
	})
}

// askAgain is the decisions that were refused and that nothing would refuse now.
func (l *ledger) askAgain(now time.Time) (list []Again) {
	for _, e := range l.refused {
		copied := *e.Event
		copied.OccurredAt, copied.ReceivedVerdict = now, ""
		if _, _, reasons := l.find(&entry{Event: &copied, kind: e.kind}); reasons == nil {
			list = append(list, Again{e.ID, e.Kind, e.By})
		}
	}
	return list
}

// demand is one thing that the house asks for.
type demand struct {
	code, title string
	since       *Event
	at          time.Time
	due         Due
	tell        []string
	done        *Event
	after       bool // also once the pathway has ended
}

// houseOver is why the house asks for a step of its own no more.
var houseOver = map[string]string{
	"name-manager":     "A manager is on the case now.",
	"name-approver":    "Somebody on the case may approve it now, or nothing waits any more.",
	"refer":            "The threshold was decided anew, or that decision was withdrawn.",
	"approve-again":    "What was to be approved again is gone, or something stands in its way once more.",
	"settle-objection": "The proposal to end it that was objected to is gone.",
	"confirm-ending":   "The ending was undone, or the objection withdrawn.",
}

// ask adds the steps and clocks of the house, after those of the template.
func (l *ledger) ask(r *Result, now time.Time) {
	if l.openedOn == "" {
		return
	}
	r.Again = l.askAgain(now)
	if over := l.against; over.late != nil {
		r.ClosedOver = &ClosedOver{Objection: over.late.ID, Agency: over.late.Agency, Approval: over.by.ID, By: over.by.By, Confirmed: over.confirmed != nil}
	}
	for i, d := range l.demands(r) {
		step := Step{Code: d.code, Title: d.title, Position: len(l.t.Steps) + i + 1, Status: Open}
		timed := d.due.WorkingDays != nil
		timer := Timer{Code: d.code, Title: d.title, Tell: d.tell}
		if timed {
			step.DueOn, step.DueAt, timer.Fault = l.dueFrom(&d.due, d.at, 0)
			step.Timer, step.Calendar, step.CalendarVersion = d.code, keyOf(l.cal), l.cal.Version()
			step.Status = l.nearness(step.DueAt, now)
			timer.StartedOn, timer.DueOn, timer.DueAt, timer.Calendar, timer.CalendarVersion = dayOf(d.at), step.DueOn, step.DueAt, step.Calendar, step.CalendarVersion
			if d.since != nil {
				timer.StartedBy = d.since.ID
			}
		}
		switch {
		case d.done != nil:
			step.Status, step.DoneOn, step.DoneBy = Done, dayOf(l.moment(d.done)), d.done.ID
		case l.at().Ends != "" && !d.after:
			step.Status, step.DueOn, step.DueAt, step.Because = Cancelled, "", time.Time{}, l.notAsked()
		}
		r.Steps = append(r.Steps, step)
		if timer.Status = step.Status; timed {
			switch timer.Status {
			case DueSoon:
				timer.Telling = []Telling{{"due_soon", []string{"practitioner"}}}
			case Overdue:
				timer.Telling = []Telling{{"overdue", d.tell}}
			}
			r.Timers = append(r.Timers, timer)
		}
	}
}

// nearness is urgency of a due time that no clock of the template has.
func (l *ledger) nearness(at, now time.Time) Status {
	switch soon := time.Duration(l.t.DueSoonHours) * time.Hour; {
	case at.IsZero():
		return Open
	case now.After(at):
		return Overdue
	case !now.Before(at.Add(-soon)):
		return DueSoon
	}
	return Open
}

func (l *ledger) demands(r *Result) (list []demand) {
	manager := []string{"manager"}
	if t := l.threshold(); t == "child in need" || t == "child protection" {
		days := 1
		if t == "child protection" {
			days = 0
		}
		d := l.told.decision
		list = append(list, demand{
			code: "refer", title: "Refer to children's social care: the threshold was decided to be " + t, since: d, at: l.moment(d),
			due: Due{WorkingDays: &days}, tell: manager, done: l.told.sent,
		})
	}
	if len(r.Again) > 0 || l.again != nil {
		d := demand{code: "approve-again", title: "Approve again: what stood in the way is gone", done: l.again}
		if len(r.Again) > 0 {
			d.done = nil
		}
		list = append(list, d)
	}
	if o := l.against.objection; o != nil {
		d := demand{code: "settle-objection", title: "Settle the objection to ending: keep it open, or raise it as a disagreement", since: o}
		if m := l.against.met; m != nil && before(o, m) < 0 {
			d.done = m
		}
		list = append(list, d)
	}
	if o := l.against.late; o != nil {
		one := 1
		list = append(list, demand{
			code: "confirm-ending", title: "Confirm the ending or open it again: " + l.nameOf(o.Agency) + " had objected in time", since: o, at: o.ReceivedAt,
			due: Due{WorkingDays: &one}, tell: manager, done: l.against.confirmed, after: true,
		})
	}
	if l.c.NoManager {
		list = append(list, demand{code: "name-manager", title: "Have your agency's lead put a manager on this case: nobody on it may sign off or approve"})
	}
	for _, w := range l.waiting(time.Time{}) {
		if w.Act != "letter.approved" && l.unapproved(w.By) {
			return append(list, demand{code: "name-approver", title: "Have your agency's lead name a manager who may approve what waits: nobody on this case may"})
		}
	}
	return list
}

// unapproved says whether nobody on the case may approve what somebody did, though there is
// a manager on it.
func (l *ledger) unapproved(by string) bool {
	return !l.c.NoManager && slices.Contains(l.c.NoApprover, by)
}

// NobodyApproves is said of it.
const NobodyApproves = "Nobody on this case may approve this but whoever recorded it: ask your agency's lead to name a manager above them, who comes to the case by that."

// called is an agency as people say it.
func (l *ledger) nameOf(id string) string {
	for i := range l.c.Agencies {
		if a := &l.c.Agencies[i]; a.ID == id {
			return cmp.Or(a.Name, id)
		}
	}
	if id == "" || id == "them" {
		return id
	}
	return "an agency that is not on this case"
}

// spoken is a day as people say it.
func spoken(day string) string {
	t, err := time.Parse(dayForm, day)
	if err != nil {
		return day
	}
	return t.Format("Monday 2 January 2006")
}

// TooShort is said of a reason that is none.
const TooShort = "Say why in a sentence of your own, of 20 characters or more, that whoever reads it later understands."

// Substance says whether a reason can be one: a sentence, no blanks and no few letters
// over and over.
func Substance(text string) bool {
	letters := map[rune]bool{}
	for _, c := range strings.ToLower(text) {
		if c != ' ' && !strings.ContainsRune("0123456789.,;:-_!?", c) {
			letters[c] = true
		}
	}
	return len([]rune(strings.Join(strings.Fields(text), " "))) >= 20 && len(letters) >= 7
}

// unseenSaid is which children nobody has seen within so many calendar days of when this
// came, as people would say it.
func (s *scene) unseenSaid(days int) (list []string) {
	limit := addDays(s.came(), -days)
	for i := range s.c.Children {
		c := &s.c.Children[i]
		last := s.lastSeen(c)
		if last >= limit || !s.there(c.Seeable) {
			continue
		}
		name := cmp.Or(c.Name, "a child")
		if !isDay(last) {
			list = append(list, fmt.Sprintf("nobody has recorded seeing %s since this began on %s", name, spoken(s.openedOn)))
			continue
		}
		list = append(list, fmt.Sprintf("%s has not been seen within %d days, last on %s", name, days, spoken(last)))
	}
	return list
}
