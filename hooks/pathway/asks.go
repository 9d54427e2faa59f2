package pathway

import (
	"slices"
	"strings"
)

// Whoever may not do a thing is told who can, by name and agency; where nobody can, what
// would lift that. "One of them" is nobody.

const (
	byServer = "The server records this by itself; nobody else does."
	noneHere = "Nobody on this case is one: ask your agency's lead to put a manager on it."
)

// roleMissing says who may do what the role of an event's author may not, or "".
func (l *ledger) roleMissing(may []string, e *Event) string {
	if len(may) == 0 || slices.Contains(may, e.Role) {
		return ""
	}
	if !slices.ContainsFunc(may, isManager) {
		return byServer // what a template leaves to people, it leaves to managers
	}
	if l.c.NoManager {
		return "This is for a manager. " + noneHere
	}
	ids, known := l.mayApprove(e)
	whose := "This is for a manager"
	if slices.ContainsFunc(l.c.Managers, func(m Manager) bool { return m.ID == e.By }) {
		whose = "This is for a manager who answers for those whose work it is"
	}
	names := l.managersNamed(func(m Manager) bool {
		return m.ID != e.By && (known && slices.Contains(ids, m.ID) || !known && !m.Member)
	})
	switch {
	case len(names) > 0:
		return whose + ": ask " + strings.Join(names, " or ") + " to record it."
	case l.c.Managers != nil:
		return whose + ". Nobody else on this case is one: ask your agency's lead to put a manager on it."
	}
	return whose + " on this case; leave it to them."
}

// mayApprove is who may approve what an event would, where that is known.
func (l *ledger) mayApprove(e *Event) (ids []string, known bool) {
	if e.Kind == "letter.approved" { // a manager of the agency on whose paper it is
		for _, f := range l.order {
			if f.id == e.text("letter_id") && f.drafted != nil {
				for _, m := range l.c.Managers {
					if m.Agency == f.drafted.Agency && m.ID != f.drafted.By {
						ids = append(ids, m.ID)
					}
				}
				return ids, true
			}
		}
		return nil, false
	}
	by := ""
	switch e.Kind {
	case "risk_assessment.signed_off":
		if l.assessed != nil {
			by = l.assessed.by
		}
	case "closure.approved":
		if l.proposal != nil {
			by = l.proposal.by
		}
	case moved:
		if m := l.moves[e.text("proposal")]; m != nil {
			by = m.by
		}
	}
	ids, known = l.c.Approvers[by]
	return ids, known
}

// managersNamed are the managers who are meant, each with their agency.
func (l *ledger) managersNamed(are func(Manager) bool) (names []string) {
	for _, m := range l.c.Managers {
		if are(m) {
			names = append(names, m.Name+" of "+l.nameOf(m.Agency))
		}
	}
	return names
}

// mayEnd: ending is for a manager of the agency that leads, or a service manager. Who
// somebody was when it came stays so, whoever leads since.
func (l *ledger) mayEnd(e *Event) string { return l.mayLead(e, "Ending") }

func (l *ledger) mayLead(e *Event, what string) string {
	if l.c.Lead == "" || e.Agency == l.c.Lead || e.Role == "service_manager" || !isManager(e.Role) || e.ReceivedVerdict == Accepted {
		return ""
	}
	say := what + " is for a manager of " + l.nameOf(l.c.Lead) + ", which leads, or a service manager"
	names := l.managersNamed(func(m Manager) bool { return m.ID != e.By && m.Agency == l.c.Lead && !m.Member })
	switch {
	case len(names) > 0:
		return say + ": ask " + strings.Join(names, " or ") + "."
	case l.c.Managers != nil:
		return say + ". It has none on this case: have its lead put one on it."
	}
	return say + "."
}
