package pathway

import (
	"slices"
	"strings"
	"time"
)

// Kinds by which a history turns from one calendar or one version of its template
// to another.
const (
	calendarChanged = "calendar.changed"
	moveProposed    = "migration.proposed"
	moved           = "pathway.migrated"
)

// Library is what a history may turn to on its way. Without it the template and the
// calendar it begins with hold throughout.
type Library struct {
	// Templates by the id that a proposal to move names. A version that may not be
	// moved to is left out.
	Templates map[string]*Template
	// Calendars by the id of the calendar.changed event from which each holds.
	Calendars map[string]Calendar
}

// move is a proposal to go on under another version of the template.
type move struct {
	by, to string
	at     time.Time
	states map[string]any // where a state goes on that the other version lacks
}

// houseRules are about who may decide and on what, which no template changes.
var houseRules = map[string]func(*ledger, *Event) string{
	moveProposed:                 (*ledger).mayProposeMove,
	moved:                        (*ledger).mayMove,
	closureConfirmed:             (*ledger).mayConfirm,
	"meeting.held":               (*ledger).familyTold,
	"attempts.reset":             (*ledger).mayReset,
	"timer.stopped":              (*ledger).mayEase,
	"closure.consulted":          (*ledger).mayAnswer,
	"closure.objected":           (*ledger).mayAnswer,
	decided:                      (*ledger).mayDecide,
	cancelled:                    (*ledger).mayCancel,
	"referral.accepted":          (*ledger).mayTell,
	"referral.nfa":               (*ledger).mayTell,
	"referral.sent":              (*ledger).mayRefer,
	"dispute.opened":             (*ledger).mayRaise,
	"dispute.resolved":           (*ledger).maySettle,
	"new_area.accepted":          (*ledger).mayBeTakenOn,
	leadChanged:                  (*ledger).leadsByHand,
	"risk_assessment.signed_off": (*ledger).maySignOff, // G6
}

// mayProposeMove: anybody on the case may say that another version would serve the
// family better; nothing changes by it.
func (l *ledger) mayProposeMove(e *Event) string {
	if e.By == "" || e.Role == "system" {
		return "Only a person proposes a move to another version."
	}
	return l.mayGoTo(e.text("to"), statesOf(e))
}

// mayMove: a move is approved by a manager who did not propose it (domain 2.3).
func (l *ledger) mayMove(e *Event) string {
	m := l.moves[e.text("proposal")]
	switch {
	case m == nil:
		return "There is no such proposal to move waiting; propose the move first."
	case e.By == "":
		return "Say who approves it."
	case e.By == m.by:
		return "Whoever proposed the move cannot approve it; another manager can."
	case !isManager(e.Role):
		return l.roleMissing([]string{"manager", "service_manager"}, e)
	}
	return l.mayGoTo(m.to, m.states)
}

// mayGoTo says why the pathway cannot go on under another version from here.
func (l *ledger) mayGoTo(to string, states map[string]any) string {
	next := l.lib.Templates[to]
	switch {
	case l.at().Ends != "":
		return "The pathway has ended; open a new one that points to it."
	case next == nil:
		return "There is no such version of this pathway in use; propose one that is published."
	case next.hash == l.t.hash:
		return "The pathway is on that version already."
	case next.Kind != l.t.Kind:
		return "That is another kind of pathway; open it beside this one instead."
	}
	if at, ok := placeIn(next, l.at().Key, states); !ok || next.States[at].Ends != "" {
		return "That version has no place for “" + l.at().Title + "”: say at which of its open states the pathway goes on."
	}
	return ""
}

// placeIn is the state at which a state of one version goes on in another.
func placeIn(next *Template, key string, states map[string]any) (int, bool) {
	if to, _ := states[key].(string); to != "" {
		key = to
	}
	at, ok := next.index.state[key]
	return at, ok
}

func statesOf(e *Event) map[string]any {
	m, _ := e.Data["states"].(map[string]any)
	return m
}

// leadsByHand: who leads is changed on the case, which tells the pathway.
func (l *ledger) leadsByHand(e *Event) string {
	if strings.HasPrefix(e.ArisesFrom, membersRecord) {
		return ""
	}
	return leadOnCase
}

const leadOnCase = "Change who leads on the case itself, or ask the other agency to take the lead; the pathway hears of it from there."

// mayReset: nobody wipes out tries that they recorded themselves (domain 2.3: a
// full reset needs a manager's approval).
func (l *ledger) mayReset(e *Event) string {
	switch {
	case e.By == "":
		return "Say who approves it."
	case l.missed.by[e.By]:
		return "Whoever recorded a try that counts cannot reset the count; another manager can."
	}
	return l.mayEase(e)
}

// mayEase: a clock is stopped, and a count begun anew, by whoever leads, who says why.
func (l *ledger) mayEase(e *Event) string {
	switch say := l.mayLead(e, "This"); {
	case say != "":
		return say
	case !Substance(e.text("reason")) && e.ReceivedVerdict != Accepted:
		return TooShort
	}
	return ""
}

// turn goes over to what an accepted event brings.
func (l *ledger) turn(e *Event) {
	switch e.Kind {
	case calendarChanged:
		if cal := l.lib.Calendars[e.ID]; cal != nil && e.ByServer() {
			l.settle(dayOf(l.moment(e)))
			l.cal, l.days = cal, map[span]counted{}
		}
	case moved:
		if m := l.moves[e.text("proposal")]; m != nil {
			l.settle(dayOf(l.moment(e)))
			l.goTo(e, m)
		}
	}
}

// settle lets what is over stand as it was reckoned, before the reckoning changes: a
// step that is done keeps its due day, a letter that is taken to have come has come.
// What is still open is counted anew.
func (l *ledger) settle(day string) {
	for i := range l.steps {
		timer, timed := l.t.index.timer[l.t.Steps[i].Timer]
		if s := &l.steps[i]; timed && s.doneBy != "" && s.was == nil && l.timers[timer].running {
			l.due(timer)
			stood := l.timers[timer]
			s.was = &stood
		}
	}
	for i := range l.timers {
		if k := &l.timers[i]; k.running {
			l.due(i)
			k.counted = l.hasSteps(i) && l.allDone(i)
		}
	}
	for _, f := range l.order {
		if on, fault := l.deemed(f); !f.issued.IsZero() && fault == "" && on <= day {
			f.deemedOn = on
		}
	}
}

func (l *ledger) hasSteps(timer int) bool {
	return slices.ContainsFunc(l.t.index.stepsByTimer(l.t, timer), func(s int) bool { return l.steps[s].created })
}

// stepsByTimer is every step due by a clock, however it is created.
func (x *index) stepsByTimer(t *Template, timer int) []int {
	var list []int
	for s := range t.Steps {
		if t.Steps[s].Timer == t.Timers[timer].Code {
			list = append(list, s)
		}
	}
	return list
}

// goTo carries the pathway over: its place, its clocks and its steps by their codes.
// What the other version does not ask for is left behind; what it asks for in
// addition, and would have begun already, begins now.
func (l *ledger) goTo(e *Event, m *move) {
	old, next := l.t, l.lib.Templates[m.to]
	state, _ := placeIn(next, l.at().Key, m.states)
	var path []int
	for _, s := range l.path {
		if at, ok := placeIn(next, old.States[s].Key, m.states); ok && next.States[at].Ends == "" {
			path = append(path, at)
		}
	}
	timers, steps := make([]clock, len(next.Timers)), make([]task, len(next.Steps))
	for i := range next.Timers {
		if j, ok := old.index.timer[next.Timers[i].Code]; ok {
			timers[i] = l.timers[j]
			if next.Timers[i].Again == "lapse" && old.Timers[j].Again != "lapse" && l.course.engagedIn != "" {
				timers[i].matched = l.course.run
			}
		}
	}
	for i := range next.Steps {
		if j, ok := old.index.step[next.Steps[i].Code]; ok {
			steps[i] = l.steps[j]
		}
	}
	for act, n := range l.acts {
		if a := &old.Events[act]; n > 0 {
			l.acted[a.kind] += n
			if a.Name != a.kind {
				l.acted[a.Name] += n
			}
		}
	}
	l.acts = make([]int, len(next.Events))
	l.leave(next, steps)
	l.t, l.state, l.path, l.timers, l.steps = next, state, path, timers, steps
	l.movedTo, l.moves = m.to, map[string]*move{}
	if at, ok := placeIn(next, l.course.engagedIn, m.states); ok {
		l.course.engagedIn = next.States[at].Key
	}
	l.beginLate(e, old)
}

// left is a step that a version asked for and the next one does not.
type left struct {
	StepRule
	task
}

// leave keeps what was asked for and is asked for no longer, and takes up again what
// the next version asks for as an earlier one did.
func (l *ledger) leave(next *Template, steps []task) {
	var stay []left
	for _, s := range l.left {
		if i, again := next.index.step[s.Code]; again {
			steps[i] = s.task
		} else {
			stay = append(stay, s)
		}
	}
	for i := range l.steps {
		if _, again := next.index.step[l.t.Steps[i].Code]; l.steps[i].created && !again {
			stay = append(stay, left{l.t.Steps[i], l.steps[i]})
		}
	}
	l.left = stay
}

// beginLate starts, at the move, the clocks and steps that are new in this version
// and whose beginning has already happened.
func (l *ledger) beginLate(e *Event, old *Template) {
	at := l.moment(e)
	s := l.look(e)
	for i := range l.t.Timers {
		rule := &l.t.Timers[i]
		if _, had := old.index.timer[rule.Code]; !had && l.hasBegun(&rule.Starts) && s.holds(rule.Starts.When) {
			l.timers[i].matched = rule.Starts.Nth
			l.start(i, l.asksFrom(i, e), e.ID)
		}
	}
	for i := range l.t.Steps {
		rule := &l.t.Steps[i]
		if _, had := old.index.step[rule.Code]; had || l.steps[i].created {
			continue
		}
		timer, timed := l.t.index.timer[rule.Timer]
		if rule.Created == nil && timed && l.timers[timer].running || rule.Created != nil && l.hasBegun(rule.Created) && s.holds(rule.Created.When) {
			l.create(i, at, e.ID)
		}
	}
}

// hasBegun says whether a trigger has been pulled before: an act of its kind was
// accepted as often as it asks, or the pathway stands in one of its states.
func (l *ledger) hasBegun(tr *Trigger) bool {
	n := 0
	for _, on := range tr.On {
		n += l.acted[on]
	}
	if tr.Nth > 1 && slices.Contains(tr.On, attempt) {
		n = l.missed.count
	}
	return n > 0 && n >= tr.Nth || slices.Contains(tr.States, l.at().Key)
}
