package coordinate

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks"
)

// transfersBody is who asks whom to take the lead of a case, and a question that was not
// taken, as it was typed.
type transfersBody struct {
	Rows     []hooks.Asking
	Cases    []hooks.Choice
	Agencies []hooks.Choice
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
	if body.Rows, err = hooks.Askings(v.App, v.actor()); err != nil {
		return err
	}
	if body.Cases, body.Agencies, err = hooks.MayPassOn(v.App, v.user); err != nil {
		return err
	}
	return v.show(status, "transfers", page{Title: "Who takes the lead", Body: body, Problems: problems, OfCases: true})
}

// askTransfer asks another agency to take the lead of a case.
func askTransfer(v *visit) error {
	form := v.Request.PostForm
	body := transfersBody{Case: form.Get("case"), Agency: form.Get("to_agency"), Reason: typed(form.Get("reason")), Note: typed(form.Get("handover_note"))}
	var problems []problem
	cases, agencies, err := hooks.MayPassOn(v.App, v.user)
	if err != nil {
		return err
	}
	among := func(list []hooks.Choice, id string) bool {
		return slices.ContainsFunc(list, func(c hooks.Choice) bool { return c.ID == id })
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
	refused, err := v.writes("transfers", map[string]any{
		"case": body.Case, "to_agency": body.Agency, "reason": body.Reason, "handover_note": body.Note, "requested_at": types.NowDateTime(),
	})
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
	rows, err := hooks.Askings(v.App, v.actor())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(rows, func(a hooks.Asking) bool { return a.ID == id })
	if i < 0 || answer == "" || rows[i].Ours == (answer == "withdrawn") {
		return errMissing
	}
	why := typed(v.Request.PostForm.Get("reason"))
	refused, err := v.writes("transfer_answers", map[string]any{
		"case": rows[i].Case, "transfer": id, "answer": answer, "lead": v.Request.PostForm.Get("lead"), "reason": why, "occurred_at": types.NowDateTime(),
	})
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

// writes makes a record as the visitor's, and says what is wrong with it in words.
func (v *visit) writes(noun string, values map[string]any) (problems []problem, err error) {
	err = hooks.Within(v.App, v.actor(), func(tx core.App) error {
		c, err := tx.FindCachedCollectionByNameOrId(noun)
		if err != nil {
			return err
		}
		r := core.NewRecord(c)
		r.Load(values)
		return tx.Save(r)
	})
	refusal, refused := hooks.Refusal(err)
	if !refused {
		return nil, err
	}
	for field, why := range refusal {
		problems = append(problems, problem{field, sentence(errors.New(why.Error()))})
	}
	return sortedProblems(problems), nil
}
