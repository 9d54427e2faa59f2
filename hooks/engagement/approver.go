package engagement

import (
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	"holdfast/hooks/tell"
)

// approvals are the kinds of event by which a manager approves what another did.
var approvals = []string{"risk_assessment.signed_off", "closure.approved", "letter.approved", "pathway.migrated", "attempts.reset"}

// takeRole says in which role somebody records an event.
func takeRole(app core.App, p, r *core.Record) error {
	var h *Past
	if slices.Contains(approvals, r.GetString("kind")) {
		var err error
		if h, err = History(app, p); err != nil {
			return err
		}
	}
	e := EventOf(r)
	role, err := RoleFor(app, p, h, e)
	r.Set("role", role)
	return err
}

// RoleFor is the role in which a person records an event on a pathway: of an approval a
// manager's only where they answer for those whose work they approve, whatever they are
// on the case beside that. The engine then takes it from them, or not.
func RoleFor(app core.App, p *core.Record, h *Past, e pathway.Event) (string, error) {
	part, err := kernel.PartIn(app, p.GetString("case"), e.By)
	if err != nil || !part.IsOn() || !slices.Contains(approvals, e.Kind) {
		return part.InEvent(), err
	}
	authors, err := h.workOf(e)
	if err != nil || len(authors) == 0 {
		return part.InEvent(), err // there is nothing to approve
	}
	person, err := app.FindRecordById("users", e.By)
	if err != nil {
		return "", err
	}
	ok, err := answersForWork(app, p.GetString("case"), e, person, authors)
	switch {
	case ok:
		return secondLine(app, p, person, authors)
	case part.IsManager():
		return collections.PartMember.InEvent(), err
	}
	return part.InEvent(), err
}

// answersForWork says whether a person answers for those whose work an event approves; of a
// letter, also for the agency on whose paper it is.
func answersForWork(app core.App, caseID string, e pathway.Event, person *core.Record, authors []string) (bool, error) {
	if id, _ := e.Data["letter_id"].(string); e.Kind == "letter.approved" && id != "" {
		if letter, err := app.FindRecordById("letters", id); err == nil {
			return AnswersForLetter(app, letter, person, authors)
		}
	}
	return kernel.AnswersForAll(app, caseID, person, authors)
}

// secondLine is the role of a manager who answers for some people: a service manager's
// where, at the agency that leads, they are above those people's own managers.
func secondLine(app core.App, p, person *core.Record, authors []string) (string, error) {
	c, err := app.FindRecordById("cases", p.GetString("case"))
	if err != nil || c.GetString("lead_agency") != person.GetString("agency") {
		return "manager", err
	}
	for _, id := range authors {
		line, err := kernel.LineOf(app, id)
		if err != nil {
			return "", err
		}
		author, err := app.FindRecordById("users", id)
		if i := slices.Index(line, person.Id); err != nil || i < 0 || i == 0 && !kernel.Holds(author, collections.Manager) {
			return "manager", nil
		}
	}
	return "service_manager", nil
}

// workOf is whose work an approval would approve.
func (h *Past) workOf(e pathway.Event) (authors []string, err error) {
	if e.Kind == "attempts.reset" {
		for _, did := range h.Events {
			if did.Kind == "attempt.recorded" && !slices.Contains(authors, did.By) {
				authors = append(authors, did.By)
			}
		}
		return authors, nil
	}
	letter, _ := e.Data["letter_id"].(string)
	proposal, _ := e.Data["proposal"].(string)
	then := *h // what waited when it was given, and what waits when it comes
	then.Events = slices.DeleteFunc(slices.Clone(h.Events), func(did pathway.Event) bool { return did.OccurredAt.After(e.OccurredAt) })
	for _, h := range []*Past{h, &then} {
		result, err := h.Read(kernel.Now().Time())
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

// HeldUp is what waits for an approval that only the pathway knows of: a letter asks by
// itself, where it needs anybody.
func HeldUp(result pathway.Result) (list []pathway.Waiting) {
	for _, w := range result.Waiting {
		if w.Act != "letter.approved" && w.Act != "closure.confirmed" && w.By != "" {
			list = append(list, w)
		}
	}
	return list
}

// nobodyApproves finds, for the engine, who may approve whose work, and whose nobody on the
// case may: a manager's with nobody above them, say.
func (h *Past) nobodyApproves(app core.App, p *core.Record) error {
	if p.GetBool("ended") || h.Context.NoManager {
		return nil
	}
	var authors []string
	for _, e := range h.Events {
		if e.By != "" && !slices.Contains(authors, e.By) && (e.Kind == "closure.proposed" || e.Kind == "risk_assessment.submitted" || e.Kind == "migration.proposed") {
			authors = append(authors, e.By)
		}
	}
	i := &tell.Team{Tx: app, CaseID: p.GetString("case")}
	for _, a := range authors {
		may, err := i.ApproversOf(a)
		if err != nil {
			return err
		}
		if len(may) == 0 {
			h.Context.NoApprover = append(h.Context.NoApprover, a)
		}
		if h.Context.Approvers == nil {
			h.Context.Approvers = map[string][]string{}
		}
		for _, m := range may {
			h.Context.Approvers[a] = append(h.Context.Approvers[a], m.User)
		}
	}
	return nil
}

// waitsFor is what waits on a pathway for an approval, and who may give it, by name; where
// nobody may, why.
type waitsFor struct {
	Act   string   `json:"act"`
	Event string   `json:"event"`
	Who   []string `json:"who,omitempty"`
	Why   string   `json:"why,omitempty"`
}

func whoMayApprove(tx core.App, p *core.Record, result pathway.Result) (list []waitsFor, err error) {
	i := &tell.Team{Tx: tx, CaseID: p.GetString("case")}
	for _, w := range HeldUp(result) {
		one := waitsFor{Act: w.Act, Event: w.Event}
		may, err := i.ApproversOf(w.By)
		if err != nil {
			return nil, err
		}
		for _, a := range may {
			var who string
			if err := kernel.Query(tx, `SELECT u.name || ', ' || coalesce(a.name, '') FROM users u LEFT JOIN agencies a ON a.id = u.agency WHERE u.id = {:u}`).
				Bind(dbx.Params{"u": a.User}).Row(&who); err != nil {
				return nil, err
			}
			one.Who = append(one.Who, who)
		}
		if one.Who == nil {
			one.Why = pathway.NobodyApproves
		}
		list = append(list, one)
	}
	return list, nil
}

// AnswersForLetter says whether a person approves a letter as a manager: they answer for
// whoever wrote it, and are of the agency on whose paper it goes or in its authors' own line.
// A manager of another agency on the case does not speak for that one.
func AnswersForLetter(app core.App, letter, person *core.Record, authors []string) (bool, error) {
	ok, err := kernel.AnswersForAll(app, letter.GetString("case"), person, authors)
	if err != nil || !ok || person.GetString("agency") == AgencyOfLetter(app, letter) {
		return ok, err
	}
	if len(authors) == 0 || letter.GetString("agency") != authorsPaper(app, authors) {
		return false, nil
	}
	for _, a := range authors {
		line, err := kernel.LineOf(app, a)
		if err != nil || !slices.Contains(line, person.Id) {
			return false, err
		}
	}
	return true, nil
}

// authorsPaper is the agency of all of a letter's authors; empty where they are of several.
func authorsPaper(app core.App, authors []string) (agency string) {
	for i, id := range authors {
		author, err := app.FindRecordById("users", id)
		if err != nil || i > 0 && author.GetString("agency") != agency {
			return ""
		}
		agency = author.GetString("agency")
	}
	return agency
}

// AgencyOfLetter is the agency on whose paper a letter is: of one from before letters said
// so, that of the case's lead, as it was then.
func AgencyOfLetter(app core.App, letter *core.Record) string {
	if agency := letter.GetString("agency"); agency != "" {
		return agency
	}
	c, err := app.FindRecordById("cases", letter.GetString("case"))
	if err != nil {
		return ""
	}
	return c.GetString("lead_agency")
}
