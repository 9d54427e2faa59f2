package hooks

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/pathway"
)

// approvals are the kinds of event by which a manager approves what another did.
var approvals = []string{"risk_assessment.signed_off", "closure.approved", "letter.approved", "pathway.migrated", "attempts.reset"}

// takeRole says in which role somebody records an event.
func takeRole(app core.App, p, r *core.Record) error {
	var h *past
	if slices.Contains(approvals, r.GetString("kind")) {
		var err error
		if h, err = history(app, p); err != nil {
			return err
		}
	}
	e := eventOf(r)
	role, err := roleFor(app, p, h, e)
	r.Set("role", role)
	return err
}

// roleFor is the role in which a person records an event on a pathway: of an approval a
// manager's only where they answer for those whose work they approve, whatever they are
// on the case beside that. The engine then takes it from them, or not.
func roleFor(app core.App, p *core.Record, h *past, e pathway.Event) (string, error) {
	role, err := RoleIn(app, p.GetString("case"), e.By)
	if err != nil || role == "system" || !slices.Contains(approvals, e.Kind) {
		return role, err
	}
	authors, err := h.workOf(e)
	if err != nil || len(authors) == 0 {
		return role, err // there is nothing to approve
	}
	person, err := app.FindRecordById("users", e.By)
	if err != nil {
		return "", err
	}
	ok, err := answersForWork(app, p.GetString("case"), e, person, authors)
	switch {
	case ok:
		return secondLine(app, p, person, authors)
	case role == "manager":
		return "member", err
	}
	return role, err
}

// answersForWork says whether a person answers for those whose work an event approves; of a
// letter, also for the agency on whose paper it is.
func answersForWork(app core.App, caseID string, e pathway.Event, person *core.Record, authors []string) (bool, error) {
	if id, _ := e.Data["letter_id"].(string); e.Kind == "letter.approved" && id != "" {
		if letter, err := app.FindRecordById("letters", id); err == nil {
			return answersForLetter(app, letter, person, authors)
		}
	}
	return AnswersForAll(app, caseID, person, authors)
}

// secondLine is the role of a manager who answers for some people: a service manager's
// where, at the agency that leads, they are above those people's own managers.
func secondLine(app core.App, p, person *core.Record, authors []string) (string, error) {
	c, err := app.FindRecordById("cases", p.GetString("case"))
	if err != nil || c.GetString("lead_agency") != person.GetString("agency") {
		return "manager", err
	}
	for _, id := range authors {
		line, err := lineOf(app, id)
		if err != nil {
			return "", err
		}
		author, err := app.FindRecordById("users", id)
		if i := slices.Index(line, person.Id); err != nil || i < 0 || i == 0 && !Holds(author, collections.Manager) {
			return "manager", nil
		}
	}
	return "service_manager", nil
}

// workOf is whose work an approval would approve.
func (h *past) workOf(e pathway.Event) (authors []string, err error) {
	if e.Kind == "attempts.reset" {
		for _, did := range h.events {
			if did.Kind == "attempt.recorded" && !slices.Contains(authors, did.By) {
				authors = append(authors, did.By)
			}
		}
		return authors, nil
	}
	letter, _ := e.Data["letter_id"].(string)
	proposal, _ := e.Data["proposal"].(string)
	then := *h // what waited when it was given, and what waits when it comes
	then.events = slices.DeleteFunc(slices.Clone(h.events), func(did pathway.Event) bool { return did.OccurredAt.After(e.OccurredAt) })
	for _, h := range []*past{h, &then} {
		result, err := h.read(now().Time())
		if err != nil {
			return nil, err
		}
		for _, w := range result.Waiting {
			if w.Act == e.Kind && (letter == "" || w.LetterID == letter) && (proposal == "" || w.Event == proposal) {
				authors = append(authors, w.By)
			}
		}
	}
	return authors, nil
}
