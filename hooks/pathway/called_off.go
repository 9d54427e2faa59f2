package pathway

import "fmt"

// kept is an appointment or a visit that took place: it ends the row of those that the
// family called off, and tells which children were seen.
func (l *ledger) kept(e *Event) {
	l.course.off = 0
	if e.Kind != "appointment.kept_child_not_seen" {
		l.sawChildren(e)
	}
}

// calledOff counts what the family called off, one appointment once.
func (l *ledger) calledOff(e *Event) {
	c := &l.course
	if id := e.text("appointment"); id != "" {
		if c.offOnce[id] {
			return
		}
		if c.offOnce == nil {
			c.offOnce = map[string]bool{}
		}
		c.offOnce[id] = true
	}
	c.off++
	c.offBy = e.ID
}

// calledOff holds for each so-manieth appointment in a row that the family calls off. It is
// a reason for curiosity, and counts against nobody.
func calledOff(s *scene, p *Params) string {
	if s.e != nil && s.e.ID == s.course.offBy && s.course.off > 0 && s.course.off%p.Attempts == 0 {
		return ""
	}
	return fmt.Sprintf("This is for the %dth appointment in a row that the family calls off.", p.Attempts)
}
