package tour

import (
	"errors"
	"fmt"
	"strings"
	"time"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// engages is a family's way from missed visits to a plan, and one miss after it.
func (w *walk) engages() error {
	begun := daysAgo(9, 9)
	h, outbox, err := w.household("Ashdown", "Ralf Ashdown", "Sella Ashdown", "7 Ropewalk", "FM2 6RW", begun)
	if err != nil {
		return err
	}
	outbox = append(outbox,
		h.try("visit_announced", begun.Add(time.Hour), "Nobody in at the time that Sella had chosen."),
		h.event("contact.checked", begun.Add(2*time.Hour), map[string]any{"against": "referral", "result": "confirmed"}),
		h.asked(daysAgo(7, 11), "Sella works early; mornings were never going to do. Nothing else in the way."),
		h.try("visit_unannounced", daysAgo(5, 17), "Called after work. No light."),
	)
	if err := h.lead.sends(outbox...); err != nil {
		return err
	}
	w.say("%s: %d things recorded without signal over days, handed in at once", h.reference(), len(outbox))
	if err := h.at("attempting", "two missed visits, the barriers looked at"); err != nil {
		return err
	}
	if err := h.written(w); err != nil {
		return err
	}
	if err := h.lead.sends(h.event("approach.made", time.Now(), map[string]any{
		"with": "referrer", "how": "With the class teacher, at the gate.", "result": "Sella talked with us for ten minutes and gave us Thursday, after work.",
	})); err != nil {
		return err
	}
	if err := h.at("joint_approach", "an approach together with the teacher"); err != nil {
		return err
	}
	before := h.steps(h.lead)
	if err := h.lead.sends(
		h.event("child.seen", time.Now(), map[string]any{"children": []string{h.child}, "alone": true, "seen_by": demo.Practitioner.Name}),
		record("service_agreements", map[string]any{
			"case": h.caseID, "pathway": h.pathway, "person": h.adult, "service": "plan", "scope": "A visit on Thursdays after work; Ralf at toast club.",
			"answer": "given", "how": "verbal", "witnessed_by": demo.School.Name, "answered_at": stamp(time.Now()),
		}),
	); err != nil {
		return err
	}
	if err := h.at("re_engaged", "the child seen, a plan agreed"); err != nil {
		return err
	}
	if err := h.lead.sends(h.try("visit_announced", time.Now(), "Nobody in on the first Thursday.")); err != nil {
		return err
	}
	if err := h.at("joint_approach", "a miss while the plan is watched"); err != nil {
		return err
	}
	if err := h.kept(before); err != nil {
		return err
	}
	return h.again()
}

// written is the first letter: drafted by the lead, approved by the manager on a phone
// of their own, sent.
func (h *household) written(w *walk) error {
	template := ""
	for _, t := range h.lead.of("letter_templates", "") {
		if t["key"] == "L1_missed" && t["language"] == "en" && t["variant"] == "standard" && t["status"] == "published" {
			template = fmt.Sprint(t["id"])
		}
	}
	draft := record("letters", map[string]any{"case": h.caseID, "pathway": h.pathway, "recipient": h.adult, "template": template, "merge": map[string]any{
		"next.date": time.Now().AddDate(0, 0, 5).Format(time.DateOnly), "next.time": "17:30", "next.place": "your home", "next.kind": "a visit",
		"support_offered": []string{"help with mornings"},
	}})
	if err := h.lead.sends(draft); err != nil {
		return err
	}
	post := func() mutation {
		return record("letter_events", map[string]any{"case": h.caseID, "letter": draft.Record, "kind": "posted", "postage": "first", "occurred_at": stamp(time.Now())})
	}
	if _, err := h.lead.push(contract.Refused, post()); err != nil {
		return fmt.Errorf("a draft can be sent: %w", err)
	}
	if _, _, _, err := w.manager.pull(); err != nil {
		return err
	}
	l := w.manager.rows["letters/"+draft.Record]
	yes := record("letters", map[string]any{"status": "approved", "seen_template_hash": l.record["template_hash"], "seen_content_hash": l.record["content_hash"]})
	yes.Op, yes.Record, yes.Base = "update", draft.Record, l.rev
	if err := w.manager.sends(yes); err != nil {
		return err
	}
	if err := h.lead.sends(post()); err != nil {
		return err
	}
	sent := h.lead.rows["letters/"+draft.Record].record
	if sent["approved_by"] != demo.Manager.ID || sent["status"] != "issued" {
		return fmt.Errorf("the letter is %v, approved by %v", sent["status"], sent["approved_by"])
	}
	w.say("%v written by %s, approved by %s, posted; taken to have come on %v", sent["reference"], demo.Practitioner.Name, demo.Manager.Name, sent["deemed_on"])
	return h.at("letter_1", "the first letter sent")
}

// kept holds that what had been counted before the plan counts still: what is done
// stays done, and what is open has the day it had. A second try alone is asked for anew:
// this miss is the first since the plan.
func (h *household) kept(before map[string]map[string]any) error {
	var same []string
	for code, was := range before {
		is := h.steps(h.lead)[code]
		if code == "second-try" {
			if is["status"] == "done" {
				return errors.New("nobody is asked to try again after the plan lapsed")
			}
			continue
		}
		if was["status"] == "done" && is["status"] != "done" || was["due_on"] != is["due_on"] && code != "see-children" {
			return fmt.Errorf("the step %s was %v, due %v; after the miss it is %v, due %v", code, was["status"], was["due_on"], is["status"], is["due_on"])
		}
		if code == "first-letter" {
			same = append(same, fmt.Sprint(is["title"]))
		}
	}
	if len(same) != 1 {
		return fmt.Errorf("the letter after the first two misses is not there: %v", same)
	}
	h.lead.w.say("the count is kept: a second try is asked for anew, every other step has the day it had")
	return nil
}

// sentence is what a refused event says of itself.
func sentence(e map[string]any) string {
	var says []string
	reasons, _ := e["reasons"].([]any)
	for _, r := range reasons {
		if m, ok := r.(map[string]any); ok {
			says = append(says, fmt.Sprint(m["text"]))
		}
	}
	return strings.Join(says, " ")
}
