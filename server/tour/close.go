package tour

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// closes is a family's end: refused while an agency has not answered, and made once
// every agency has, by the manager who did not propose it.
func (w *walk) closes() error {
	begun := daysAgo(40, 9)
	h, outbox, err := w.household("Brackenbury", "Wynn Brackenbury", "Orla Brackenbury", "15 Chapel Street", "FM1 9CS", begun)
	if err != nil {
		return err
	}
	proposal := h.event("closure.proposed", daysAgo(1, 9), map[string]any{
		"reason": "needs_met", "basis": "assessment", "why": "Wynn is at school every day and well, and Orla rings us herself.",
	})
	outbox = append(outbox,
		h.try("visit_announced", begun.Add(time.Hour), "Nobody in."),
		h.asked(begun.Add(26*time.Hour), "The bus. We come to them now."),
		h.event("child.seen", daysAgo(30, 15), map[string]any{"children": []string{h.child}, "alone": true, "seen_by": demo.Practitioner.Name}),
		record("service_agreements", map[string]any{
			"case": h.caseID, "pathway": h.pathway, "person": h.adult, "service": "plan", "scope": "A visit a week.", "answer": "given", "how": "verbal",
			"answered_at": stamp(daysAgo(30, 16)),
		}),
		h.event("child.seen", daysAgo(6, 15), map[string]any{"children": []string{h.child}, "alone": true, "seen_by": demo.School.Name}),
		h.event("engagement.reviewed", daysAgo(6, 16), map[string]any{"finding": "Every visit kept."}),
		proposal,
	)
	if err := h.lead.sends(outbox...); err != nil {
		return err
	}
	if err := h.at("closure_proposed", "a plan kept for weeks; ending proposed"); err != nil {
		return err
	}
	closed := map[string]any{"status": "closed", "closed_on": time.Now().Format(time.DateOnly)}
	past := "/api/collections/cases/records/" + h.caseID
	if _, _, err := w.manager.call("PATCH", past, closed, nil); err == nil || !strings.Contains(err.Error(), "fixed") {
		return fmt.Errorf("the case closes past its pathway: %v", err)
	}
	manager, err := w.browser(demo.Manager)
	if err != nil {
		return err
	}
	if err := w.mayNotEnd(h, manager, proposal.Record); err != nil {
		return err
	}
	if _, _, _, err := w.school.pull(); err != nil {
		return err
	}
	if err := w.school.sends(h.event("closure.consulted", time.Now(), map[string]any{"answer": "No objection. We see Wynn every day."})); err != nil {
		return err
	}
	w.say("%s answers for Harbour School: no objection", demo.School.Name)
	if page, err := w.endsOnPage(manager, proposal.Record); err != nil {
		return fmt.Errorf("with every answer: %w: %s", err, refusal(page))
	}
	if err := h.at("closed_needs_met", "every agency heard, another's approval"); err != nil {
		return err
	}
	if _, _, _, err := h.lead.pull(); err != nil {
		return err
	}
	w.say("the pathway of %s has ended, and the phones know", h.reference())
	return nil
}

// mayNotEnd holds that nobody ends it yet: not the proposer, nor the manager while the
// school has not been heard; and says how the refusal reads.
func (w *walk) mayNotEnd(h *household, manager *http.Client, proposal string) error {
	own := h.event("closure.approved", time.Now(), map[string]any{"checklist": checklist()})
	if _, err := h.lead.push(contract.Applied, own); err != nil { // kept, and not counted
		return err
	}
	if _, _, _, err := h.lead.pull(); err != nil {
		return err
	}
	e := h.lead.rows["pathway_events/"+own.Record].record
	if e["verdict"] != "attempted" {
		return fmt.Errorf("the proposer's own approval is %v", e["verdict"])
	}
	w.say("%s approves what she proposed. On the record, without effect:", demo.Practitioner.Name)
	w.say("  “%s”", sentence(e))
	page, err := w.endsOnPage(manager, proposal)
	why := refusal(page)
	if err == nil || !strings.Contains(why, "Harbour School") {
		return fmt.Errorf("the manager ends it without the school: %q, %v", why, err)
	}
	w.say("%s approves in the browser. Refused:", demo.Manager.Name)
	w.say("  “%s”", why)
	return h.at("closure_proposed", "both refusals")
}

// endsOnPage fills in the form of what waits, and sends it.
func (w *walk) endsOnPage(browser *http.Client, proposal string) (string, error) {
	page, err := w.open(browser, "/coordinate/approvals", nil)
	if err != nil {
		return page, err
	}
	action := "/coordinate/approvals/" + proposal + "/approve"
	if !strings.Contains(page, `action="`+action+`"`) {
		return page, errors.New("the ending does not wait on the manager's page of approvals")
	}
	form := hidden(page)
	for item, day := range checklist() {
		form.Set("day-"+item, day)
	}
	return w.open(browser, action, form)
}

// checklist are the days on which what must be done before an end was done.
func checklist() map[string]string {
	day := daysAgo(2, 9).Format(time.DateOnly)
	return map[string]string{"chronology": day, "views": day, "notified": day}
}

// hidden are the fields of a page that a browser sends without showing them.
func hidden(page string) url.Values {
	form := url.Values{}
	for _, f := range hiddenField.FindAllStringSubmatch(page, -1) {
		form.Set(f[1], f[2])
	}
	return form
}
