package pathway

import (
	"slices"
	"strings"
)

// How a threshold is decided, who lifts one that was met, and what does not end over it.

const decided = "threshold.decided"

// socialCare is the kind of agency that decides whether a threshold is met (G9).
const socialCare = "local_authority_csc"

// thresholdFacts is what was decided of the threshold, and what came of it (G9).
type thresholdFacts struct {
	decision *Event   // the one that stands: of those that the agencies hold, the gravest, then the latest
	held     []*Event // the latest of each agency
	no       *Event   // the family's latest
	sinceNo  bool     // the decision is of after it
	settled  bool     // the agencies settled a disagreement about it: they may decide anew
	lift     *Event   // by which a threshold that was met no longer stands
	passed   []string // who passed on, and asked for, what that rests on
	shared   bool     // somebody else than whoever recorded that has recorded it too
	sent     *Event   // a referral that waits, or was taken on, or went since
}

// grave is how grave a threshold decision is; 0 where it is not met.
func grave(e *Event) int {
	return map[string]int{"child_in_need": 1, "child_protection": 2}[e.text("decision")]
}

// Decision is what a threshold decision says, as people say it.
func (e *Event) Decision() string { return words(e.text("decision")) }

// came says whether a decision came with a child who was moved here: it adds to those here,
// and takes the place of none that is graver.
func came(e *Event) bool { return strings.HasPrefix(e.ArisesFrom, "person_moves/") }

func (l *ledger) saidNo(e *Event) { l.told.no, l.told.sinceNo = e, false }

// mayDecide: a threshold that was met is lifted by the agency that decided it or by social
// care, and not on the word of whoever records that.
func (l *ledger) mayDecide(e *Event) string {
	if came(e) {
		return ""
	}
	own, others := 0, (*Event)(nil)
	for _, d := range l.told.held {
		switch {
		case d.Agency == e.Agency:
			own = grave(d)
		case grave(d) > grave(e) && (others == nil || grave(d) > grave(others)):
			others = d
		}
	}
	switch lifts := own > grave(e); {
	case others != nil && !lifts && !l.told.settled && !l.isSocialCare(e.Agency) && !l.byTelephone(e):
		return "The threshold was decided to be " + words(others.text("decision")) + " by " + l.nameOf(others.Agency) +
			"; only they, or social care, decide it anew. Raise it as a disagreement; or refer, and record what social care decides by who there did."
	case (lifts || others != nil) && !l.namesOther(e):
		return NameFully
	}
	return ""
}

// namesOther says whether who decided is named, and is not whoever records it.
func (l *ledger) namesOther(e *Event) bool { return Named(e.text("decided_by"), l.c.Workers[e.By]) }

func (l *ledger) decidedThreshold(e *Event) {
	was, held := l.told, l.told.held
	if came(e) && slices.ContainsFunc(held, func(d *Event) bool { return d.Agency == e.Agency && grave(d) >= grave(e) }) {
		return
	}
	phoned := l.byTelephone(e)
	if !came(e) && (l.isSocialCare(e.Agency) || was.settled || phoned) {
		held = nil
	}
	if !came(e) {
		l.decisions = append(l.decisions, e)
	}
	held = append(slices.DeleteFunc(slices.Clone(held), func(d *Event) bool { return d.Agency == e.Agency }), e)
	stands := e
	for _, d := range held {
		if grave(d) > grave(stands) {
			stands = d
		}
	}
	l.told.held, l.told.decision = held, stands
	lift, shared, passed := was.lift, was.shared, was.passed
	switch {
	case came(e):
	case l.isSocialCare(e.Agency):
		lift, shared, passed = nil, false, nil
	case was.decision != nil && grave(stands) < grave(was.decision):
		lift, shared, passed = e, false, nil
		if phoned {
			passed = []string{l.nfa.By, l.nfa.asked}
		}
	case lift != nil && grave(e) <= grave(lift) && e.By != lift.By:
		shared = true
	}
	l.told.lift, l.told.shared, l.told.passed = lift, shared, passed
	if stands != e {
		return
	}
	sent := was.sent
	if !l.referred && !l.handed {
		sent = nil // an earlier referral that nobody took on is none for this
	}
	l.told = thresholdFacts{decision: e, held: held, no: was.no, sinceNo: was.no != nil, sent: sent, lift: lift, shared: shared, passed: passed}
}

// threshold is the decision that stands as people say it; "" for none.
func (l *ledger) threshold() string {
	if l.told.decision == nil {
		return ""
	}
	return words(l.told.decision.text("decision"))
}

// standing is the threshold that was met and that nothing has lifted since; "" for none.
func (l *ledger) standing() string {
	if t := l.threshold(); t != "not met" {
		return t
	}
	return ""
}

// holdsThreshold says why a pathway does not end over the threshold: it goes to social
// care, is settled between the agencies, or is decided anew.
func (l *ledger) holdsThreshold() string {
	if l.standing() == "" {
		return ""
	}
	return l.decideAnew()
}

func (l *ledger) decideAnew() string {
	return "The threshold was decided to be " + l.threshold() + "; refer, or record a new decision by somebody else."
}

// takesBackThreshold says why a correction may not take back that a threshold was met: it
// would end what the decision keeps open. Another manager of that agency does, and says why.
func takesBackThreshold(e, old *Event) string {
	switch {
	case old.Kind != decided || grave(old) == 0 || e.Kind == decided && grave(e) >= grave(old):
	case e.Kind == decided:
		return "A threshold that was met is not corrected into less; record a new decision by somebody else."
	case !isManager(e.Role) || e.By == old.By || e.Agency != old.Agency:
		return "That a threshold was met is withdrawn by a manager of that agency who did not record it; or record a new decision by somebody else."
	case !Substance(e.text("reason")):
		return TooShort
	}
	return ""
}

// thresholdDecided is G9: a family's no is an end only after somebody else than whoever
// proposes it has decided, since that no, that the threshold is not met.
func thresholdDecided(s *scene, _ *Params) string {
	no := s.has("consent.refused") || s.has("consent.withdrawn") || len(s.t.index.acts["consent.refused"]) == 0
	switch d := s.told.decision; {
	case d == nil:
		return "First record the threshold decision and who made it: does this now meet child in need or child protection?"
	case s.threshold() != "not met":
		return s.decideAnew()
	case s.proposal != nil && d.By == s.proposal.by:
		return "Whoever proposes ending decided themselves that the threshold is not met; have somebody else decide it."
	case !s.decidesForOthers(d):
		return "Nobody else is named in full who decided that the threshold is not met; have somebody else decide it, and name them."
	case !no:
		return "First record that the family said no."
	case s.told.no != nil && !s.told.sinceNo:
		return "The threshold was decided before the family last said no; have somebody decide it anew."
	}
	return ""
}

// decidedByOther holds for a threshold decision by somebody who is named, and is not
// whoever records it.
func decidedByOther(s *scene, _ *Params) string {
	if s.e == nil || s.e.Kind != decided || s.decidesForOthers(s.e) {
		return ""
	}
	return "The threshold is decided by somebody else than the worker: name them."
}

// decidesForOthers: a manager, and somebody of social care, decide by recording it; whoever
// else records it names who did.
func (l *ledger) decidesForOthers(e *Event) bool {
	return isManager(e.Role) || l.isSocialCare(e.Agency) || strings.TrimSpace(e.text("decided_by")) != e.By && l.namesOther(e)
}
