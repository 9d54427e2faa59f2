package pathway

import (
	"fmt"
	"slices"
	"strings"
)

// blockers are what nothing_open looks at.
var blockers = []string{"cp_plan", "section_47", "dispute", "immediate_risk", "unseen"}

// impactComplete is G6: what it means for each child, and when that child was last
// seen, by whom, and whether alone.
func impactComplete(s *scene, _ *Params) string {
	if s.e == nil {
		return ""
	}
	entries := map[string]map[string]any{}
	for _, m := range s.e.entries("impact") {
		if id, ok := m["child"].(string); ok {
			entries[s.known(id)] = m
		}
	}
	lacks := 0
	for i := range s.c.Children {
		if c := &s.c.Children[i]; c.Concerned(s.today()) && !whole(entries[c.ID], c.unborn(s.today()), s.came()) {
			lacks++
		}
	}
	if lacks == 0 {
		return ""
	}
	return fmt.Sprintf("Complete the impact for each child: %s still without impact, day last seen, by whom and whether alone.",
		number(lacks, "child is", "children are"))
}

// whole says whether an impact entry says all of G6. A child who was never seen is
// said to be so, in words; one who is not born yet can have been seen by nobody. Nobody was
// seen on a day that had not come.
func whole(m map[string]any, unborn bool, by string) bool {
	said := func(member string) bool { s, ok := m[member].(string); return ok && strings.TrimSpace(s) != "" }
	if !said("impact") {
		return false
	}
	if unborn {
		return true
	}
	if never, _ := m["never_seen"].(bool); never {
		return said("why_not_seen")
	}
	day, _ := m["last_seen_on"].(string)
	_, alone := m["alone"].(bool)
	return isDay(day) && day <= by && said("seen_by") && alone
}

// agenciesAnswered is G7: no agency closes alone. Every active agency has answered,
// or the time to answer is over and a manager who did not propose it says why it is
// right to close; an objection is met with reasons too, by somebody senior to whoever
// proposed. It is for a manager of the agency that leads, or a service manager. Of each
// agency the latest answer counts.
func agenciesAnswered(s *scene, p *Params) string {
	pr := s.proposal
	if pr == nil {
		return "First propose closing and ask every agency."
	}
	override, known := "", pr
	if s.e != nil {
		switch {
		case s.e.By == "":
			return "Say who approves it."
		case s.e.By == pr.by:
			return "Whoever proposed closing cannot approve it; another manager can."
		case isManager(s.e.Role):
			override = s.e.text("override_reason")
		}
		if say := s.mayEnd(s.e); say != "" {
			return say
		}
		var rejected bool
		if known, rejected = s.asReceived(pr, s.e); rejected {
			return "It was decided before this came that the work goes on; propose ending again."
		}
	}
	waiting, others := s.unanswered(pr)
	over, _, due := s.over(p.Timer, s.now)
	objecting, asked := known.objecting(), s.e != nil
	switch {
	case len(waiting) > 0 && !over && due != "":
		return fmt.Sprintf("Wait for %s to answer, or until %s is over; after that a manager may close with a reason.", list(s.named(waiting)), spoken(due))
	case len(waiting) > 0 && !over:
		return "Wait for " + list(s.named(waiting)) + " to answer."
	case len(waiting) > 0 && override == "" && asked:
		return "Say why it is right to close without an answer from " + list(s.named(waiting)) + "."
	case others == 0 && override == "" && asked:
		return "Only one agency is on this case, and none closes alone: say why it is right to close."
	case len(objecting) > 0 && override == "" && asked:
		return "An agency objects: say why it is right to close all the same, reject the proposal, or raise it as a disagreement."
	case len(waiting)+len(objecting) == 0 && others > 0 || !asked || s.e.ReceivedVerdict == Accepted:
		return ""
	case !Substance(override):
		return TooShort
	case len(objecting) > 0 && !senior(s.e.Role, pr.role):
		return "An agency objects, so this is for somebody senior to whoever proposed it; ask a service manager, or raise it as a disagreement."
	}
	return ""
}

// senior says whether one role is above another; nothing is above a service manager.
func senior(role, than string) bool {
	return role == "service_manager" || isManager(role) && !isManager(than)
}

// allAnswered holds once nobody's answer is missing (T10).
func allAnswered(s *scene, _ *Params) string {
	if s.proposal == nil {
		return "First propose closing and ask every agency."
	}
	if waiting, _ := s.unanswered(s.proposal); len(waiting) > 0 {
		return "Wait for " + list(s.named(waiting)) + " to answer."
	}
	return ""
}

// unanswered is the agencies whose answer is missing, and how many there are beside
// the one that proposed: of those who were there when this came, not on the day it is dated.
// One that joined on the day of an approval which was taken joined after it, or answered.
func (s *scene) unanswered(pr *proposal) (waiting []string, others int) {
	for i := range s.c.Agencies {
		a := &s.c.Agencies[i]
		if a.ID == pr.agency || !reached(a.Since, s.came()) || s.gone(a, pr) {
			continue
		}
		others++
		if pr.answers[a.ID] == nil && !s.joinedAfter(a) {
			waiting = append(waiting, a.ID)
		}
	}
	slices.Sort(waiting)
	return waiting, others
}

// gone says whether an agency had left before a proposal. One that another took off is asked
// for some weeks all the same, but of an approval that was taken without it.
func (s *scene) gone(a *Agency, pr *proposal) bool {
	last := a.Until
	if s.e == nil || s.e.ReceivedVerdict != Accepted {
		last = max(last, a.AskedUntil)
	}
	return a.Until != "" && last < pr.on
}

// joinedAfter says whether an agency joined later on the day on which an approval was taken.
func (s *scene) joinedAfter(a *Agency) bool {
	return s.e != nil && s.e.ReceivedVerdict == Accepted && a.Since == s.came() && a.Since != s.today()
}

// named are agencies as people call them.
func (s *scene) named(ids []string) []string {
	out := slices.Clone(ids)
	for i, id := range ids {
		out[i] = s.nameOf(id)
	}
	return out
}

// closingChecklist is G7: the chronology, the views and the telling, each with the
// day it was done, which has come.
func closingChecklist(s *scene, p *Params) string {
	if s.e == nil {
		return ""
	}
	days, _ := s.e.Data["checklist"].(map[string]any)
	var left []string
	for _, item := range p.Items {
		if day, _ := days[item].(string); !isDay(day) || day > s.came() {
			left = append(left, words(item))
		}
	}
	if left == nil {
		return ""
	}
	return "Give the day on which each of these was done: " + strings.Join(left, ", ") + "."
}

// nothingOpen is G8: none of these is open (all of them, where items names none), no
// child unseen for more than days, and no threshold met that nobody was told of; but see
// Ending for social care in the contract.
func nothingOpen(s *scene, p *Params) string {
	asks := func(item string) bool { return len(p.Items) == 0 || slices.Contains(p.Items, item) }
	var open []string
	if s.handsOver() {
		if !s.handedOver() {
			return "First record that social care has taken it on, and who decided; or, where a plan or an enquiry is open, that their social worker was told, and who that is (first and last name)."
		}
	} else {
		if asks("cp_plan") && s.there(s.c.CPPlan.on) {
			open = append(open, "a child protection plan is open")
		}
		if asks("section_47") && s.there(s.c.Section47.on) {
			open = append(open, "an enquiry under section 47 is running")
		}
	}
	if pr := s.proposal; pr != nil && s.e != nil && s.e.Kind == "closure.approved" {
		if say := s.ownWord(s.e, pr.reason); say != "" {
			return say
		}
	}
	if asks("dispute") && s.disagree() {
		open = append(open, "a dispute is open")
	}
	if n := len(s.risks); asks("immediate_risk") && n > 0 {
		open = append(open, number(n, "immediate risk is", "immediate risks are")+" not yet resolved")
	}
	if say := s.unseenSaid(p.Days); asks("unseen") && p.Days > 0 && len(say) > 0 {
		if !s.handsOver() {
			open = append(open, say...)
		} else if said, enough := s.saysNotSeen(); open == nil && !said {
			return "Say in the handover which child was not seen, and why: " + list(say) + "."
		} else if open == nil && !enough {
			return TooShort
		}
	}
	if open == nil {
		if say := s.ownSight(p.Days); asks("unseen") && p.Days > 0 && !s.handsOver() && say != "" {
			return say
		}
		if say := s.recastSaid(p.Days); asks("unseen") && p.Days > 0 && say != "" {
			return say
		}
		ending := s.e == nil && len(p.Items) == 0 || s.e != nil && s.e.Kind == "closure.approved"
		if pr := s.proposal; ending && pr != nil && pr.reason != "statutory" && pr.reason != "declined" {
			return s.holdsThreshold()
		}
		return ""
	}
	return "This has to wait while " + list(open) + "."
}

// handsOver says whether the end that is proposed is that social care leads. A plan
// or an enquiry is then the very reason to end, not something in its way; what G8
// asks instead is that they have it (SPEC.md, "Ending for social care").
func (s *scene) handsOver() bool { return s.proposal != nil && s.proposal.reason == "statutory" }

// saysNotSeen says whether an approval says why a child was not seen. Of one that is still to
// come it is not asked; nor is more asked of one that counted with less.
func (s *scene) saysNotSeen() (said, enough bool) {
	if s.e == nil {
		return true, true
	}
	why := s.e.text("not_seen")
	return why != "", Substance(why) || s.e.ReceivedVerdict == Accepted
}

func (s *scene) handedOver() bool {
	known := s.theyKnow != nil || s.e != nil && s.e.ReceivedVerdict == Accepted && s.has("social_worker.told")
	return s.handed || known && s.c.statutory(s.today())
}

// disagree says whether a disagreement is in the way: one that a side said was settled was in
// the way of nothing that counted before both had to say so.
func (s *scene) disagree() bool {
	return slices.ContainsFunc(s.disputes, func(d dispute) bool {
		return len(d.said) == 0 || s.e == nil || s.e.ReceivedVerdict != Accepted
	})
}

// notByCount is G11: a number of missed appointments is never by itself a reason,
// and nothing but a person proposes closing.
func notByCount(s *scene, _ *Params) string {
	switch {
	case s.e == nil:
		return ""
	case s.e.text("basis") == "missed_count":
		return "A number of missed appointments is not a reason to close: say what is known of each child's need."
	case s.e.By == "" || s.e.Role == "system":
		return "Only a person proposes closing."
	}
	return ""
}

// proposedFor tells the ends apart by the reason of the proposal.
func proposedFor(s *scene, p *Params) string {
	if s.proposal != nil && s.proposal.reason == p.Reason {
		return ""
	}
	return "Closing was not proposed for this reason; propose it first."
}
