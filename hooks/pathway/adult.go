package pathway

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Adult is an adult of the case. Responsible is one without whose word a plan is not the
// family's: who holds parental responsibility.
type Adult struct {
	ID          string `json:"id"`
	Name        string `json:"name,omitempty"`
	Responsible bool   `json:"responsible,omitempty"`
}

// Standing is how one adult stands to what was asked: of two parents one may agree, and the
// other not. It holds what names the adult, and nothing that names nobody.
type Standing struct {
	Person  string   `json:"person"`
	Name    string   `json:"name,omitempty"`
	Stands  string   `json:"stands,omitempty"`  // agreed or refused, as last said
	Agreed  []string `json:"agreed,omitempty"`  // the days of each yes
	Refused []string `json:"refused,omitempty"` // and of each no
	Tries   int      `json:"tries"`
	Reached int      `json:"reached"`
}

// saying is one yes or no: to consent, or to a plan.
type saying struct {
	person string
	yes    bool
	day    string
}

type reach struct{ tries, reached int }

func (l *ledger) says(e *Event, yes bool) {
	l.course.sayings = append(l.course.sayings, saying{e.text("person"), yes, dayOf(e.OccurredAt)})
}

// triedAt counts a try at an adult who is named. What the service called off was none.
func (l *ledger) triedAt(e *Event) {
	who, out := e.text("person"), e.text("outcome")
	if who == "" || e.Kind != attempt || out == "cancelled_by_service" {
		return
	}
	if l.course.tries == nil {
		l.course.tries = map[string]*reach{}
	}
	r := l.course.tries[who]
	if r == nil {
		r = &reach{}
		l.course.tries[who] = r
	}
	r.tries++
	if out == "reached" || out == "child_seen" {
		r.reached++
	}
}

// stands is what a person last said: agreed, refused, or nothing. What names nobody is
// nobody's word but the family's own: it takes back no named person's no.
func (l *ledger) stands(person string) string {
	for _, s := range slices.Backward(l.course.sayings) {
		switch {
		case s.person == person && s.yes:
			return "agreed"
		case s.person == person:
			return "refused"
		}
	}
	return ""
}

// adults is how each of the case's adults stands, as far as anything is known of one.
func (l *ledger) adults() []Standing {
	var list []Standing
	for _, a := range l.c.Adults {
		one := Standing{Person: a.ID, Name: a.Name, Stands: l.stands(a.ID)}
		for _, s := range l.course.sayings {
			if s.person == a.ID && s.yes {
				one.Agreed = append(one.Agreed, s.day)
			} else if s.person == a.ID {
				one.Refused = append(one.Refused, s.day)
			}
		}
		if r := l.course.tries[a.ID]; r != nil {
			one.Tries, one.Reached = r.tries, r.reached
		}
		if one.Agreed != nil || one.Refused != nil || one.Tries > 0 {
			list = append(list, one)
		}
	}
	return list
}

// notAgreed remarks on a plan who has not agreed to it: whoever last said no; and, where
// the plan names who agreed, each other who is responsible for the children.
func (l *ledger) notAgreed(e *Event) (reasons []Reason) {
	by := e.text("person")
	for _, a := range l.c.Adults {
		stands := l.stands(a.ID)
		if a.ID == by || stands == "agreed" || stands == "" && (by == "" || !a.Responsible) {
			continue
		}
		name := a.Name
		if name == "" {
			name = a.ID
		}
		reasons = append(reasons, Reason{"adults", name + " has not agreed."})
	}
	return reasons
}

// refusalSettled holds for what is no yes, and for a yes after which nobody's no stands.
func refusalSettled(s *scene, _ *Params) string {
	if s.e == nil || s.e.Kind != "consent.given" {
		return ""
	}
	for _, said := range s.course.sayings {
		if !said.yes && s.stands(said.person) == "refused" {
			return "Somebody's no still stands."
		}
	}
	return ""
}

// Sentences say of each adult what they said and how often they were reached, as people
// would on a day.
func Sentences(all []Standing, today string) string {
	var lines []string
	for _, a := range all {
		var parts []string
		if a.Agreed != nil {
			parts = append(parts, "agreed on "+daysInWords(a.Agreed, today))
		}
		if a.Refused != nil {
			parts = append(parts, "refused on "+daysInWords(a.Refused, today))
		}
		if a.Tries > 0 {
			parts = append(parts, fmt.Sprintf("%d of %s reached", a.Reached, number(a.Tries, "try", "tries")))
		}
		name := a.Name
		if name == "" {
			name = "Somebody"
		}
		lines = append(lines, name+": "+strings.Join(parts, ", ")+".")
	}
	return strings.Join(lines, " ")
}

// daysInWords joins days as people say them, the month once where it is the same.
func daysInWords(days []string, today string) string {
	var said []string
	for i, day := range days {
		t, err := time.Parse(dayForm, day)
		if err != nil {
			continue
		}
		form := "2 January 2006"
		switch month := len("2026-11"); {
		case i < len(days)-1 && strings.HasPrefix(days[i+1], day[:month]):
			form = "2"
		case strings.HasPrefix(today, day[:len("2026")]):
			form = "2 January"
		}
		said = append(said, t.Format(form))
	}
	if said == nil {
		return ""
	}
	return list(said)
}
