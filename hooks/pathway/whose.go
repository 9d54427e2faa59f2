package pathway

import (
	"slices"
	"strings"
)

// Whose word something is. Much that ends the work on a family, or lets it end, is somebody
// else's to say, and is often passed on by whoever wants it so. One question answers for all
// of it: is this the word of those it is said to be of, and not of the one who profits?
//
//   - What an agency records itself is its word.
//   - What another passes on names who there said so, who has no account here elsewhere.
//   - Nobody ends the work on a word that they passed on, asked for, or are named in.

// Worker is somebody who has an account here.
type Worker struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Agency string `json:"agency"`
}

// isSocialCare says whether an agency is children's social care: its kind says so, and nothing
// that is written on a pathway.
func (l *ledger) isSocialCare(agency string) bool {
	return agency != "" && (slices.Contains(l.c.SocialCare, agency) || slices.ContainsFunc(l.c.Agencies, func(a Agency) bool { return a.ID == agency && a.Kind == socialCare }))
}

// Bears says whether a text may name this person: it has both their names, or no name that is
// not one of theirs ("Ms Holt", "M. Holt").
func Bears(text, name string) bool {
	said, _ := namesIn(text)
	theirs, _ := namesIn(name)
	if len(said) == 0 || len(theirs) == 0 {
		return false
	}
	whole := len(theirs) > 1 && !slices.ContainsFunc(theirs, func(n string) bool { return !slices.Contains(said, n) })
	long, other := false, false
	for _, n := range said {
		if slices.Contains(theirs, n) {
			long = long || len([]rune(n)) > 1
		} else if len([]rune(n)) > 1 || !slices.ContainsFunc(theirs, func(t string) bool { return strings.HasPrefix(t, n) }) {
			other = true
		}
	}
	return whole || long && !other
}

// Elsewhere says whether a name is that of somebody who has an account here, and of nobody
// whose word it may be: theirs says which agencies those are of.
func Elsewhere(text string, known []Worker, theirs func(agency string) bool) bool {
	here := false
	for i := range known {
		if !Bears(text, known[i].Name) {
			continue
		}
		if theirs(known[i].Agency) {
			return false
		}
		here = true
	}
	return here
}

// anotherAgencys says whether somebody would take back, or write anew, what another agency said
// to an ending, or to a referral that it decided on: whoever wants it otherwise does not.
func anotherAgencys(e, old *Event) bool {
	switch old.Kind {
	case "closure.consulted", "closure.objected", "referral.sent", "referral.accepted", "referral.nfa", "social_worker.told", "dispute.opened", "dispute.resolved", ImmediateRisk:
		return e.By != old.By && old.Agency != "" && e.Agency != old.Agency
	}
	return false
}

// nobody has people whose word from outside of here counts.
func nobody(string) bool { return false }

// SocialCareNamed is said of a name that is not one of social care.
const SocialCareNamed = "Somebody of that name works here, and not at social care. Give the first and last name of who at social care decided this, or have social care record it."

// passes says whether who is named in a member may speak for those whose word it is. What
// counted when it came is not undone by whoever has an account since.
func (l *ledger) passes(e *Event, member string, theirs func(agency string) bool) bool {
	return e.ReceivedVerdict == Accepted || !Elsewhere(e.text(member), l.c.Known, theirs)
}

// Relayed says whether a kind of event tells what others decided: what was made of it when it
// came is kept with it.
func Relayed(kind string) bool {
	return slices.Contains([]string{"referral.accepted", "referral.nfa", "new_area.accepted", "social_worker.told"}, kind)
}

// word is what an ending rests on, and those who do not end the work on it.
type word struct {
	by   []string // who recorded it, or asked for it
	of   string   // whom it names
	says string
}

// isOf says whether a word is somebody's own, or in their name.
func (l *ledger) isOf(w word, e *Event) bool {
	name := l.c.Workers[e.By]
	return slices.Contains(w.by, e.By) || name != "" && Bears(w.of, name)
}

// ownWord says why somebody may not end the pathway: it stands on a word of their own.
func (l *ledger) ownWord(e *Event, reason string) string {
	if e == nil || e.ReceivedVerdict == Accepted {
		return ""
	}
	for _, w := range l.restsOn(reason) {
		if l.isOf(w, e) {
			return w.says
		}
	}
	return ""
}

// restsOn is what an ending for a reason rests on, as far as it was passed on.
func (l *ledger) restsOn(reason string) (list []word) {
	switch {
	case reason == "statutory" && l.handed:
		if r := l.relayed; r != nil {
			list = append(list, word{[]string{r.By, r.asked}, r.text("decided_by"), "That social care has taken it on stands on your own word or in your name, or on that of your referral; another manager approves this."})
		}
		return list
	case reason == "statutory":
		if t := l.theyKnow; t != nil && !l.isSocialCare(t.Agency) {
			by := append(slices.Clone(l.c.CPPlan.By), l.c.Section47.By...)
			list = append(list, word{append(by, t.By), t.text("spoken_to"), "That social care has it stands on what you recorded yourself, or on your name; another manager approves this."})
		}
		return list
	case reason == "moved":
		list = append(list, word{l.course.away.by, "", "That those where the family went know of it stands on your own word; another manager approves this."})
	case reason == "declined":
		if d := l.told.decision; d != nil && !isManager(d.Role) && !l.isSocialCare(d.Agency) {
			list = append(list, word{[]string{d.By}, d.text("decided_by"), inYourName})
		}
	}
	if reason != cancelled {
		list = append(list, l.overBy()...)
	}
	return append(list, l.liftedBy()...)
}

// overBy is on whose word a plan or an enquiry is over that stood since the pathway began.
func (l *ledger) overBy() (list []word) {
	for _, s := range append(slices.Clone(l.c.CPPlan.Was), l.c.Section47.Was...) {
		if s.By != "" && s.Until >= l.openedOn {
			list = append(list, word{[]string{s.By}, "", "That the plan or the enquiry is over stands on your own word; another manager approves this."})
		}
	}
	return list
}

const inYourName = "That the threshold is not met stands on your own word alone, or on your name: have somebody else record that decision too (who is named in it, say), or another manager do this."

// liftedBy is on whose word alone a threshold that was met no longer stands.
func (l *ledger) liftedBy() (list []word) {
	if e := l.told.lift; e != nil && !l.told.shared {
		list = append(list, word{append([]string{e.By}, l.told.passed...), e.text("decided_by"), inYourName})
	}
	for _, w := range l.tookBack {
		if !slices.ContainsFunc(l.decisions, func(d *Event) bool { return l.sharedSince(d, w) }) {
			list = append(list, word{[]string{w.by.By}, "", inYourName})
		}
	}
	return list
}

// withdrawal is by what a decision was taken back.
type withdrawal struct{ by, of *Event }

// sharedSince says whether somebody else has decided, since a threshold was taken back, that
// less is met: in the order of what happened, and of what the server had.
func (l *ledger) sharedSince(d *Event, w withdrawal) bool {
	since := before(w.by, d) < 0 && (d.ReceivedAt.IsZero() || !d.ReceivedAt.Before(w.by.ReceivedAt))
	return since && grave(d) < grave(w.of) && (d.By != w.by.By || l.isSocialCare(d.Agency))
}

// takenBack finds who took back that a threshold was met.
func (l *ledger) takenBack(list []entry) {
	for i := range list {
		by := list[i].correctedBy
		if by == "" || list[i].Kind != decided || grave(list[i].Event) == 0 {
			continue
		}
		if j := slices.IndexFunc(list, func(e entry) bool { return e.ID == by }); j >= 0 && list[j].Kind == withdrawn && !came(list[j].Event) { // it goes along with a child, and stands there
			l.tookBack = append(l.tookBack, withdrawal{list[j].Event, list[i].Event})
		}
	}
}
