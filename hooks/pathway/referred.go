package pathway

import "cmp"

// What social care does with a referral is theirs to say. They often answer by telephone:
// whoever referred then records it, and names whom they spoke to.

// sending is the referral that was sent last, and what came of it.
type sending struct {
	to, from string // the agency it was sent to, where it is known; and whose it is
	by       string // who referred
	relayed  *Event // the answer, where it stands on the word of whoever referred
}

func (l *ledger) refer(e *Event) {
	l.referred, l.told.sent = true, e
	l.sent = sending{to: e.text("to_agency"), from: e.Agency, by: e.By}
}

func (l *ledger) answeredReferral(e *Event, takes bool) {
	l.referred, l.handed = false, takes
	if l.relays(e) {
		l.sent.relayed = e
	}
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
	}
	return ""
}

// onTheWordOf remarks on an answer to a referral that was passed on.
func (l *ledger) onTheWordOf(e *Event) []Reason {
	if !l.relays(e) {
		return nil
	}
	return []Reason{{"house", "Recorded by " + cmp.Or(l.c.Workers[e.By], "whoever referred") + " on the word of " + e.text("decided_by") + "."}}
}

// ownWord says why somebody may not approve an ending that stands on their own word that
// social care has taken it on.
func (s *scene) ownWord() string {
	r := s.sent.relayed
	if !s.handed || r == nil || s.e == nil || s.e.Kind != "closure.approved" || s.e.ReceivedVerdict == Accepted || s.e.By != r.By && s.e.By != s.sent.by {
		return ""
	}
	return "That social care has taken it on stands on your own word, or on that of your referral; another manager approves this."
}

// mayBeTakenOn: who in a new area takes a family on has a name.
func (l *ledger) mayBeTakenOn(e *Event) string {
	if !Named(e.text("accepted_by"), l.c.Workers[e.By]) {
		return "Give the first and last name of who in the new area has taken the family on."
	}
	return ""
}

// membersRecord begins what it arises from that somebody leads now.
const membersRecord = "case_members/"
