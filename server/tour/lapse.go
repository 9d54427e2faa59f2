package tour

import (
	"fmt"
	"strings"
	"time"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// again is the second time: a new plan waits until the child was seen since the miss, and
// the next miss is a second lapse, counted.
func (h *household) again() error {
	plan := func() mutation {
		return h.event("plan.agreed", time.Now(), map[string]any{"agreement": "verbal", "person": h.adult})
	}
	early := plan()
	e, err := h.tries(h.lead, early)
	if err != nil {
		return err
	}
	if why := sentence(e); e["verdict"] != "attempted" || !strings.HasPrefix(why, "First see every child again") {
		return fmt.Errorf("a plan without a sighting since the miss is %v: %s", e["verdict"], why)
	}
	h.lead.w.say("Another plan the same day. On the record, without effect:")
	h.lead.w.say("  “%s”", sentence(e))
	if err := h.lead.sends(
		h.event("child.seen", time.Now(), map[string]any{"children": []string{h.child}, "alone": true, "seen_by": demo.Practitioner.Name}), plan(),
	); err != nil {
		return err
	}
	if err := h.at("re_engaged", "the child seen again, a second plan"); err != nil {
		return err
	}
	if err := h.lead.sends(h.try("visit_announced", time.Now(), "Nobody in again.")); err != nil {
		return err
	}
	if err := h.at("joint_approach", "a second lapse"); err != nil {
		return err
	}
	if n := fmt.Sprint(h.lead.rows["pathways/"+h.pathway].record["cycles"]); n != "2" {
		return fmt.Errorf("started and stopped twice, and counted %s times", n)
	}
	h.lead.w.say("started and stopped twice: the pathway counts it, and the third time asks for a meeting")
	return nil
}

// tries hands in an event that may be refused, and gives it as it stands.
func (h *household) tries(p *phone, m mutation) (map[string]any, error) {
	if _, err := p.push(contract.Applied, m); err != nil { // kept, whatever it counts for
		return nil, err
	}
	if _, _, _, err := p.pull(); err != nil {
		return nil, err
	}
	return p.rows["pathway_events/"+m.Record].record, nil
}

// refuses is a family whose mother says no: she is asked why, somebody else than the worker
// decides what the no means for the child, and a letter to her is due.
func (w *walk) refuses() error {
	begun := daysAgo(2, 9)
	h, outbox, err := w.household("Coldwell", "Juno Coldwell", "Petra Coldwell", "3 Weir Bank", "FM5 9WB", begun)
	if err != nil {
		return err
	}
	for i := range outbox {
		if outbox[i].Collection == "pathways" {
			outbox[i] = w.onTemplate("no-consent", h, begun)
			h.pathway = outbox[i].Record
		}
	}
	outbox = append(outbox, h.event("consent.refused", begun.Add(time.Hour), map[string]any{"person": h.adult, "reason": "She has had enough of forms."}))
	if err := h.lead.sends(outbox...); err != nil {
		return err
	}
	if err := h.at("opened", "a family that says no"); err != nil {
		return err
	}
	for _, code := range []string{"ask-why", "decide-threshold", "consent-letter"} {
		s := h.steps(h.lead)[code]
		if s == nil || s["due_on"] == "" {
			return fmt.Errorf("the step %s is not asked for", code)
		}
		w.say("asked for: %s, by %v", s["title"], s["due_on"])
	}
	if err := h.lead.sends(h.event("consent.asked", time.Now(), map[string]any{
		"person": h.adult, "why": "Petra filled the same form in three times last year.", "offered": "We write it with her, at school.",
	})); err != nil {
		return err
	}
	if err := h.at("asked", "asked why, and offered another way"); err != nil {
		return err
	}
	own, err := h.tries(h.lead, h.event("threshold.decided", time.Now(), map[string]any{"decision": "not_met", "decided_by": "me"}))
	if err != nil {
		return err
	}
	if h.steps(h.lead)["decide-threshold"]["status"] == "done" {
		return fmt.Errorf("the worker decided alone: %v", own["verdict"])
	}
	if _, _, _, err := w.manager.pull(); err != nil {
		return err
	}
	if err := w.manager.sends(h.event("threshold.decided", time.Now(), map[string]any{"decision": "not_met", "decided_by": demo.Manager.Name})); err != nil {
		return err
	}
	if err := h.at("decided", "a manager decided what the no means for Juno"); err != nil {
		return err
	}
	for code, want := range map[string]bool{"ask-why": true, "decide-threshold": true, "consent-letter": false} {
		if got := h.steps(h.lead)[code]["status"] == "done"; got != want {
			return fmt.Errorf("the step %s is %v", code, h.steps(h.lead)[code]["status"])
		}
	}
	w.say("what is left: the letter about her no, and the door that stays open")
	return nil
}

// onTemplate begins a family's pathway on another of the published templates.
func (w *walk) onTemplate(key string, h *household, begun time.Time) mutation {
	template := ""
	for _, t := range w.practitioner.of("pathway_templates", "") {
		if t["key"] == key && t["status"] == "published" {
			template = fmt.Sprint(t["id"])
		}
	}
	return record("pathways", map[string]any{"case": h.caseID, "template": template, "opened_at": stamp(begun), "trigger": "consent_refused"})
}
