package hooks

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/lettertext"
)

// letterData is what a letter is filled with: what the server knows of the case,
// and over it what the worker wrote. Where it goes and who signs is never theirs
// to write (domain 3.4: the recipient's own current, confirmed, safe address).
func letterData(app core.App, letter *core.Record, language string) (lettertext.Data, error) {
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
		letter.Set("date", today())
	}
	data["letter.ref"] = lettertext.One(letter.GetString("reference"))
	data["letter.date"] = lettertext.One(letter.GetString("date"))
	if err := senderData(app, data, c, letter.GetString("author")); err != nil {
		return nil, err
	}
	return data, recipientData(app, data, letter, language)
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

// familyData names the children and the contacts that were missed. One that the
// service cancelled, or that went to a contact never confirmed, does not count
// against the family (guard G13).
func familyData(app core.App, data lettertext.Data, caseID string) error {
	names, err := childrenInWords(app, caseID)
	if err != nil {
		return err
	}
	if len(names) > 0 {
		data["child.first_names"] = lettertext.Many(names...)
	}
	var missed []*core.Record
	err = tries(app, caseID, dbx.In("outcome", "no_answer", "not_home", "not_brought"), dbx.NewExp("method != 'letter' AND contact_confirmed = TRUE")).
		OrderBy("occurred_at DESC").Limit(5).All(&missed)
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
