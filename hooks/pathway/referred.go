package pathway

import (
	"cmp"
	"slices"
)

// What social care does with a referral is theirs to say. They often answer by telephone:
// whoever referred then records it, and names whom they spoke to.

// sending is the referral that was sent last.
type sending struct {
	from string // whose it is
	by   string // who referred
}

// reply is what was decided on a referral, whatever is referred after it.
type reply struct {
	*Event
	from  string // whose referral it was
	asked string // who referred
}

func (l *ledger) refer(e *Event) {
	l.referred, l.told.sent = true, e
	l.sent = sending{from: e.Agency, by: e.By}
}

func (l *ledger) answeredReferral(e *Event, takes bool) {
	l.referred, l.handed, l.relayed = false, takes, nil
	r := &reply{e, l.sent.from, l.sent.by}
	if !takes {
		l.nfa = r
	} else if l.relays(e) {
		l.relayed = r
	}
}

// byTelephone says whether a decision on a threshold that another agency decided to be met is
// that of who at social care decided on the referral since, passed on by the agency that
// referred.
func (l *ledger) byTelephone(e *Event) bool {
	if l.nfa == nil || came(e) || l.isSocialCare(e.Agency) || e.Agency != l.nfa.from || !l.namesOther(e) {
		return false
	}
	others := slices.ContainsFunc(l.told.held, func(d *Event) bool { return d.Agency != e.Agency && grave(d) > grave(e) })
	since := !slices.ContainsFunc(l.told.held, func(d *Event) bool { return grave(d) > grave(e) && before(d, l.nfa.Event) > 0 })
	who := l.nfa.text("decided_by")
	if !l.relays(l.nfa.Event) {
		who = cmp.Or(l.c.Workers[l.nfa.By], who)
	}
	return others && since && Bears(e.text("decided_by"), who)
}

// relays says whether an answer is recorded by somebody else than those who gave it.
func (l *ledger) relays(e *Event) bool { return !l.isSocialCare(e.Agency) }

// mayTell: what was decided on a referral is recorded by somebody of the agency that
// decides; or by that which referred, with the name of who there said so.
func (l *ledger) mayTell(e *Event) string {
	switch {
	case !l.referred || !l.relays(e):
		return ""
	case e.By == "" || e.Role == "system" || l.sent.from != "" && e.Agency != l.sent.from:
		return "What was decided on a referral is recorded by those who decided it, or by those who referred: ask " + l.nameOf(cmp.Or(l.sent.from, "them")) + " to record it."
	case !l.namesOther(e):
		return "Give the first and last name of who at social care decided this; it is not recorded on your own word."
	case !l.passes(e, "decided_by", l.isSocialCare):
		return SocialCareNamed
	}
	return ""
}

// mayRefer: what a pathway calls a referral is one to children's social care.
func (l *ledger) mayRefer(e *Event) string {
	if to := e.text("to_agency"); to != "" && !l.isSocialCare(to) {
		return NotSocialCare
	}
	return ""
}

// NotSocialCare is said of a referral to social care that goes to another kind of agency.
const NotSocialCare = "This is for a referral to children's social care, and the agency given is another: choose theirs, or give none and say in words to whom it went."

// theyHeard keeps that social care's own people know: they record it, or somebody does who
// says whom of theirs they spoke to. That somebody was told, and nobody knows who, is no more
// than that.
func (l *ledger) theyHeard(e *Event) {
	if l.isSocialCare(e.Agency) || Named(e.text("spoken_to"), l.c.Workers[e.By]) && l.passes(e, "spoken_to", l.isSocialCare) {
		l.theyKnow = e
	}
}

// onTheWordOf remarks on an answer to a referral that was passed on.
func (l *ledger) onTheWordOf(e *Event) []Reason {
	if !l.relays(e) {
		return nil
	}
	said := "Recorded by " + cmp.Or(l.c.Workers[e.By], "whoever referred") + " on the word of " + e.text("decided_by") + "."
	if !l.canRing(e.text("decided_by")) {
		said += " " + ringBack
	}
	return []Reason{{"house", said}}
}

// canRing says whether somebody who is named can be reached: who has an account here can, and
// the family.
func (l *ledger) canRing(name string) bool {
	return Reachable(name) || slices.ContainsFunc(l.c.Known, func(w Worker) bool { return Bears(name, w.Name) }) ||
		slices.ContainsFunc(l.c.Adults, func(a Adult) bool { return Bears(name, a.Name) }) || slices.ContainsFunc(l.c.Children, func(c Child) bool { return Bears(name, c.Name) })
}

// unreachable remarks on somebody elsewhere whom a word is passed on from, and whom nobody
// could ring.
func (l *ledger) unreachable(e *Event, member string) []Reason {
	if name := e.text(member); name != "" && !l.isSocialCare(e.Agency) && !l.canRing(name) {
		return []Reason{{"house", ringBack}}
	}
	return nil
}

// mayBeTakenOn: who in a new area takes a family on has a name.
func (l *ledger) mayBeTakenOn(e *Event) string {
	if !Named(e.text("accepted_by"), l.c.Workers[e.By]) {
		return "Give the first and last name of who in the new area has taken the family on."
	}
	if !l.passes(e, "accepted_by", nobody) {
		return "Somebody of that name works here, and not in the new area: give the first and last name of who there has taken the family on."
	}
	return ""
}

// membersRecord begins what it arises from that somebody leads now.
const membersRecord = "case_members/"
