package tour

import (
	"errors"
	"fmt"
	"strings"
	"time"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// alone is a worker whom nobody works beside: the school opened the family itself. What it
// raises is told to somebody all the same, or its phone says that nobody was.
func (w *walk) alone() error {
	begun := daysAgo(1, 9)
	template := ""
	for _, t := range w.school.of("pathway_templates", "") {
		if t["key"] == "early-help-engagement" && t["status"] == "published" {
			template = fmt.Sprint(t["id"])
		}
	}
	opened := record("cases", map[string]any{
		"provisional_reference": "met on a tour", "family_name": "Ashmoor", "lead_agency": demo.School.Agency,
		"status": "open", "summary": "Met on a tour.", "opened_on": begun.AddDate(0, 0, -3).Format(time.DateOnly),
	})
	h := &household{name: "Ashmoor", caseID: opened.Record, lead: w.school}
	kid := record("people", map[string]any{"case": h.caseID, "kind": "child", "name": "Fern Ashmoor", "called_by": "Fern", "date_of_birth": "2019-03-01"})
	path := record("pathways", map[string]any{"case": h.caseID, "template": template, "opened_at": stamp(begun), "trigger": "missed_contact"})
	h.child, h.pathway = kid.Record, path.Record
	risk := h.event("immediate_risk.raised", time.Now(), map[string]any{"what": "Fern says she is afraid to go home tonight."})
	a, err := w.school.push(contract.Applied, opened, kid, path, risk)
	if err != nil {
		return err
	}
	said := a.Results[3].Event
	switch {
	case said == nil || said.Told == nil:
		return errors.New("the answer does not say how many were told")
	case !strings.HasPrefix(said.Verdict, "accepted"):
		return fmt.Errorf("an immediate risk is %s", said.Verdict)
	case *said.Told == 0:
		w.say("nobody could be told, and the phone says so: ring")
	default:
		w.say("%s is alone on the case, and the answer says how many others were told: %d", demo.School.Name, *said.Told)
	}
	return nil
}
