package pathway

import (
	"slices"
	"strings"
	"time"
)

// allowed says of every act of the template whether it is in place now, and if not,
// what would lift that.
func (l *ledger) allowed(now time.Time) []Allowed {
	list := make([]Allowed, len(l.t.Events))
	s := &scene{ledger: l, now: now}
	waits := l.waiting(now)
	for act := range l.t.Events {
		a := &l.t.Events[act]
		list[act] = Allowed{Act: a.Name, Kind: a.kind, Title: a.Title, May: a.May}
		list[act].To, list[act].Why = l.place(s, act)
		for _, w := range waits {
			if list[act].Why == "" && w.Act == a.kind && a.kind != "letter.approved" && l.unapproved(w.By) {
				list[act].To, list[act].Why = nil, NobodyApproves
			}
		}
		list[act].Allowed = list[act].Why == ""
	}
	return list
}

func (l *ledger) place(s *scene, act int) (to []string, why string) {
	rows := l.t.index.rows[l.state][act]
	if len(rows) == 0 {
		return nil, l.elsewhere(act).Text
	}
	if l.t.Events[act].kind == leadChanged {
		return nil, leadOnCase
	}
	if lacks := s.hold(l.t.Events[act].Guards, nil); lacks != nil {
		return nil, lacks[0].Text
	}
	var reasons []Reason
	for _, r := range rows {
		row := &l.t.Transitions[r]
		if !s.holds(row.When) {
			continue
		}
		lacks := s.hold(row.Guards, nil)
		if key := l.leads(row); lacks == nil && !slices.Contains(to, key) {
			to = append(to, key)
		}
		reasons = append(reasons, lacks...)
	}
	switch {
	case to != nil:
		return to, ""
	case reasons != nil:
		return nil, reasons[0].Text
	}
	return nil, l.elsewhere(act).Text
}

// leads is the state a row leads to from here.
func (l *ledger) leads(row *Transition) string {
	switch row.To {
	case stays:
		return l.at().Key
	case back:
		return l.t.States[l.before()].Key
	}
	return row.To
}

var ended = Reason{"state", "The pathway has ended; open a new one that points to it."}

// elsewhere says where an act is in place, since it is not here.
func (l *ledger) elsewhere(act int) Reason {
	if l.at().Ends != "" {
		return ended
	}
	return l.t.index.placed[act]
}

func (t *Template) placeOf(act int) Reason {
	var titles []string
	for s := range t.States {
		if len(t.index.rows[s][act]) > 0 {
			titles = append(titles, t.States[s].Title)
		}
	}
	if titles == nil {
		return Reason{"state", "This template leaves no place for it; an area can give it one in its own version."}
	}
	return Reason{"state", "This can be recorded once the pathway is at: " + strings.Join(titles, "; ") + "."}
}

func afterDot(kind string) string { return strings.Replace(kind, ".", " ", 1) }
