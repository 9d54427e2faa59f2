package pathway

import (
	"maps"
	"slices"
	"time"
)

// What the agencies say to ending, and what whoever ends it could know of it.

// answered keeps the latest answer of each agency.
func (l *ledger) answered(e *Event) {
	if l.proposal == nil {
		return
	}
	l.objected(e)
	l.proposal.answers[e.Agency] = e
	if e.Kind == "closure.objected" {
		l.against.objection = e
		if by := l.against.ended; by != nil && (e.ReceivedAt.IsZero() || e.ReceivedAt.After(by.ReceivedAt)) {
			l.against.late, l.against.by = e, by
		}
	} else if len(l.proposal.objecting()) == 0 {
		l.objectionMet(e)
	}
}

func (l *ledger) keptOpen(e *Event) {
	l.objectionMet(e)
	l.proposal = nil
}

// objectionMet by another answer, by keeping the pathway open, or by a disagreement that
// is raised over it.
func (l *ledger) objectionMet(e *Event) {
	if l.against.objection != nil && l.against.met == nil || l.against.met != nil && before(l.against.met, l.against.objection) < 0 {
		l.against.met = e
	}
}

// objecting are the agencies whose latest answer is an objection.
func (p *proposal) objecting() (ids []string) {
	for id, e := range p.answers {
		if e.Kind == "closure.objected" {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// approved finds an objection that the approver could not know of: made in time, and
// received after.
func (l *ledger) approved(e *Event) {
	if l.proposal == nil || e.ReceivedAt.IsZero() {
		return
	}
	l.against.ended = e
	for _, id := range l.proposal.objecting() {
		if o := l.proposal.answers[id]; o.ReceivedAt.After(e.ReceivedAt) {
			l.against.late, l.against.by = o, e
			return
		}
	}
}

// hear gathers what was said of proposals to end, whenever it was said.
func (l *ledger) hear(list []entry, now time.Time) {
	for i := range list {
		switch e := &list[i]; e.Kind {
		case "closure.proposed", "closure.consulted", "closure.objected", "closure.rejected":
			if e.correctedBy == "" && e.objection == "" && len(malformed(e, now)) == 0 {
				l.answers = append(l.answers, e.Event)
			}
		}
	}
}

// asReceived is a proposal with the answers that the server had when an approval came: one
// that is dated back behind an objection, or behind a no, does not go round it.
func (l *ledger) asReceived(pr *proposal, e *Event) (known *proposal, rejected bool) {
	known = pr
	for _, a := range l.answers {
		if before(e, a) >= 0 || a.ReceivedAt.IsZero() || !e.ReceivedAt.IsZero() && a.ReceivedAt.After(e.ReceivedAt) {
			continue
		}
		switch {
		case a.Kind == "closure.proposed":
			return known, false // what comes after is of another
		case a.Kind == "closure.rejected":
			if isManager(a.Role) {
				return known, true
			}
		case a.Agency != "" && a.Role != "system":
			if known == pr {
				copied := *pr
				copied.answers = maps.Clone(pr.answers)
				known = &copied
			}
			known.answers[a.Agency] = a
		}
	}
	return known, false
}

// answersAnEnd says whether an objection was made before the approval that ended the pathway
// came: nobody could know by then, and it is heard.
func (l *ledger) answersAnEnd(e *Event) bool {
	by := l.against.ended
	return e.Kind == "closure.objected" && by != nil && l.proposal != nil && l.at().Ends == "closed" &&
		e.Agency != "" && e.Role != "system" && !e.OccurredAt.After(by.ReceivedAt)
}
