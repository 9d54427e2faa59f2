package pathway

import "slices"

// letterSafe is G4: a letter goes only to an address that is the person's own,
// confirmed and safe, and only with every field filled in cleanly. The
// letter room makes both checks and says so in the event.
func letterSafe(s *scene, _ *Params) string {
	switch {
	case s.e == nil:
		return ""
	case !s.e.flag("safe_contact"):
		return "Check first that the address is the person's own, confirmed and safe to write to."
	case !s.e.flag("merge_clean"):
		return "Clear every warning in the letter first."
	}
	return ""
}

// letterApproved is G5: the letter was approved by a manager who did not write it,
// as it was last written.
func letterApproved(s *scene, p *Params) string {
	fits := func(f *letterFacts) bool { return f != nil && f.approved && (p.Letter == "" || f.key == p.Letter) }
	if s.e == nil {
		for _, f := range s.order {
			if fits(f) && f.issued.IsZero() {
				return ""
			}
		}
	} else if fits(s.letters[s.e.text("letter_id")]) {
		return ""
	}
	return "First have a manager who did not write this letter approve it as it now stands."
}

// notAuthor is G5: whoever wrote a thing is not the one who approves it, and there
// is something to approve.
func notAuthor(s *scene, p *Params) string {
	authors, what := s.toApprove(p.Kind)
	switch {
	case authors == nil:
		return "There is no " + what + " waiting for this; record one first."
	case s.e == nil:
		return ""
	case s.e.By == "":
		return "Say who approves it."
	case slices.Contains(authors, s.e.By):
		return "The author cannot approve their own " + what + "; another manager can."
	}
	return ""
}

func (s *scene) toApprove(kind string) ([]string, string) {
	if kind == "risk_assessment.submitted" {
		if s.assessed == nil || s.assessed.signed {
			return nil, "risk assessment"
		}
		return []string{s.assessed.by}, "risk assessment"
	}
	if s.e == nil {
		for _, f := range s.order {
			if len(f.authors) > 0 && !f.approved {
				return f.authors, "letter"
			}
		}
		return nil, "draft letter"
	}
	if f := s.letters[s.e.text("letter_id")]; f != nil && len(f.authors) > 0 {
		return f.authors, "letter"
	}
	return nil, "draft letter"
}

// letterDeemed: a letter that was posted is not one that was received. The next
// step waits until the days after which it is taken to have come.
func letterDeemed(s *scene, p *Params) string {
	first := ""
	for _, f := range s.order {
		if f.key != p.Letter || f.issued.IsZero() || f.returned {
			continue
		}
		on, fault := s.deemed(f)
		if fault != "" {
			return "The calendar does not reach far enough to say when that letter is taken to have come; update the calendar."
		}
		if on <= s.today() {
			return ""
		}
		if first == "" || on < first {
			first = on
		}
	}
	if first != "" {
		return "Wait until " + first + ", when the letter before it is taken to have come."
	}
	return "First issue the letter before it, to an address it does not come back from."
}

// deemed is the day from which a letter is taken to have come.
func (l *ledger) deemed(f *letterFacts) (day, fault string) {
	if f.deemedOn != "" {
		return f.deemedOn, ""
	}
	rule := l.t.index.letter[f.key]
	if f.inPerson || rule == nil || rule.DeemedWorkingDays == 0 {
		return dayOf(f.issued), ""
	}
	c := l.reckon(dayOf(f.issued), rule.DeemedWorkingDays)
	if c.err != nil {
		return "", c.err.Error()
	}
	return c.day, ""
}
