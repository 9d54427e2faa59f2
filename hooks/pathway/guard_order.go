package pathway

import "fmt"

// hasHappened: one kind of event waits for another.
func hasHappened(s *scene, p *Params) string {
	if s.has(p.Kind) {
		return ""
	}
	return "This comes after " + words(afterDot(p.Kind)) + "; record that first."
}

// firstOpening holds while nobody has opened this pathway.
func firstOpening(s *scene, _ *Params) string {
	if s.has(opened) {
		return "The pathway is already open; open another on the case if one is needed."
	}
	return ""
}

// lastStage of a dispute is a meeting with somebody in the chair: nothing is above it.
const lastStage = 4

// disputeOpen holds while a dispute is open: the one that the event names, or the only one;
// and at the last stage there is no next.
func disputeOpen(s *scene, _ *Params) string {
	switch {
	case len(s.disputes) == 0:
		return "No dispute is open; open one first."
	case s.e != nil && s.disputeOf(s.e) < 0:
		return "Several disputes are open, or this one is not: name the dispute by the event that opened it."
	case s.e != nil && !s.isSide(s.e):
		d := &s.disputes[s.disputeOf(s.e)]
		return "This disagreement is between " + s.nameOf(d.opened.Agency) + " and " + s.nameOf(d.opened.text("with_agency")) + ": one of them records this."
	case s.e != nil && s.e.Kind == "dispute.stage_up" && s.disputes[s.disputeOf(s.e)].stage >= lastStage:
		return "It is at its last stage, a meeting with somebody in the chair: record there how it was settled."
	}
	return ""
}

// isSide says whether an event on a disagreement is of one of its sides; how its last
// meeting settled it, whoever chaired that records.
func (s *scene) isSide(e *Event) bool {
	d := &s.disputes[s.disputeOf(e)]
	with := d.opened.text("with_agency")
	return with == "" || d.opened.Agency == "" || e.Agency == "" || e.Agency == d.opened.Agency || e.Agency == with ||
		e.Kind == "dispute.resolved" && (d.stage >= lastStage || s.endsForBoth(d, e))
}

// riskOpen holds while an immediate risk was raised and not resolved: the one that the
// event names, or the only one that its author knew of. That one is over says nothing of another.
func riskOpen(s *scene, _ *Params) string {
	switch {
	case len(s.risks) == 0:
		return "No immediate risk is open; this is for when one has been raised."
	case s.e == nil || s.riskOf(s.e) >= 0:
		return ""
	case s.e.text("risk") != "":
		return "This immediate risk is not open: it is resolved already, or not of this pathway."
	case len(s.risksKnown(s.e)) > 0:
		return fmt.Sprintf("Several immediate risks are open (%d): say which of them is over.", len(s.risks))
	case len(s.risks) == 1:
		return "The immediate risk that is open was not known when this was recorded: say which one is over."
	}
	return fmt.Sprintf("The immediate risks that are open (%d) were not known when this was recorded: say which of them is over.", len(s.risks))
}

// referralOpen holds while a referral that was sent waits for an answer.
func referralOpen(s *scene, _ *Params) string {
	if s.referred {
		return ""
	}
	return "No referral is waiting for an answer; record that one was sent first."
}

// timerMayStop: a manager may stop a clock that is running, but not the one that
// watches over when a child was last seen, nor that of a dispute or of telling the
// social worker (G8, G10).
func timerMayStop(s *scene, _ *Params) string {
	if s.e == nil {
		return ""
	}
	i, ok := s.t.index.timer[s.e.text("timer")]
	switch {
	case !ok:
		return "There is no such clock on this pathway; give its code."
	case s.t.Timers[i].Starts.derived():
		return "This clock cannot be stopped; do what it asks for."
	case !s.timers[i].running:
		return "This clock has not started, so there is nothing to change."
	}
	return ""
}

// derived says whether a trigger is read from what is so, not from an event.
func (tr *Trigger) derived() bool { return tr.LastSeen || tr.Dispute || tr.Statutory }

// stepByHand holds for a step of the template that is ticked by hand, and that is asked for by now.
func stepByHand(s *scene, _ *Params) string {
	if s.e == nil {
		return ""
	}
	i, ok := s.t.index.step[s.e.text("step")]
	switch {
	case !ok:
		return "There is no such step on this pathway; give its code."
	case !s.t.Steps[i].ByHand:
		return "This step is done by recording what was done, not by ticking it."
	case !s.steps[i].created:
		return "This step is not asked for yet, so there is nothing to tick."
	}
	return ""
}

// agencyNamed holds for an event of somebody on the case that names its agency.
func agencyNamed(s *scene, _ *Params) string {
	switch {
	case s.e == nil:
		return ""
	case s.e.Agency == "":
		return "Say which agency this is from."
	case s.e.Role == "system":
		return "Only somebody on the case answers for their agency."
	}
	return ""
}
