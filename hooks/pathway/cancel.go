package pathway

import "cmp"

// Cancelling is for what should never have been: the wrong family, or the same thing twice. It
// is no ending, so nobody is asked of it; and so it stands over nothing that an ending waits for.

// weighs says whether an event stands in the way of cancelling, and of an ending, whatever day
// either is dated.
func weighs(e *Event) bool {
	switch e.Kind {
	case decided:
		return grave(e) > 0
	case "dispute.opened", "referral.sent", "closure.objected", ImmediateRisk:
		return true
	}
	return false
}

// weigh gathers what stands in the way of an ending, whenever it happened.
func (l *ledger) weigh(list []entry) {
	for i := range list {
		if e := &list[i]; weighs(e.Event) && e.correctedBy == "" && e.objection == "" {
			l.weighty = append(l.weighty, e.Event)
		}
	}
}

// behind says whether an event is dated back behind something in its way that was here first.
func (l *ledger) behind(e *Event) bool {
	for _, w := range l.weighty {
		if before(e, w) < 0 && !w.ReceivedAt.IsZero() && (e.ReceivedAt.IsZero() || !w.ReceivedAt.After(e.ReceivedAt)) {
			return true
		}
	}
	return false
}

// mayCancel: whoever leads cancels, says why, and not over what shows that the pathway was
// right to be there.
func (l *ledger) mayCancel(e *Event) string {
	const instead = ", so this was not opened in error: end it in the ordinary way, or settle that first."
	came := dayOf(l.moment(e))
	if !e.ReceivedAt.IsZero() {
		came = max(came, dayOf(e.ReceivedAt))
	}
	switch {
	case l.standing() != "":
		return "The threshold was decided to be " + l.threshold() + ", and a pathway is not cancelled over that. " +
			"Where it was recorded on the wrong family, have another manager of that agency withdraw the decision, who says why; else refer, or record a new decision by somebody else."
	case e.ReceivedVerdict == Accepted:
		return ""
	case !Substance(e.text("reason")):
		return TooShort
	case l.mayEnd(e) != "":
		return l.mayEnd(e)
	case l.behind(e):
		return "Something was recorded here after the day that you give, and would stand in the way of this: cancel it as of today, or end it in the ordinary way."
	case l.c.statutory(dayOf(l.moment(e))) || l.c.statutory(came):
		return "A child has a protection plan, or an enquiry is running" + instead
	case l.referred:
		return "A referral was sent and is not decided" + instead
	case l.handed:
		return "Social care has taken the family on" + instead
	case len(l.objects) > 0:
		return l.nameOf(l.objects[len(l.objects)-1]) + " objected to ending" + instead
	}
	if names := l.unseenBy(e, came, e.By); len(names) > 0 {
		nobody := "Nobody"
		if len(l.unseenBy(e, came, "")) < len(names) {
			nobody = "Nobody but you"
		}
		return nobody + " has seen " + list(names) + " lately, so this is not cancelled on one person's word: have somebody else propose ending it for another reason (“other”), because it was opened in error, and cancel it then; or see them first."
	}
	return l.ownWord(e, cancelled)
}

// unseenBy are the children whom nobody has seen within the days of nothing_open, or whom
// nobody looks for any more by what somebody made of their record, where one person alone
// cancels over them: by the word of anybody but one person. Somebody else who proposes ending
// it shares that: it fits no other end.
func (l *ledger) unseenBy(e *Event, came, but string) (names []string) {
	days := l.t.unseenDays()
	if p := l.proposal; days == 0 || p != nil && p.reason == "other" && p.by != e.By {
		return nil
	}
	limit := addDays(came, -days)
	for i := range l.c.Children {
		c := &l.c.Children[i]
		if (c.Seeable(dayOf(l.moment(e))) || c.Seeable(came)) && l.seenOrSince(c, but) < limit {
			names = append(names, cmp.Or(c.Name, "a child"))
		}
	}
	for i := range l.c.Recast {
		if r := &l.c.Recast[i]; cmp.Or(l.seenBut(r, but), l.openedOn) < limit {
			names = append(names, cmp.Or(r.Name, "a child"))
		}
	}
	return names
}

// unseenDays is how many days nobody may have seen a child where a pathway ends.
func (t *Template) unseenDays() int {
	for _, act := range t.index.acts["closure.approved"] {
		for _, check := range t.Events[act].Guards {
			if check.Name == "nothing_open" && check.With.Days > 0 {
				return check.With.Days
			}
		}
	}
	return 0
}

// objected keeps which agencies object to an ending; each until it agrees to one.
func (l *ledger) objected(e *Event) {
	without := l.objects[:0:0]
	for _, a := range l.objects {
		if a != e.Agency {
			without = append(without, a)
		}
	}
	if l.objects = without; e.Kind == "closure.objected" {
		l.objects = append(l.objects, e.Agency)
	}
}
