package pathway

import (
	"fmt"
	"slices"
	"strings"
)

// Words a transition may use in place of states.
const (
	anyOpen  = "@open"
	anyEnded = "@ended"
	anyState = "@any"
	stays    = "@stays"
	back     = "@back"
)

// audiences are who an overdue clock may tell. coordinator_count is a number on the
// board's page: never a name (T7).
var audiences = []string{"practitioner", "lead", "manager", "service_manager", "social_care", "coordinator_count"}

// names makes sure that every name a template uses is known and used once.
func (t *Template) names(f *faults) {
	states, acts := t.stateNames(f), t.actNames(f)
	timers, letters := map[string]bool{}, map[string]bool{}
	for i, l := range t.Letters {
		once(f, letters, fmt.Sprintf("letters[%d].key", i), l.Key)
	}
	for i, tm := range t.Timers {
		once(f, timers, fmt.Sprintf("timers[%d].code", i), tm.Code)
	}
	n := &namer{f: f, t: t, states: states, acts: acts, timers: timers, letters: letters}
	for i, k := range t.Counting.Kinds {
		known(f, fmt.Sprintf("counting.kinds[%d]", i), k, "kind of event", kindNamed[k] != nil)
	}
	for i, o := range t.Counting.Outcomes {
		known(f, fmt.Sprintf("counting.outcomes[%d]", i), o, "outcome", slices.Contains(outcomes, o))
	}
	for i, a := range t.Events {
		for _, role := range a.May {
			known(f, fmt.Sprintf("events[%d].may", i), role, "role", slices.Contains(Roles, role))
		}
		n.checks(fmt.Sprintf("events[%d].guards", i), a.Guards)
	}
	for i, tr := range t.Transitions {
		n.transition(fmt.Sprintf("transitions[%d]", i), &tr)
	}
	for i, tm := range t.Timers {
		at := fmt.Sprintf("timers[%d]", i)
		n.trigger(at+".starts", &tm.Starts)
		if tm.Renews != nil {
			n.trigger(at+".renews", tm.Renews)
			if len(tm.Renews.On) == 0 {
				n.f.add(at+".renews.on", "says no event")
			}
		}
		for _, who := range tm.Tell {
			known(f, at+".tell", who, "person to tell", slices.Contains(audiences, who))
		}
		for j, later := range tm.Then {
			for _, who := range later.Tell {
				known(f, fmt.Sprintf("%s.then[%d].tell", at, j), who, "person to tell", slices.Contains(audiences, who))
			}
		}
		if tm.Proposes != "" {
			known(f, at+".proposes", tm.Proposes, "event", acts[tm.Proposes])
		}
	}
	codes := map[string]bool{}
	for i, s := range t.Steps {
		n.step(fmt.Sprintf("steps[%d]", i), &s, codes)
	}
}

func (t *Template) stateNames(f *faults) map[string]bool {
	states, begins := map[string]bool{}, 0
	for i, s := range t.States {
		at := fmt.Sprintf("states[%d]", i)
		once(f, states, at+".key", s.Key)
		if s.Begins {
			begins++
		}
		if s.Begins && s.Ends != "" {
			f.add(at, "cannot both begin and end the pathway")
		}
		if s.Ends == "closed" && !slices.Contains(closings, s.Outcome) {
			f.add(at+".outcome", "of a closed state should be one of %q", closings)
		}
		if s.Ends != "closed" && s.Outcome != "" {
			f.add(at+".outcome", "is for a closed state")
		}
	}
	if begins != 1 {
		f.add("states", "exactly one should begin the pathway; %d do", begins)
	}
	return states
}

func (t *Template) actNames(f *faults) map[string]bool {
	acts := map[string]bool{}
	for i, a := range t.Events {
		at := fmt.Sprintf("events[%d]", i)
		once(f, acts, at+".name", a.Name)
		kind := kindNamed[kindOf(a.Name)]
		known(f, at+".name", kindOf(a.Name), "kind of event", kind != nil)
		if kind == nil {
			continue
		}
		if strings.Contains(a.Name, ":") != (len(a.Where) > 0) {
			f.add(at+".where", "belongs to a variant, and a variant needs it")
		}
		for _, member := range sortedKeys(a.Where) {
			known(f, at+".where", member, "member of "+kind.Name,
				slices.ContainsFunc(kind.Members, func(m Member) bool { return m.Name == member && m.Form == "text" }))
		}
	}
	return acts
}

func kindOf(act string) string {
	kind, _, _ := strings.Cut(act, ":")
	return kind
}

// namer resolves the names within one template.
type namer struct {
	f                             *faults
	t                             *Template
	states, acts, timers, letters map[string]bool
}

func (n *namer) transition(at string, tr *Transition) {
	known(n.f, at+".on", tr.On, "event", n.acts[tr.On])
	if len(tr.From) == 0 {
		n.f.add(at+".from", "says no state")
	}
	for _, from := range tr.From {
		known(n.f, at+".from", from, "state", n.states[from] || from == anyOpen || from == anyEnded || from == anyState)
	}
	known(n.f, at+".to", tr.To, "state", n.states[tr.To] || tr.To == stays || tr.To == back)
	n.checks(at+".when", tr.When)
	n.checks(at+".guards", tr.Guards)
}

func (n *namer) step(at string, s *StepRule, codes map[string]bool) {
	once(n.f, codes, at+".code", s.Code)
	if s.Timer != "" {
		known(n.f, at+".timer", s.Timer, "timer", n.timers[s.Timer])
	}
	if s.Timer == "" && s.Created == nil {
		n.f.add(at, "is never created: give a timer or created")
	}
	if s.Created != nil {
		n.trigger(at+".created", s.Created)
		if s.Created.LastSeen || s.Created.Dispute || s.Created.Statutory {
			n.f.add(at+".created", "can only be on events or states")
		}
	}
	n.trigger(at+".done", &s.Done)
	if len(s.Done.On) == 0 {
		n.f.add(at+".done.on", "says no event")
	}
	for _, list := range [][]string{s.OnlyIn, s.NotIn} {
		for _, state := range list {
			known(n.f, at+".only_in or not_in", state, "state", n.states[state])
		}
	}
}

func (n *namer) trigger(at string, tr *Trigger) {
	ways := 0
	for _, given := range []bool{len(tr.On) > 0, len(tr.States) > 0, tr.LastSeen, tr.Dispute, tr.Statutory} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		n.f.add(at, "needs exactly one of on, states, last_seen, dispute and statutory")
	}
	for _, on := range tr.On {
		known(n.f, at+".on", on, "event", n.acts[on] || slices.ContainsFunc(n.t.Events, func(a Act) bool { return kindOf(a.Name) == on }))
	}
	for _, s := range tr.States {
		known(n.f, at+".states", s, "state", n.states[s])
	}
	between(n.f, at+".nth", tr.Nth, 0, 20)
	n.checks(at+".when", tr.When)
}

// checks makes sure that a guard is known and has the params it takes, no others.
func (n *namer) checks(at string, list []Check) {
	for i, c := range list {
		here := fmt.Sprintf("%s[%d]", at, i)
		g, ok := guards[c.Name]
		known(n.f, here+".name", c.Name, "guard", ok)
		if !ok {
			continue
		}
		given := c.With.given()
		for _, p := range given {
			known(n.f, here+".with", p, "param of "+c.Name, slices.Contains(g.takes, p))
		}
		for _, p := range g.needs {
			if !slices.Contains(given, p) {
				n.f.add(here+".with", "%s needs %s", c.Name, p)
			}
		}
		if c.With.Timer != "" {
			known(n.f, here+".with.timer", c.With.Timer, "timer", n.timers[c.With.Timer])
		}
		if c.With.Letter != "" {
			known(n.f, here+".with.letter", c.With.Letter, "letter", n.letters[c.With.Letter])
		}
		if c.With.Kind != "" {
			known(n.f, here+".with.kind", c.With.Kind, "kind of event", kindNamed[c.With.Kind] != nil)
		}
		for _, area := range c.With.Areas {
			known(n.f, here+".with.areas", area, "barrier area", slices.Contains(barrierAreas, area))
		}
		for _, item := range c.With.Items {
			known(n.f, here+".with.items", item, "item of "+c.Name, g.items == nil || slices.Contains(g.items, item))
		}
		for _, number := range []int{c.With.Attempts, c.With.Methods, c.With.Weekdays, c.With.Bands, c.With.Days, c.With.WorkingDays} {
			between(n.f, here+".with", number, 0, maxCalendar)
		}
	}
}

func once(f *faults, seen map[string]bool, at, name string) {
	if seen[name] {
		f.add(at, "%q is there twice", clip(name))
	}
	seen[name] = true
}

func known(f *faults, at, name, what string, is bool) {
	if !is {
		f.add(at, "there is no %s %q", what, clip(name))
	}
}
