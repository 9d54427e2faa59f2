package casework

import (
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pack"
	"holdfast/hooks/pathway"
	"holdfast/hooks/tell"
)

// daysToAnswer is how many working days an agency has to answer about closing a case: the
// same as for ending a pathway (domain 2.3, T10).
const daysToAnswer = 5

// askedLately is how long after its pathway was ended by approval a case is closed without
// asking the agencies about it once more: they were asked then.
const askedLately = `-28 days`

// BindCaseActs closes a case, opens it again and restricts it, by acts of people who may.
func BindCaseActs(app core.App) {
	kernel.Creating(app, "case_acts").Bind(kernel.InDomain(actOnCase))
}

func actOnCase(e *core.RecordEvent) error {
	act, person := e.Record, kernel.ActorOf(e.App).Person()
	c, err := e.App.FindRecordById("cases", act.GetString("case"))
	if err != nil || person == nil {
		return kernel.Wrong("case", "missing", "There is no such case.")
	}
	day := kernel.LocalDay(act.GetDateTime("occurred_at"))
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
	hears := kernel.Changed(c, "restricted")
	if err := kernel.SaveChanged(e.App, c); err != nil || !hears {
		return err
	}
	if err := tell.TakeBackFromApart(e.App, c.Id); err != nil {
		return err
	}
	return kernel.AskLater(e.App, c.Id, "case_members") // who is asked is asked anew
}

// mayConsider: anybody on the case proposes to close it, once nothing is open on it; and
// answers for their agency what another proposed. An objection is heard also after.
func mayConsider(app core.App, c, act *core.Record) error {
	switch act.GetString("act") {
	case "propose_closing":
		if c.GetString("status") == "closed" {
			return kernel.Wrong("act", "closed", "This case is closed already.")
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
			err = kernel.Wrong("act", "not_proposed", "Nobody has proposed to close this case.")
		}
		return err
	}
}

// mayClose: a manager of the agency that leads closes a case, says why and who was told,
// and only once the other agencies on it were asked and answered, or had the time to.
func mayClose(app core.App, c, act, person *core.Record) error {
	switch may, err := kernel.May(app, person, kernel.CloseCase, c.Id); {
	case err != nil:
		return err
	case c.GetString("status") == "closed":
		return kernel.Wrong("act", "closed", "This case is closed already.")
	case !may:
		return kernel.Wrong("act", "manager_only", "A case is closed by a manager of "+kernel.AgencyName(app, c.GetString("lead_agency"))+", which leads: propose it, and ask "+tell.ManagersHere(app, c.Id, c.GetString("lead_agency"), person.Id)+".")
	case strings.TrimSpace(act.GetString("told")) == "":
		return kernel.Wrong("told", "required", "Say who was told that the case is closed: the family, and each agency.")
	}
	if err := nothingOpenOn(app, c); err != nil {
		return err
	}
	if err := notTheMover(app, c, person); err != nil {
		return err
	}
	ended, err := endedByApproval(app, c.Id)
	if err != nil {
		return err
	}
	proposed, err := standingProposal(app, c.Id)
	if err != nil {
		return err
	}
	if err := othersAsked(app, c, act, person, proposed, ended); err != nil || ended != "" {
		return err
	}
	return notUnseen(app, c, act, proposed, person)
}

// othersAsked is guard G7 for a case: no agency closes alone where others are on it.
func othersAsked(app core.App, c, act, person, proposed *core.Record, ended string) error {
	others, err := OthersOn(app, c, proposed, ended)
	if err != nil {
		return err
	}
	switch {
	case len(others) == 0 && ended != "":
		return nil
	case len(others) == 0:
		return needsSubstance(act)
	case proposed == nil:
		return kernel.Wrong("act", "others_not_asked", "Other agencies are on this case: propose to close it first, and ask "+list(others)+".")
	case proposed.GetString("author") == person.Id:
		return kernel.Wrong("act", "not_approver", "Whoever proposed to close the case does not close it: ask "+tell.ManagersHere(app, c.Id, c.GetString("lead_agency"), person.Id)+".")
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
	if answers[proposed.GetString("agency")] == "object" { // a colleague, or the head, of whoever proposed it
		objecting = append(objecting, kernel.AgencyName(app, proposed.GetString("agency")))
	}
	if len(silent) > 0 {
		if due, err := AnswerBy(app, proposed); err != nil || kernel.Today() <= due {
			return kernel.Wrong("act", "others_not_asked", "Wait for "+listed(silent)+" to answer; once five working days are over, say why it is right to close without.")
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
		return kernel.Wrong("reason", "too_short", pathway.TooShort)
	}
	return nil
}

// mayReopen: who leads the case, or a manager of the agency that leads. A child in danger
// waits for nobody: a pathway that anybody on it begins opens it by itself.
func mayReopen(app core.App, c, person *core.Record) error {
	switch may, err := kernel.May(app, person, kernel.ReopenCase, c.Id); {
	case err != nil:
		return err
	case c.GetString("status") == "open":
		return kernel.Wrong("act", "not_closed", "This case is open.")
	case !may:
		return kernel.Wrong("act", "manager_only", "A case is opened again by who leads it, or a manager of "+kernel.AgencyName(app, c.GetString("lead_agency"))+": ask "+tell.ManagersHere(app, c.Id, c.GetString("lead_agency"), person.Id)+". Begin a pathway where a child needs one now: that opens it.")
	}
	return nil
}

// mayRestrict: a manager or the safeguarding lead of the agency that leads, with a day on
// which somebody looks at it again.
func mayRestrict(app core.App, c, act, person *core.Record) error {
	if may, err := kernel.May(app, person, kernel.RestrictCase, c.Id); err != nil {
		return err
	} else if !may {
		return kernel.Wrong("act", "manager_only", "Who hears of a case is for a manager or the safeguarding lead of the agency that leads it: ask "+tell.WhoHolds(app, c.GetString("lead_agency"), person.Id, collections.Manager, collections.SafeguardingLead)+".")
	}
	restricts := act.GetString("act") == "restrict"
	switch day := act.GetString("review_on"); {
	case !restricts && !c.GetBool("restricted"):
		return kernel.Wrong("act", "already", "It is so already.")
	case restricts && c.GetBool("restricted") && day == c.GetString("restriction_review_on"):
		return kernel.Wrong("act", "already", "It is so already: to go on with it, give another day on which somebody looks at it again.")
	case restricts && day == "":
		return kernel.Wrong("review_on", "required", "Say on which day somebody looks at this again.")
	case restricts && day <= kernel.Today():
		return kernel.Wrong("review_on", "to_be_ahead", "That day has to be still to come.")
	}
	return needsSubstance(act)
}

// standingProposal is the latest proposal to close a case that was not closed or opened
// since; nil for none. The latest is the one that came last, whatever day is on it.
func standingProposal(app core.App, caseID string) (*core.Record, error) {
	acts, err := app.FindRecordsByFilter("case_acts", "case = {:c} && (act = 'propose_closing' || act = 'close' || act = 'reopen')", "-created,-@rowid", 1, 0, dbx.Params{"c": caseID})
	if err != nil || len(acts) == 0 || acts[0].GetString("act") != "propose_closing" {
		return nil, err
	}
	return acts[0], nil
}

// AnswerBy is the last day on which an agency may answer a proposal to close a case. The days
// begin when the server has it, whatever day it is dated: until then nobody was asked.
func AnswerBy(app core.App, proposed *core.Record) (string, error) {
	calendar, err := pack.CaseCalendar(app, proposed.GetString("case"))
	if err != nil {
		return "", err
	}
	return calendar.Within(max(kernel.LocalDay(proposed.GetDateTime("occurred_at")), kernel.LocalDay(proposed.GetDateTime("created"))), daysToAnswer)
}

// answersSince is the latest answer of each agency to a proposal: nobody answered it before
// it was here.
func answersSince(app core.App, proposed *core.Record) (map[string]string, error) {
	acts, err := app.FindRecordsByFilter("case_acts", "case = {:c} && (act = 'agree' || act = 'object') && created >= {:here}", "occurred_at,created,@rowid", 0, 0,
		dbx.Params{"c": proposed.GetString("case"), "here": proposed.GetString("created")})
	answers := map[string]string{}
	for _, a := range acts {
		answers[a.GetString("agency")] = a.GetString("act")
	}
	return answers, err
}

// OthersOn are the other agencies who are asked about closing a case: those that were on it
// when the server had the proposal, so that taking one off the case goes round nobody; and
// one that another agency took off lately. Where they were asked already about ending its pathway, only those that joined since.
func OthersOn(app core.App, c, proposed *core.Record, ended string) (others []kernel.AgencyOn, err error) {
	here, asked := "", kernel.Now().String()
	if proposed != nil {
		here = proposed.GetString("created")
		asked = here
	}
	err = app.ConcurrentDB().NewQuery(`SELECT agency AS id, max(agency_name) AS name FROM case_members m
		WHERE "case" = {:c} AND agency != {:a} AND (active OR {:here} != '' AND until >= {:here} OR date(until, ` + engagement.AskedAfter + `) >= date({:asked}) AND ` + engagement.TakenOff + `)
		GROUP BY agency HAVING min("from") > {:ended} ORDER BY name`).
		Bind(dbx.Params{"c": c.Id, "a": c.GetString("lead_agency"), "here": here, "asked": asked, "ended": ended}).All(&others)
	return others, err
}

// endedByApproval is when the server had it that a manager ended a pathway of the case, not
// long ago; empty for never. Every agency that was there was asked then.
func endedByApproval(app core.App, caseID string) (came string, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT coalesce(max(coalesce(nullif(e.received_at, ''), e.occurred_at)), '') FROM pathway_events e JOIN pathways p ON p.id = e.pathway
		WHERE e."case" = {:c} AND p.ended AND e.kind = 'closure.approved' AND e.verdict != 'attempted' AND datetime(e.occurred_at) >= datetime({:now}, {:ago})`).
		Bind(dbx.Params{"c": caseID, "now": kernel.Now().String(), "ago": askedLately}).Row(&came)
	return came, err
}

func list(agencies []kernel.AgencyOn) string {
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
