package letter

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/lettertext"
)

// letterData is what a letter is filled with: what the server knows of the case,
// and over it what the worker wrote. Where it goes and who signs is never theirs
// to write (domain 3.4: the recipient's own current, confirmed, safe address).
// LETTER.md has the same, for a phone without signal.
func letterData(app core.App, letter *core.Record, h *circle, pack *lettertext.Pack, t *lettertext.Template) (lettertext.Data, error) {
	c, err := app.FindRecordById("cases", letter.GetString("case"))
	if err != nil {
		return nil, validation.Errors{"case": validation.NewError("missing", "There is no such case.")}
	}
	if h.recipient == nil {
		return nil, validation.Errors{"recipient": validation.NewError("missing", "There is no such person in this case.")}
	}
	if err := paperOf(app, letter, c); err != nil {
		return nil, err
	}
	data := lettertext.Data{}
	if err := kernel.Decode(letter, "merge", &data); err != nil {
		return nil, validation.Errors{"merge": validation.NewError("invalid", err.Error())}
	}
	own := h.children()
	if _, typed := data["child.first_names"]; !typed && len(own) > 0 {
		names := make([]string, len(own))
		for i, c := range own {
			names[i] = c.Name
		}
		data["child.first_names"] = lettertext.Many(names...)
	}
	letter.Set("children", own)
	if speaksOfTries(t) {
		found, err := triesOf(app, letter, h, pack, t.Language())
		if err != nil {
			return nil, err
		}
		found.fill(data, t.Language())
	}
	offers(data, h.recipient, pack, t)
	if err := nameLetter(app, letter, c); err != nil {
		return nil, err
	}
	data["letter.ref"] = lettertext.One(letter.GetString("reference"))
	data["letter.date"] = lettertext.One(letter.GetString("date"))
	if err := senderData(app, data, letter); err != nil {
		return nil, err
	}
	return data, recipientData(app, data, letter, h, t.Language())
}

// paperOf settles on whose paper a letter is: its author's agency's, or where its author
// chooses so, that of the agency that leads the case.
func paperOf(app core.App, letter, c *core.Record) error {
	own := authorsAgency(app, letter, c)
	switch letter.GetString("agency") {
	case "":
		letter.Set("agency", own)
	case own, c.GetString("lead_agency"):
	default:
		return validation.Errors{"agency": validation.NewError("other_agency", "Write on the paper of your own agency, or of the one that leads the case.")}
	}
	return nil
}

// authorsAgency is that of a letter's author.
func authorsAgency(app core.App, letter, c *core.Record) string {
	if author, err := app.FindRecordById("users", letter.GetString("author")); err == nil {
		return author.GetString("agency")
	}
	return c.GetString("lead_agency")
}

// senderData names the organisation, who signs and whom to ring.
func senderData(app core.App, data lettertext.Data, letter *core.Record) error {
	agency, err := app.FindRecordById("agencies", letter.GetString("agency"))
	if err != nil {
		return err
	}
	data["area.name"] = lettertext.One(agency.GetString("name"))
	sentBy(data, agency)
	if person, err := app.FindRecordById("users", letter.GetString("author")); err == nil {
		data["signatory.name"] = lettertext.One(person.GetString("name"))
		data["signatory.role"] = lettertext.One(person.GetString("job_title"))
		data["contact.name"] = lettertext.One(person.GetString("name"))
		data["contact.role"] = lettertext.One(person.GetString("job_title"))
		data["contact.phone"] = lettertext.One(agency.GetString("phone"))
	}
	return nil
}

// nameLetter gives a letter its reference: the one that a phone made, where it is made as
// it must be, else one made in the same way. One that was given before stays.
func nameLetter(app core.App, letter, c *core.Record) error {
	if letter.GetString("date") == "" {
		letter.Set("date", kernel.Today())
	}
	if !letter.IsNew() && letter.GetString("reference") != "" {
		return nil
	}
	if letter.Id == "" {
		letter.Set("id", core.GenerateDefaultRandomId()) // its reference is made of it
	}
	made := LetterReference(c.GetString("reference"), c.Id, letter.GetString("date"), letter.Id)
	switch sent := letter.GetString("reference"); sent {
	case "", made:
		letter.Set("reference", made)
	case LetterReference("", c.Id, letter.GetString("date"), letter.Id): // made before the case had its own
	default:
		return validation.Errors{"reference": validation.NewError("reference_form", "Leave the reference to the server, or make it of the case's reference, the letter's day and the letter.")}
	}
	n, err := app.CountRecords("letters", dbx.HashExp{"case": c.Id, "reference": letter.GetString("reference")}, dbx.Not(dbx.HashExp{"id": letter.Id}))
	if err == nil && n > 0 {
		return validation.Errors{"reference": validation.NewError("reference_taken", "Draft the letter anew; another of this day has its reference.")}
	}
	return err
}

// LetterReference is what a letter is called on paper: its case's reference, or a code of
// the case where that has none yet, its day, and a code of the letter. A phone makes the
// same without signal (M235).
func LetterReference(reference, caseID, date, letterID string) string {
	if reference == "" {
		reference = lettertext.ShortName(caseID)
	}
	return fmt.Sprintf("%s/%s-%s", reference, strings.ReplaceAll(strings.TrimPrefix(date, "20"), "-", ""), lettertext.ShortName(letterID))
}
