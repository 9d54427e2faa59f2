package hooks

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/lettertext"
)

// bindLetters drafts a letter from its template and the case, and lets nothing
// unresolved be approved.
func bindLetters(app core.App) {
	h := func() *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: orderDomain, Func: draftLetter}
	}
	app.OnRecordCreate("letters").Bind(h())
	app.OnRecordUpdate("letters").Bind(h())
}

// draftLetter fills in what the server knows, keeps what the worker wrote, and
// stores what the letter would be: the hash of its text, or the fields in the way.
func draftLetter(e *core.RecordEvent) error {
	was := "draft"
	if !e.Record.IsNew() {
		was = e.Record.Original().GetString("status")
	}
	status := e.Record.GetString("status")
	if was != "draft" {
		if changed(e.Record, "merge") || changed(e.Record, "template") || changed(e.Record, "date") {
			return validation.Errors{"merge": validation.NewError("approved", "An approved letter does not change; withdraw it and draft another.")}
		}
		if status == "draft" {
			return validation.Errors{"status": validation.NewError("approved", "An approved letter cannot become a draft again.")}
		}
		return e.Next()
	}
	record, pack, template, err := letterTemplate(e.App, e.Record.GetString("template"))
	if err != nil {
		return validation.Errors{"template": validation.NewError("missing", "There is no such letter template.")}
	}
	data, err := letterData(e.App, e.Record)
	if err != nil {
		return err
	}
	e.Record.Set("template_hash", record.GetString("hash"))
	e.Record.Set("merge", data)
	e.Record.Set("content_hash", "")
	e.Record.Set("problems", []string{})
	document, err := lettertext.Merge(template, data)
	var unresolved *lettertext.MergeError
	switch {
	case errors.As(err, &unresolved):
		e.Record.Set("problems", unresolved.Problems)
	case err != nil:
		return err
	default:
		e.Record.Set("content_hash", document.Hash())
	}
	if status != "draft" {
		if err := mayApprove(e, pack, unresolved); err != nil {
			return err
		}
	}
	return e.Next()
}

// mayApprove holds an approval to its conditions: nothing unresolved, and somebody
// other than the author where the kind asks for it (guard G5).
func mayApprove(e *core.RecordEvent, pack *lettertext.Pack, unresolved *lettertext.MergeError) error {
	if e.Record.GetString("status") != "approved" {
		return validation.Errors{"status": validation.NewError("not_approved", "A letter is approved before anything else becomes of it.")}
	}
	if unresolved != nil {
		return validation.Errors{"merge": validation.NewError("unresolved", "Fill in first: "+strings.Join(unresolved.Unresolved(), ", ")+".")}
	}
	person := ActorOf(e.App).Person()
	if person == nil {
		return validation.Errors{"status": validation.NewError("not_a_person", "A letter is approved by a person.")}
	}
	if pack.Approver.OtherThanAuthor() && person.Id == e.Record.GetString("author") {
		return validation.Errors{"status": validation.NewError("own_letter", "Somebody other than its author approves this letter.")}
	}
	e.Record.Set("approved_by", person.Id)
	return nil
}

// letterData is what a letter is filled with: what the server knows of the case,
// and over it what the worker wrote. Where it goes and who signs is never theirs
// to write (domain 3.4: the recipient's own current, confirmed, safe address).
func letterData(app core.App, letter *core.Record) (lettertext.Data, error) {
	data := lettertext.Data{}
	c, err := app.FindRecordById("cases", letter.GetString("case"))
	if err != nil {
		return nil, validation.Errors{"case": validation.NewError("missing", "There is no such case.")}
	}
	if err := familyData(app, data, c.Id); err != nil {
		return nil, err
	}
	var written lettertext.Data
	if err := decode(letter, "merge", &written); err != nil {
		return nil, validation.Errors{"merge": validation.NewError("invalid", err.Error())}
	}
	for name, value := range written {
		data[name] = value
	}
	if letter.GetString("reference") == "" {
		n, err := app.CountRecords("letters", dbx.HashExp{"case": c.Id})
		if err != nil {
			return nil, err
		}
		letter.Set("reference", fmt.Sprintf("%s/%d", c.GetString("reference"), n+1))
	}
	if letter.GetString("date") == "" {
		letter.Set("date", now().Time().In(london).Format(time.DateOnly))
	}
	data["letter.ref"] = lettertext.One(letter.GetString("reference"))
	data["letter.date"] = lettertext.One(letter.GetString("date"))
	if err := senderData(app, data, c, letter.GetString("author")); err != nil {
		return nil, err
	}
	return data, recipientData(app, data, letter.GetString("recipient"))
}

// senderData names the organisation, who signs and whom to ring.
func senderData(app core.App, data lettertext.Data, c *core.Record, author string) error {
	agency, err := app.FindRecordById("agencies", c.GetString("lead_agency"))
	if err != nil {
		return err
	}
	data["area.name"] = lettertext.One(agency.GetString("name"))
	if person, err := app.FindRecordById("users", author); err == nil {
		data["signatory.name"] = lettertext.One(person.GetString("name"))
		data["signatory.role"] = lettertext.One(person.GetString("job_title"))
		data["contact.name"] = lettertext.One(person.GetString("name"))
		data["contact.role"] = lettertext.One(person.GetString("job_title"))
		data["contact.phone"] = lettertext.One(agency.GetString("phone"))
	}
	return nil
}

// ContactPoint is one way to reach a person, and whether it is safe (domain 3.4).
type ContactPoint struct {
	Kind        string   `json:"kind"`
	Lines       []string `json:"lines"`
	Postcode    string   `json:"postcode"`
	Value       string   `json:"value"`
	SafePost    bool     `json:"safe_post"`
	Current     bool     `json:"current"`
	ConfirmedOn string   `json:"confirmed_on"`
}

// recipientData is the recipient's own name and their current, confirmed address
// that is safe for post; without one the address stays unresolved.
func recipientData(app core.App, data lettertext.Data, recipient string) error {
	delete(data, "recipient.address_lines")
	delete(data, "recipient.postcode")
	person, err := app.FindRecordById("people", recipient)
	if err != nil {
		return validation.Errors{"recipient": validation.NewError("missing", "There is no such person in this case.")}
	}
	data["recipient.name"] = lettertext.One(person.GetString("name"))
	data["recipient.salutation_name"] = lettertext.One(person.GetString("name"))
	var points []ContactPoint
	if err := decode(person, "contact_points", &points); err != nil {
		return validation.Errors{"recipient": validation.NewError("contact_points", "The recipient's contact points cannot be read.")}
	}
	for _, p := range points {
		if p.Kind == "address" && p.Current && p.SafePost && p.ConfirmedOn != "" {
			data["recipient.address_lines"] = lettertext.Many(p.Lines...)
			data["recipient.postcode"] = lettertext.One(p.Postcode)
			return nil
		}
	}
	return nil
}

// familyData names the children and the contacts that were missed. One that the
// service cancelled, or that went to a contact never confirmed, does not count
// against the family (guard G13).
func familyData(app core.App, data lettertext.Data, caseID string) error {
	children, err := app.FindRecordsByFilter("people", "case = {:c} && kind = 'child'", "date_of_birth", 0, 0, dbx.Params{"c": caseID})
	if err != nil {
		return err
	}
	var names []string
	for _, c := range children {
		first, _, _ := strings.Cut(c.GetString("name"), " ")
		names = append(names, first)
	}
	if len(names) > 0 {
		data["child.first_names"] = lettertext.Many(names...)
	}
	missed, err := app.FindRecordsByFilter("contact_attempts",
		"case = {:c} && (outcome = 'no_answer' || outcome = 'not_home' || outcome = 'not_brought') && method != 'letter'", "-occurred_at", 5, 0, dbx.Params{"c": caseID})
	if err != nil || len(missed) == 0 {
		return err
	}
	var rows []lettertext.Row
	for i := len(missed) - 1; i >= 0; i-- {
		at := missed[i].GetDateTime("occurred_at").Time().In(london)
		method := methods[missed[i].GetString("method")]
		rows = append(rows, lettertext.Row{"date": at.Format(time.DateOnly), "time": at.Format("15:04"), "kind": method[0], "place": method[1]})
	}
	data["missed"] = lettertext.Table(rows...)
	return nil
}

// methods are how an attempt is written to a family: what it was, and where.
var methods = map[string][2]string{
	"phone": {"phone call", "by phone"}, "text": {"text message", "by text"}, "email": {"email", "by email"},
	"card": {"card through the door", "your home"}, "visit_announced": {"home visit", "your home"},
	"visit_unannounced": {"call at your home", "your home"}, "appointment": {"appointment", "the clinic"},
	"joint_visit": {"home visit", "your home"}, "via_professional": {"message through someone you know", "passed on"},
}

// LetterDocument is the letter as its stored merge data make it. The error is a
// *lettertext.MergeError while fields are unresolved.
func LetterDocument(app core.App, letter *core.Record) (*lettertext.Document, error) {
	_, _, template, err := letterTemplate(app, letter.GetString("template"))
	if err != nil {
		return nil, err
	}
	var data lettertext.Data
	if err := decode(letter, "merge", &data); err != nil {
		return nil, err
	}
	return lettertext.Merge(template, data)
}
