package hooks

import (
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/pathway"
)

// heldUp is what waits for an approval that only the pathway knows of: a letter asks by
// itself, where it needs anybody.
func heldUp(result pathway.Result) (list []pathway.Waiting) {
	for _, w := range result.Waiting {
		if w.Act != "letter.approved" && w.Act != "closure.confirmed" && w.By != "" {
			list = append(list, w)
		}
	}
	return list
}

// nobodyApproves finds, for the engine, who may approve whose work, and whose nobody on the
// case may: a manager's with nobody above them, say.
func (h *past) nobodyApproves(app core.App, p *core.Record) error {
	if p.GetBool("ended") || h.context.NoManager {
		return nil
	}
	var authors []string
	for _, e := range h.events {
		if e.By != "" && !slices.Contains(authors, e.By) && (e.Kind == "closure.proposed" || e.Kind == "risk_assessment.submitted" || e.Kind == "migration.proposed") {
			authors = append(authors, e.By)
		}
	}
	i := &team{tx: app, caseID: p.GetString("case")}
	for _, a := range authors {
		may, err := i.approversOf(a)
		if err != nil {
			return err
		}
		if len(may) == 0 {
			h.context.NoApprover = append(h.context.NoApprover, a)
		}
		if h.context.Approvers == nil {
			h.context.Approvers = map[string][]string{}
		}
		for _, m := range may {
			h.context.Approvers[a] = append(h.context.Approvers[a], m.user)
		}
	}
	return nil
}

// askedToNameApprover asks who leads the agency of whoever waits for an approval that nobody
// on the case may give, to name a manager above them; where nobody leads it, who leads the
// agency of the case, else the coordinators.
func askedToNameApprover(i *inquiry) (list []question, err error) {
	for _, w := range heldUp(i.result) {
		approvers := i.approversOf
		if w.Act == "closure.approved" {
			approvers = func(by ...string) ([]asked, error) { return i.endersOf(by[0]) }
		}
		may, err := approvers(w.By)
		if err != nil {
			return nil, err
		}
		n := slices.IndexFunc(i.past.events, func(e pathway.Event) bool { return e.ID == w.Event })
		if len(may) > 0 || n < 0 {
			continue
		}
		e := i.past.events[n]
		q := i.about(e, "")
		if q.people, err = i.whoNames([]string{w.By}, e.Agency, i.past.context.Lead); err != nil {
			return nil, err
		}
		list = append(list, q)
	}
	return list, nil
}

// whoNames is who can name an approver of what some people did: who leads the first of these
// agencies that anybody else leads; else the coordinators.
func (i *team) whoNames(by []string, agencies ...string) (people []asked, err error) {
	for _, agency := range agencies {
		if people, err = i.holding(collections.AgencyLead, agency); err != nil {
			return nil, err
		}
		for _, b := range by {
			people = but(people, b)
		}
		if len(people) > 0 {
			return people, nil
		}
	}
	return i.coordinators()
}

// coordinators are those of the partnership's board; off the case like anybody who is not on
// it.
func (i *team) coordinators() (out []asked, err error) {
	var agencies []string
	if err := Query(i.tx, `SELECT DISTINCT agency FROM users WHERE active AND `+collections.Coordinator.In("roles")+` ORDER BY agency`).Column(&agencies); err != nil {
		return nil, err
	}
	for _, a := range agencies {
		some, err := i.holding(collections.Coordinator, a)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
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
	i := &team{tx: tx, caseID: p.GetString("case")}
	for _, w := range heldUp(result) {
		one := waitsFor{Act: w.Act, Event: w.Event}
		may, err := i.approversOf(w.By)
		if err != nil {
			return nil, err
		}
		for _, a := range may {
			var who string
			if err := Query(tx, `SELECT u.name || ', ' || coalesce(a.name, '') FROM users u LEFT JOIN agencies a ON a.id = u.agency WHERE u.id = {:u}`).
				Bind(dbx.Params{"u": a.user}).Row(&who); err != nil {
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
