package hooks

import (
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/pathway"
)

// daysToAnswer is how many working days an agency has to answer about closing a case: the
// same as for ending a pathway (domain 2.3, T10).
const daysToAnswer = 5

// askedLately is how long after its pathway was ended by approval a case is closed without
// asking the agencies about it once more: they were asked then.
const askedLately = `-28 days`

// bindCaseActs closes a case, opens it again and restricts it, by acts of people who may.
func bindCaseActs(app core.App) {
	creating(app, "case_acts").Bind(inDomain(actOnCase))
}

func actOnCase(e *core.RecordEvent) error {
	act, person := e.Record, ActorOf(e.App).Person()
	c, err := e.App.FindRecordById("cases", act.GetString("case"))
	if err != nil || person == nil {
		return wrong("case", "missing", "There is no such case.")
	}
	day := localDay(act.GetDateTime("occurred_at"))
	switch act.GetString("act") {
	case "propose_closing", "agree", "object":
		err = mayConsider(e.App, c, act)
	case "close":
		if err = mayClose(e.App, c, act, person); err == nil {
			c.Load(map[string]any{"status": "closed", "closed_on": day, "reopened_because": ""})
		}
	case "reopen":
		if err = mayReopen(e.App, c, person); err == nil {
			c.Load(map[string]any{"status": "open", "closed_on": "", "reopened_because": act.GetString("reason")})
		}
	case "restrict":
		if err = mayRestrict(e.App, c, act, person); err == nil {
			c.Load(map[string]any{"restricted": true, "restriction_review_on": act.GetString("review_on")})
		}
	case "lift_restriction":
		if err = mayRestrict(e.App, c, act, person); err == nil {
			c.Load(map[string]any{"restricted": false, "restriction_review_on": ""})
		}
	}
	if err != nil {
		return err
	}
	if err := e.Next(); err != nil {
		return err
	}
	return saveChanged(e.App, c)
}

// leadsFor says whether a person's agency leads the case.
func leadsFor(c, person *core.Record) bool {
	return c.GetString("lead_agency") == person.GetString("agency")
}

// mayConsider: anybody on the case proposes to close it, once nothing is open on it; and
// answers for their agency what another proposed. An objection is heard also after.
func mayConsider(app core.App, c, act *core.Record) error {
	switch act.GetString("act") {
	case "propose_closing":
		if c.GetString("status") == "closed" {
			return wrong("act", "closed", "This case is closed already.")
		}
		return nothingOpenOn(app, c)
	case "object":
		if c.GetString("status") == "closed" {
			return nil // it comes late, and whoever closed the case hears of it
		}
		fallthrough
	default:
		proposed, err := standingProposal(app, c.Id)
		if err == nil && proposed == nil {
			err = wrong("act", "not_proposed", "Nobody has proposed to close this case.")
		}
		return err
	}
}

// mayClose: a manager of the agency that leads closes a case, says why and who was told,
// and only once the other agencies on it were asked and answered, or had the time to.
func mayClose(app core.App, c, act, person *core.Record) error {
	switch role, err := RoleIn(app, c.Id, person.Id); {
	case err != nil:
		return err
	case c.GetString("status") == "closed":
		return wrong("act", "closed", "This case is closed already.")
	case role != "manager" || !leadsFor(c, person):
		return wrong("act", "manager_only", "A case is closed by a manager of "+agencyName(app, c.GetString("lead_agency"))+", which leads: propose it, and ask "+managersHere(app, c.Id, c.GetString("lead_agency"), person.Id)+".")
	case strings.TrimSpace(act.GetString("told")) == "":
		return wrong("told", "required", "Say who was told that the case is closed: the family, and each agency.")
	}
	if err := nothingOpenOn(app, c); err != nil {
		return err
	}
	return othersAsked(app, c, act, person)
}

// othersAsked is guard G7 for a case: no agency closes alone where others are on it.
func othersAsked(app core.App, c, act, person *core.Record) error {
	ended, err := endedByApproval(app, c.Id)
	if err != nil || ended {
		return err
	}
	others, err := otherAgencies(app, c.Id, c.GetString("lead_agency"))
	if err != nil {
		return err
	}
	if len(others) == 0 {
		return needsSubstance(act)
	}
	proposed, err := standingProposal(app, c.Id)
	switch {
	case err != nil:
		return err
	case proposed == nil:
		return wrong("act", "others_not_asked", "Other agencies are on this case: propose to close it first, and ask "+list(others)+".")
	case proposed.GetString("author") == person.Id:
		return wrong("act", "not_approver", "Whoever proposed to close the case does not close it: ask "+managersHere(app, c.Id, c.GetString("lead_agency"), person.Id)+".")
	}
	answers, err := answersSince(app, proposed)
	if err != nil {
		return err
	}
	var silent, objecting []string
	for _, a := range others {
		switch answer := answers[a.ID]; {
		case a.ID == proposed.GetString("agency"):
		case answer == "":
			silent = append(silent, a.Name)
		case answer == "object":
			objecting = append(objecting, a.Name)
		}
	}
	if len(silent) > 0 {
		if due, err := answerBy(app, proposed); err != nil || today() <= due {
			return wrong("act", "others_not_asked", "Wait for "+listed(silent)+" to answer; once five working days are over, say why it is right to close without.")
		}
	}
	if len(silent)+len(objecting) > 0 {
		return needsSubstance(act)
	}
	return nil
}

// needsSubstance asks a reason that can be one.
func needsSubstance(act *core.Record) error {
	if !pathway.Substance(act.GetString("reason")) {
		return wrong("reason", "too_short", pathway.TooShort)
	}
	return nil
}

// mayReopen: who leads the case, or a manager of the agency that leads. A child in danger
// waits for nobody: a pathway that anybody on it begins opens it by itself.
func mayReopen(app core.App, c, person *core.Record) error {
	role, err := RoleIn(app, c.Id, person.Id)
	switch {
	case err != nil:
		return err
	case c.GetString("status") == "open":
		return wrong("act", "not_closed", "This case is open.")
	case !leadsFor(c, person) || role != "lead" && role != "manager":
		return wrong("act", "manager_only", "A case is opened again by who leads it, or a manager of "+agencyName(app, c.GetString("lead_agency"))+": ask "+managersHere(app, c.Id, c.GetString("lead_agency"), person.Id)+". Begin a pathway where a child needs one now: that opens it.")
	}
	return nil
}

// mayRestrict: a manager or the safeguarding lead of the agency that leads, with a day on
// which somebody looks at it again.
func mayRestrict(app core.App, c, act, person *core.Record) error {
	if !leadsFor(c, person) || !hasRole(person, "manager") && !hasRole(person, "safeguarding_lead") {
		return wrong("act", "manager_only", "Who hears of a case is for a manager or the safeguarding lead of the agency that leads it: ask "+whoHolds(app, c.GetString("lead_agency"), person.Id, "manager", "safeguarding_lead")+".")
	}
	restricts := act.GetString("act") == "restrict"
	switch day := act.GetString("review_on"); {
	case !restricts && !c.GetBool("restricted"):
		return wrong("act", "already", "It is so already.")
	case restricts && c.GetBool("restricted") && day == c.GetString("restriction_review_on"):
		return wrong("act", "already", "It is so already: to go on with it, give another day on which somebody looks at it again.")
	case restricts && day == "":
		return wrong("review_on", "required", "Say on which day somebody looks at this again.")
	case restricts && day <= today():
		return wrong("review_on", "to_be_ahead", "That day has to be still to come.")
	}
	return nil
}

// standingProposal is the latest proposal to close a case that was not closed or opened
// since; nil for none.
func standingProposal(app core.App, caseID string) (*core.Record, error) {
	acts, err := app.FindRecordsByFilter("case_acts", "case = {:c} && (act = 'propose_closing' || act = 'close' || act = 'reopen')", "-occurred_at,-created,-id", 1, 0, dbx.Params{"c": caseID})
	if err != nil || len(acts) == 0 || acts[0].GetString("act") != "propose_closing" {
		return nil, err
	}
	return acts[0], nil
}

// answerBy is the last day on which an agency may answer a proposal to close a case. The days
// begin when the server has it, whatever day it is dated: until then nobody was asked.
func answerBy(app core.App, proposed *core.Record) (string, error) {
	calendar, err := caseCalendar(app, proposed.GetString("case"))
	if err != nil {
		return "", err
	}
	return calendar.Within(max(localDay(proposed.GetDateTime("occurred_at")), localDay(proposed.GetDateTime("created"))), daysToAnswer)
}

// answersSince is the latest answer of each agency to a proposal: nobody answered it before
// it was here.
func answersSince(app core.App, proposed *core.Record) (map[string]string, error) {
	acts, err := app.FindRecordsByFilter("case_acts", "case = {:c} && (act = 'agree' || act = 'object') && occurred_at >= {:at} && created >= {:here}", "occurred_at,created,id", 0, 0,
		dbx.Params{"c": proposed.GetString("case"), "at": proposed.GetString("occurred_at"), "here": proposed.GetString("created")})
	answers := map[string]string{}
	for _, a := range acts {
		answers[a.GetString("agency")] = a.GetString("act")
	}
	return answers, err
}

type agencyOn struct {
	ID   string `db:"id"`
	Name string `db:"name"`
}

// otherAgencies are those on a case beside the one that leads.
func otherAgencies(app core.App, caseID, lead string) (others []agencyOn, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT agency AS id, max(agency_name) AS name FROM case_members
		WHERE "case" = {:c} AND active AND agency != {:a} GROUP BY agency ORDER BY name`).Bind(dbx.Params{"c": caseID, "a": lead}).All(&others)
	return others, err
}

// endedByApproval says whether a pathway of the case was ended by a manager not long ago:
// every agency was asked then.
func endedByApproval(app core.App, caseID string) (is bool, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT EXISTS (SELECT 1 FROM pathway_events e JOIN pathways p ON p.id = e.pathway
		WHERE e."case" = {:c} AND p.ended AND e.kind = 'closure.approved' AND e.verdict != 'attempted' AND datetime(e.occurred_at) >= datetime({:now}, {:ago}))`).
		Bind(dbx.Params{"c": caseID, "now": now().String(), "ago": askedLately}).Row(&is)
	return is, err
}

func list(agencies []agencyOn) string {
	var names []string
	for _, a := range agencies {
		names = append(names, a.Name)
	}
	return listed(names)
}

// listed joins names as a person would: a, b and c.
func listed(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}
