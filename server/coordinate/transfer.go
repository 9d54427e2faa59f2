package coordinate

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"holdfast/hooks/kernel"
	partnershiprules "holdfast/hooks/partnership"
)

// transfersBody is who asks whom to take the lead of a case, and a question that was not
// taken, as it was typed.
type transfersBody struct {
	Rows     []partnershiprules.Asking
	Cases    []partnershiprules.Choice
	Agencies []partnershiprules.Choice
	Done     string

	Case, Agency, Reason, Note string
	Tried, Why                 string // the transfer whose answer was not taken, and its reason
}

// transferAnswers are what can become of a transfer, by the last part of the address.
var transferAnswers = map[string]string{"accept": "accepted", "refuse": "refused", "withdraw": "withdrawn"}

func transfers(v *visit) error {
	body := transfersBody{Done: v.Request.URL.Query().Get("done")}
	return v.showTransfers(http.StatusOK, body, nil)
}

func (v *visit) showTransfers(status int, body transfersBody, problems []problem) (err error) {
	if body.Rows, err = partnershiprules.Askings(v.App, v.actor()); err != nil {
		return err
	}
	if body.Cases, body.Agencies, err = partnershiprules.MayPassOn(v.App, v.user); err != nil {
		return err
	}
	return v.show(status, "who-leads", page{Title: "Who takes the lead", Body: body, Problems: problems, OfCases: true})
}

// askTransfer asks another agency to take the lead of a case.
func askTransfer(v *visit) error {
	form := v.Request.PostForm
	body := transfersBody{Case: form.Get("case"), Agency: form.Get("to_agency"), Reason: typed(form.Get("reason")), Note: typed(form.Get("handover_note"))}
	var problems []problem
	cases, agencies, err := partnershiprules.MayPassOn(v.App, v.user)
	if err != nil {
		return err
	}
	among := func(list []partnershiprules.Choice, id string) bool {
		return slices.ContainsFunc(list, func(c partnershiprules.Choice) bool { return c.ID == id })
	}
	if !among(cases, body.Case) {
		problems = append(problems, problem{"case", "Choose a case that your agency leads"})
	}
	if !among(agencies, body.Agency) {
		problems = append(problems, problem{"to_agency", "Choose the agency that you ask"})
	}
	if body.Reason == "" {
		problems = append(problems, problem{"reason", "Enter why they should lead"})
	}
	if body.Note == "" {
		problems = append(problems, problem{"handover_note", "Enter what whoever takes over must know"})
	}
	if len(problems) > 0 {
		return v.showTransfers(http.StatusUnprocessableEntity, body, problems)
	}
	refused, err := v.taken(partnershiprules.AskToLead(v.App, v.actor(), body.Case, body.Agency, body.Reason, body.Note))
	switch {
	case err != nil:
		return err
	case refused != nil:
		return v.showTransfers(http.StatusUnprocessableEntity, body, refused)
	}
	return v.Redirect(seeOther, "/coordinate/transfers?done=ask")
}

// answerTransfer takes a manager's answer. One that does not wait for them finds no page.
func answerTransfer(v *visit) error {
	id, answer := v.Request.PathValue("id"), transferAnswers[v.Request.PathValue("answer")]
	rows, err := partnershiprules.Askings(v.App, v.actor())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(rows, func(a partnershiprules.Asking) bool { return a.ID == id })
	if i < 0 || answer == "" || rows[i].Ours == (answer == "withdrawn") {
		return errMissing
	}
	why := typed(v.Request.PostForm.Get("reason"))
	refused, err := v.taken(partnershiprules.AnswerToLead(v.App, v.actor(), rows[i], answer, v.Request.PostForm.Get("lead"), why))
	switch {
	case err != nil:
		return err
	case refused != nil:
		for k := range refused {
			refused[k].Field = id
		}
		return v.showTransfers(http.StatusUnprocessableEntity, transfersBody{Tried: id, Why: why}, refused)
	}
	return v.Redirect(seeOther, "/coordinate/transfers?"+url.Values{"done": {v.Request.PathValue("answer")}}.Encode())
}

// taken says in words what was wrong with what the visitor wrote, if it was refused.
func (v *visit) taken(err error) (problems []problem, failed error) {
	refusal, refused := kernel.Refusal(err)
	if !refused {
		return nil, err
	}
	for field, why := range refusal {
		problems = append(problems, problem{field, sentence(errors.New(why.Error()))})
	}
	return sortedProblems(problems), nil
}
