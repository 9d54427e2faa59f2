package pathway

import (
	"slices"
	"time"
)

// ledger is what a history has come to so far: the facts guards ask for, kept as
// each accepted event is read, so that no guard has to search.
type ledger struct {
	t   *Template
	cal Calendar
	c   *Case

	opened   time.Time
	openedOn string
	openedBy string
	state    int
	since    time.Time
	path     []int // where @back leads, the last first to go

	missed       tally
	called       map[string]bool      // appointments the service itself called off (G13)
	checked      bool                 // the contact was checked against the referral (G1)
	referrer     bool                 // the referrer was contacted, or there is none (G2)
	barriers     map[string]bool      // areas the barriers check looked at (G3)
	seen         map[string]*Sight    // child → when last seen, by events
	sawAt        map[string]time.Time // the same, to the instant
	course       course
	letters      map[string]*letterFacts
	order        []*letterFacts
	assessed     *assessment
	proposal     *proposal
	told         thresholdFacts
	sent         sending
	half         *Event // the last by which one side says that a disagreement is settled
	theyKnow     *Event // by which social care's own people know
	relayed, nfa *reply
	weighty      []*Event     // what stands in the way of cancelling, whenever it happened
	objects      []string     // agencies that object to an ending
	tookBack     []withdrawal // of a threshold that was met
	decisions    []*Event     // of the threshold, that counted
	against      overruled
	answers      []*Event // proposals to end, and what was said of them, whenever that came
	refused      []*entry // decisions that were refused when they came, and stand for nothing
	again        *Event   // the last that was made again
	disputes     []dispute
	risks        []*Event          // those raised and not resolved
	safe         map[string]string // a risk → the event that says it is over
	referred     bool
	happened     []bool         // kinds accepted so far, by their place among the kinds
	acts         []int          // act → how often, under this version of the template
	acted        map[string]int // acts and kinds → how often, under those before
	handed       bool           // social care has taken it on (G8)
	moves        map[string]*move
	movedTo      string
	left         []left // steps of versions that the pathway has moved on from
	right        opening
	lib          *Library

	timers []clock
	steps  []task

	weighed struct {
		of  *Event // the event last asked about
		is  bool
		why string
	}
	scene scene            // of the event being judged
	days  map[span]counted // working days already counted
}

// tally is what tries at contact that count have come to.
type tally struct {
	count                    int
	methods, weekdays, bands uint32          // sets, as bits
	by                       map[string]bool // who recorded them
}

type letterFacts struct {
	id, key  string
	authors  []string
	approved bool
	rejected bool
	issued   time.Time
	inPerson bool // handed over: no days need pass
	returned bool
	drafted  *Event // the last draft
	deemedOn string // once it has come, whatever becomes of the calendar
}

type assessment struct {
	by     string
	signed bool
	id     string
	at     time.Time
	about  map[string]bool // children it speaks of
}

type proposal struct {
	id                 string
	at, received       time.Time
	on                 string // the local day it was made
	by, agency, reason string
	role               string            // in which it was proposed
	answers            map[string]*Event // agency → its latest answer
}

type dispute struct {
	id    string
	stage int // from 1
	at    time.Time
	by    string // event that began the stage
	// urgent: harm is likely, so that each stage has a day and a night. after is the
	// threshold decision that stood when it was raised.
	urgent bool
	after  *Event
	opened *Event
	said   []Said // who recorded that it is settled
}

// begin is the ledger of a pathway at its opening.
func begin(t *Template, cal Calendar, c *Case) *ledger {
	return &ledger{
		t: t, cal: cal, c: c, state: t.index.begins,
		called: map[string]bool{}, barriers: map[string]bool{}, seen: map[string]*Sight{}, sawAt: map[string]time.Time{},
		letters: map[string]*letterFacts{}, happened: make([]bool, len(kinds)),
		acts: make([]int, len(t.Events)), acted: map[string]int{}, moves: map[string]*move{}, lib: &Library{},
		timers: make([]clock, len(t.Timers)), steps: make([]task, len(t.Steps)), days: map[span]counted{},
	}
}

// has says whether an event of a kind was accepted.
func (l *ledger) has(kind string) bool {
	k := kindNamed[kind]
	return k != nil && l.happened[k.nth]
}

// look is the scene of an event; it is good until the next one.
func (l *ledger) look(e *Event) *scene {
	l.scene = scene{ledger: l, e: e, now: l.moment(e)}
	return &l.scene
}

// open starts the clocks' day 0.
func (l *ledger) open(at time.Time, by string) {
	l.opened, l.openedOn, l.openedBy, l.since = at, dayOf(at), by, at
}

// moment is when an event counts from: nothing runs before the opening.
func (l *ledger) moment(e *Event) time.Time {
	if at := happenedAt(e); at.After(l.opened) {
		return at
	}
	return l.opened
}

// counts says whether an event is a missed contact that counts, and of one that only
// looks like it, why not (G13). It is asked by many rules of the same event.
func (l *ledger) counts(e *Event) (bool, string) {
	if e == nil {
		return true, "" // not yet known
	}
	if l.weighed.of != e {
		l.weighed.of = e
		l.weighed.is, l.weighed.why = l.count(e)
	}
	return l.weighed.is, l.weighed.why
}

func (l *ledger) count(e *Event) (bool, string) {
	if e.Kind == attempt && !l.t.index.outcome[e.text("outcome")] || e.Kind != attempt && !l.t.index.missed[e.Kind] {
		if out := e.text("outcome"); e.Kind == "appointment.cancelled_by_service" || out == "cancelled_by_service" {
			return false, "The service called this off, so it does not count against the family."
		}
		return false, ""
	}
	switch {
	case !e.flag("contact_confirmed"):
		return false, "This contact was never confirmed, so it does not count against the family; check it against the referral."
	case l.atChildAlone(e):
		return false, "This was a try at the child alone, so it does not count as a try at reaching the family."
	case l.called[e.text("appointment")]:
		return false, "The service called this appointment off, so it does not count against the family."
	case e.OccurredAt.Before(l.opened.AddDate(0, 0, -l.t.Counting.LookBackDays)):
		return false, "It happened too long before the pathway opened to count."
	}
	return true, ""
}

// directly are the ways of trying that reach one person and nobody beside them.
var directly = map[string]bool{"phone": true, "text": true, "email": true, "letter": true, "card": true}

// atChildAlone says whether a try was at a child: a young person may be rung up, and that
// tries nobody else of the family. A visit or an appointment for a child does.
func (l *ledger) atChildAlone(e *Event) bool {
	return e.Kind == attempt && directly[e.text("method")] && l.isChild(e.text("person"))
}

// isChild says whether somebody is a child of the case, by any of their records.
func (l *ledger) isChild(id string) bool {
	return id != "" && slices.ContainsFunc(l.c.Children, func(c Child) bool { return c.ID == l.known(id) })
}

// lastSeen is the day a child was last seen by anybody; "" for never.
func (l *ledger) lastSeen(child *Child) string { return l.lastSeenBut(child, "") }

// lastSeenBut is the same by the word of anybody but one person.
func (l *ledger) lastSeenBut(child *Child, who string) string {
	return max(l.sightOf(child.ID).But(who), Sight{child.LastSeenOn, child.LastSeenBy, child.SeenElseOn}.But(who))
}

func (l *ledger) sightOf(child string) Sight {
	if s := l.seen[child]; s != nil {
		return *s
	}
	return Sight{}
}

// at is the rule of the present state.
func (l *ledger) at() *State { return &l.t.States[l.state] }

// move takes the pathway into a state, keeping the way back where there is one.
func (l *ledger) move(to int, at time.Time) {
	if to == l.state {
		return
	}
	if l.t.States[to].Remembers {
		path := l.path[:0:0]
		for _, s := range l.path {
			if s != to {
				path = append(path, s)
			}
		}
		l.path = append(path, l.state)
	} else {
		l.path = nil
	}
	l.state, l.since = to, at
}

// before is the state @back leads to: where the present one was entered from.
func (l *ledger) before() int {
	if n := len(l.path); n > 0 {
		return l.path[n-1]
	}
	return l.t.index.begins
}

// goBack returns to where the present state was entered from, keeping what that
// place itself remembers.
func (l *ledger) goBack(at time.Time) {
	to := l.before()
	if n := len(l.path); n > 0 {
		l.path = l.path[:n-1]
	}
	l.state, l.since = to, at
}
