package coordinate

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/letter"
	"holdfast/hooks/tell"
)

// approvalsBody is what waits for a manager, and the answer that was not taken.
type approvalsBody struct {
	Rows  []approvalRow
	Done  string
	Tried string // the event whose answer was not taken
	Note  string
	Seen  string // why a child was not seen
	Days  map[string]string
}

// approvalRow is one thing that waits, in words.
type approvalRow struct {
	letter.Approval
	What, Detail string
	Items        []choice // of the closing checklist
	Closing      bool
	Confirming   bool // to hold to an ending, or to open it again
	Letter       bool // it is read, and answered, on a page of its own
}

var whatWaits = map[string]string{
	"closure.approved":           "Ending the pathway",
	"risk_assessment.signed_off": "What this means for each child",
	"letter.approved":            "A letter",
	"pathway.migrated":           "Moving to another version of the pathway",
	"closure.confirmed":          "An ending over an objection",
}

// reasonsToEnd are why somebody proposes to end a pathway.
var reasonsToEnd = map[string]string{
	"needs_met": "the children's needs are met", "single_agency": "one agency carries on", "statutory": "social care leads now",
	"declined": "the family has said no", "moved": "the family has moved", "other": "another reason",
}

// checklist are the items that templates ask the day of, in words.
var checklist = map[string]string{
	"chronology": "The chronology was brought up to date on", "views": "The family’s views were recorded on", "notified": "Everybody concerned was told on",
}

// answers are what a manager can say, by the last part of the address.
var answers = []string{"approve", "reject"}

func approvals(v *visit) error {
	body, err := v.approvalsBody()
	if err != nil {
		return err
	}
	if done := v.Request.URL.Query().Get("done"); slices.Contains(answers, done) {
		body.Done = done
	}
	return v.show(http.StatusOK, "approvals", page{Title: "Approvals", Body: body})
}

func (v *visit) approvalsBody() (approvalsBody, error) {
	var body approvalsBody
	list, err := letter.Approvals(v.App, v.actor())
	for _, a := range list {
		if a.Held != "" {
			continue // its author's to finish: whoever has it open still finds why
		}
		row := approvalRow{Approval: a, What: whatWaits[a.Act], Closing: a.Act == "closure.approved", Letter: a.Act == "letter.approved", Confirming: a.Act == "closure.confirmed"}
		if row.Confirming {
			row.Detail = "It was ended without an answer from " + strings.Join(a.Missing, ", ") + ", which had objected in time: its objection came after. Say why the ending is right all the same, or send it back and it is open again."
		}
		if a.Again {
			row.Detail = "It was approved before and refused. What stood in the way is gone: decide again."
		}
		if row.Closing {
			said := "Every agency has answered."
			if len(a.Missing) > 0 {
				said = "No answer yet from: " + strings.Join(a.Missing, ", ") + "."
			}
			row.Detail = strings.TrimSpace("Because " + reasonsToEnd[a.Reason] + ". " + said + " " + row.Detail)
			for _, item := range a.Items {
				name := checklist[item]
				if name == "" {
					name = "Done on: " + strings.ReplaceAll(item, "_", " ")
				}
				row.Items = append(row.Items, choice{item, name})
			}
		}
		body.Rows = append(body.Rows, row)
	}
	return body, err
}

// answerApproval takes a manager's answer. What waits is looked up again: an answer
// to anything that does not wait for this manager finds no page.
func answerApproval(v *visit) error {
	event, answer := v.Request.PathValue("event"), v.Request.PathValue("answer")
	if !slices.Contains(answers, answer) {
		return errMissing
	}
	form := v.Request.PostForm
	d := letter.Decision{Approve: answer == "approve", Reason: typed(form.Get("reason")), Checklist: map[string]string{}, NotSeen: typed(form.Get("not-seen")),
		SeenContent: form.Get("content"), SeenTemplate: form.Get("wording"), Acknowledged: form["acknowledged"]}
	var unaccepted *tell.Unaccepted
	err := kernel.Within(v.App, v.actor(), func(tx core.App) error {
		list, err := letter.Approvals(tx, v.actor())
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(a letter.Approval) bool { return a.Event == event })
		if i < 0 {
			return errMissing
		}
		for _, item := range list[i].Items {
			if day := typed(form.Get("day-" + item)); day != "" {
				d.Checklist[item] = day
			}
		}
		err = letter.Decide(tx, list[i], d)
		if errors.As(err, &unaccepted) {
			return nil // it stays on the record as attempted
		}
		return err
	})
	problems, refused := kernel.Refusal(err)
	if err != nil && !refused {
		return err
	}
	if !refused && unaccepted == nil {
		return v.Redirect(seeOther, "/coordinate/approvals?done="+answer)
	}
	if form.Has("content") { // answered on the letter's own page
		return v.letterAgain(event, d, problems)
	}
	body, err := v.approvalsBody()
	if err != nil {
		return err
	}
	body.Tried, body.Note, body.Days, body.Seen = event, d.Reason, d.Checklist, d.NotSeen
	p := page{Title: "Approvals", Body: body}
	for _, why := range problems {
		p.Problems = append(p.Problems, problem{event, sentence(why)})
	}
	if unaccepted != nil {
		for _, why := range unaccepted.Reasons {
			p.Problems = append(p.Problems, problem{event, sentence(errors.New(why.Text))})
		}
	}
	return v.show(http.StatusUnprocessableEntity, "approvals", p)
}
