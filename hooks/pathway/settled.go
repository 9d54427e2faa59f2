package pathway

import "slices"

// How a disagreement is settled: by both of its sides.

// Said is that somebody recorded how a disagreement was settled, or that it is.
type Said struct {
	By      string `db:"by"`
	Agency  string `db:"agency"`
	Manages bool   `db:"manages"` // there
}

// Sides are those of a disagreement: who raised it, and with whom (empty: every agency on the
// case), at which stage it is, and which agency leads.
type Sides struct {
	Raised, With string
	Stage        int
	Lead         string
}

// Lacks says whose word is still missing before a disagreement is over: an agency's, "" for
// somebody else's of those who raised it, or of another agency where it is with nobody in
// particular. It is over once both sides have said how it was settled, or whoever chaired the
// last meeting, who is of neither. Where the other side is not on the case, a second person of
// those who raised it stands in for nobody: it is their own concern that they let go. Where both
// have left for good, nobody could: a manager of the agency that leads ends it, in a sentence.
func (s Sides) Lacks(said []Said, onCase, left func(agency string) bool) (agency string, over bool) {
	of := func(agency string) bool {
		return slices.ContainsFunc(said, func(a Said) bool { return a.Agency == agency })
	}
	others, own := false, map[string]bool{}
	for _, a := range said {
		switch {
		case a.Agency == "" || s.Raised == "": // the server's own, or of before agencies were kept
			return "", true
		case s.With != "" && a.Agency != s.With && a.Agency != s.Raised && s.Stage >= lastStage:
			return "", true
		case a.Agency == s.Raised:
			own[a.By] = true
		default:
			others = true
		}
	}
	switch {
	case s.Left(left):
		return s.Lead, slices.ContainsFunc(said, func(a Said) bool { return s.Lead != "" && a.Agency == s.Lead && a.Manages })
	case !of(s.Raised):
		return s.Raised, false
	case s.With == "" && onCase(""), s.With != "" && onCase(s.With):
		if s.With == "" {
			return "", others
		}
		return s.With, of(s.With)
	}
	return "", len(own) > 1
}

// Left says whether nobody of its sides is on the case any more, nor asked all the same.
func (s Sides) Left(left func(agency string) bool) bool {
	return s.Raised != "" && s.Raised != s.Lead && left(s.Raised) && (s.With == "" || left(s.With))
}

// lacks is whose word is missing once an event has been recorded too, by the agencies that were
// on the case as it came.
func (l *ledger) lacks(d *dispute, e *Event) (string, bool) {
	said, day := append(slices.Clone(d.said), saidBy(e)), dayOf(e.OccurredAt)
	if !e.ReceivedAt.IsZero() {
		day = dayOf(e.ReceivedAt)
	}
	var here []string
	for i := range l.c.Agencies {
		if a := &l.c.Agencies[i]; reached(a.Since, day) && (a.Until == "" || a.Until >= day) {
			here = append(here, a.ID)
		}
	}
	s := l.sides(d)
	return s.Lacks(said, s.OnCase(here), l.hasLeft(day))
}

// sides of a disagreement as the ledger has it.
func (l *ledger) sides(d *dispute) Sides {
	return Sides{Raised: d.opened.Agency, With: d.opened.text("with_agency"), Stage: d.stage, Lead: l.c.Lead}
}

// hasLeft says of an agency whether it had left the case for good by a day.
func (l *ledger) hasLeft(day string) func(agency string) bool {
	return func(agency string) bool {
		return slices.ContainsFunc(l.c.Agencies, func(a Agency) bool {
			return a.ID == agency && a.Until != "" && max(a.Until, a.AskedUntil) < day
		})
	}
}

// endsForBoth says whether an event is a manager's, of the agency that leads, on a
// disagreement whose two agencies have left.
func (l *ledger) endsForBoth(d *dispute, e *Event) bool {
	s := l.sides(d)
	return e.Agency == s.Lead && isManager(e.Role) && s.Left(l.hasLeft(e.by()))
}

func saidBy(e *Event) Said { return Said{e.By, e.Agency, isManager(e.Role)} }

// OnCase says of an agency whether it is among those here; of "", whether any other than that
// which raised the disagreement is.
func (s Sides) OnCase(here []string) func(agency string) bool {
	return func(agency string) bool {
		return slices.ContainsFunc(here, func(id string) bool { return id == agency || agency == "" && id != s.Raised })
	}
}

// mayRaise: a disagreement has two agencies.
func (l *ledger) mayRaise(e *Event) string {
	if with := e.text("with_agency"); with != "" && with == e.Agency {
		return OtherAgency
	}
	return ""
}

// OtherAgency is said of a disagreement that an agency has with itself.
const OtherAgency = "A disagreement is between two agencies: say which other one it is with."

// maySettle: how it was settled is said in a sentence.
func (l *ledger) maySettle(e *Event) string {
	if !Substance(e.text("outcome")) {
		return TooShort
	}
	return ""
}

// settledYet remarks on the word of one side.
func (l *ledger) settledYet(e *Event) []Reason {
	i := l.disputeOf(e)
	if i < 0 {
		return nil
	}
	switch agency, over := l.lacks(&l.disputes[i], e); {
	case over:
		return nil
	case agency != "":
		return []Reason{{"house", "It is settled once " + l.nameOf(agency) + " records that too."}}
	}
	return []Reason{{"house", "It is settled once somebody else records that too."}}
}

func (l *ledger) resolved(e *Event) {
	i := l.disputeOf(e)
	if i < 0 {
		return
	}
	d := &l.disputes[i]
	_, over := l.lacks(d, e)
	d.said = append(d.said, saidBy(e))
	if !over {
		l.half = e
		return
	}
	l.told.settled = l.told.settled || l.settles(d)
	l.disputes = slices.Delete(l.disputes, i, i+1)
}

// settles says whether a disagreement that is over lets the agencies decide a threshold anew:
// it was about that threshold, and the agency that decided it was one of its two sides.
func (l *ledger) settles(d *dispute) bool {
	of, s := l.told.decision, l.sides(d)
	return of != nil && d.after == of && d.opened.text("subject") == "threshold" && of.Agency != "" && s.Raised != "" &&
		(of.Agency == s.Raised || of.Agency == s.With || s.With == "" && slices.ContainsFunc(d.said, func(a Said) bool { return a.Agency == of.Agency })) &&
		slices.ContainsFunc(d.said, func(a Said) bool { return a.Agency != "" && a.Agency != s.Raised })
}
