package pathway_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"holdfast/hooks/pathway"
)

// The cast (style 6): who acts, in which role, for which agency.
type person struct{ id, role, agency string }

var (
	practitioner = person{"practitioner", "practitioner", "agency-a"}
	colleague    = person{"colleague", "practitioner", "agency-a"}
	manager      = person{"manager", "manager", "agency-a"}
	school       = person{"school", "member", "agency-b"}
	machine      = person{"", "system", ""}
)

var london, _ = time.LoadLocation("Europe/London")

// at is an instant of November 2026 and after, in London: Monday 2 November is day 2.
func at(day, hour int) time.Time { return time.Date(2026, time.November, day, hour, 0, 0, 0, london) }

// weekdays is a calendar of Monday to Friday, without holidays, from 2000 to 2099.
type weekdays struct{ version int }

func (w weekdays) Version() int { return w.version }

func (w weekdays) Within(day0 string, n int) (string, error) {
	d, err := time.Parse("2006-01-02", day0)
	if err != nil || n < 0 || d.Year() < 2000 || d.Year() > 2099 {
		return "", fmt.Errorf("the calendar does not cover %s", day0)
	}
	if n > 0 {
		d = d.AddDate(0, 0, 1)
	}
	for ; ; d = d.AddDate(0, 0, 1) {
		if d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
			continue
		}
		if n <= 1 {
			return d.Format("2006-01-02"), nil
		}
		n--
	}
}

type data = map[string]any

// story is a history being told: each line happens after the one before, unless it
// says when.
type story struct {
	t        testing.TB
	template *pathway.Template
	cal      pathway.Calendar
	c        pathway.Case
	events   []pathway.Event
	now      time.Time
	told     int
}

func household() pathway.Case {
	return pathway.Case{
		Children: []pathway.Child{{ID: "ada", LastSeenOn: "2026-10-20"}, {ID: "ben", LastSeenOn: "2026-10-20"}},
		Agencies: []pathway.Agency{{ID: "agency-a"}, {ID: "agency-b"}},
	}
}

func tell(t testing.TB, template *pathway.Template) *story {
	return &story{t: t, template: template, cal: weekdays{1}, c: household(), now: at(2, 9)}
}

// on moves the story to a time.
func (s *story) on(day, hour int) *story { s.now = at(day, hour); return s }

// does adds an event and gives its id.
func (s *story) does(who person, kind string, d data) string {
	s.told++
	id := fmt.Sprintf("e%03d", s.told)
	s.events = append(s.events, pathway.Event{
		ID: id, Kind: kind, OccurredAt: s.now, RecordedAt: s.now, ReceivedAt: s.now,
		By: who.id, Role: who.role, Agency: who.agency, Data: d,
	})
	if strings.HasPrefix(kind, "letter.") {
		s.last().ArisesFrom = "letter_events/" + id
	}
	s.now = s.now.Add(time.Minute)
	return id
}

// last is the event told last, to be changed.
func (s *story) last() *pathway.Event { return &s.events[len(s.events)-1] }

// reads evaluates the story as it stands, at its own time.
func (s *story) reads() pathway.Result {
	s.t.Helper()
	r, err := pathway.Evaluate(s.template, s.cal, s.c, s.events, s.now)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *story) missed(who person, method, outcome string) string {
	return s.does(who, "attempt.recorded", data{"method": method, "outcome": outcome, "contact_confirmed": true})
}

func verdict(r pathway.Result, id string) pathway.Verdict {
	for _, v := range r.Verdicts {
		if v.Event == id {
			return v
		}
	}
	return pathway.Verdict{}
}

func step(r pathway.Result, code string) pathway.Step {
	for _, s := range r.Steps {
		if s.Code == code {
			return s
		}
	}
	return pathway.Step{}
}

func timer(r pathway.Result, code string) pathway.Timer {
	for _, t := range r.Timers {
		if t.Code == code {
			return t
		}
	}
	return pathway.Timer{}
}

func allowed(r pathway.Result, act string) pathway.Allowed {
	for _, a := range r.Allowed {
		if a.Act == act {
			return a
		}
	}
	return pathway.Allowed{}
}

var everyArea = []any{"language", "literacy", "disability", "health", "work_pattern", "fear_or_abuse", "wrong_address"}

func impact(children ...string) data {
	var list []any
	for _, c := range children {
		list = append(list, data{"child": c, "impact": "often hungry at school", "last_seen_on": "2026-10-20", "seen_by": "school", "alone": true})
	}
	return data{"impact": list}
}

func letter(id, which string) data {
	return data{"letter_id": id, "letter": which, "channel": "posted", "safe_contact": true, "merge_clean": true}
}

// tries brings three tries on different days, in different ways, and the first letter.
func (s *story) tries() *story {
	s.on(2, 9).does(practitioner, "pathway.opened", data{"trigger": "missed_contact"})
	s.does(practitioner, "barrier.checked", data{"areas": everyArea})
	s.does(practitioner, "contact.checked", data{"against": "referral", "result": "confirmed"})
	s.on(2, 10).missed(practitioner, "phone", "no_answer")
	s.on(3, 14).missed(practitioner, "visit_announced", "not_home")
	s.on(4, 18).missed(practitioner, "visit_unannounced", "not_home")
	s.on(5, 9).does(practitioner, "letter.issued", letter("l1", "first"))
	s.on(6, 9).does(practitioner, "approach.made", data{"with": "referrer", "how": "joint visit", "result": "nobody came to the door"})
	return s
}

// assessed brings the story to the signed-off assessment.
func (s *story) assessed() *story {
	s.tries()
	s.on(9, 9).does(practitioner, "risk_assessment.submitted", impact("ada", "ben"))
	s.does(manager, "risk_assessment.signed_off", nil)
	return s
}

// proposed brings it to a proposal to close that one agency has answered.
func (s *story) proposed(reason string) *story {
	s.assessed()
	s.on(10, 9).does(practitioner, "child.seen", data{"children": []any{"ada", "ben"}, "alone": true})
	if reason == "declined" {
		s.does(practitioner, "consent.refused", data{"reason": "they see no need"})
	}
	s.does(manager, "threshold.decided", data{"decision": "not_met", "decided_by": "a named team manager"})
	if reason == "moved" {
		s.does(practitioner, "family.moved", data{"to": "Tarn Valley"})
		s.does(practitioner, "new_area.accepted", data{"accepted_by": "Ms Hale"})
	}
	s.on(10, 10).does(practitioner, "closure.proposed", data{"reason": reason, "basis": "assessment"})
	s.on(11, 10).does(school, "closure.consulted", nil)
	return s.on(12, 10)
}

func approval() data {
	return data{"checklist": data{"chronology": "2026-11-10", "views": "2026-11-10", "notified": "2026-11-11"}}
}
