package coordinate

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"

	"holdfast/hooks/letter"
	"holdfast/hooks/lettertext"
)

// letterBody is a letter that waits for a manager, as it would be sent, with what they
// have to look at.
type letterBody struct {
	Event, Reference, ByName, Grade string
	Content, Wording                string // hashes of what is shown here
	Sender, Recipient               []string
	Date, Salutation, Closing       string
	Signed                          []string
	Parts                           []letterPart
	Copies                          []string
	Whole                           bool // all its fields are filled in
	Countersign                     bool // somebody else's approval has freed it already
	Blocks                          []letter.LetterBlock
	Held                            bool // one of them is lifted by nothing that the approver could say
	Words                           []string
	Known                           []string
	Acknowledged                    []string
	Reason                          string
	Why                             bool // the approver has to say why all the same
}

// letterPart is a heading, a paragraph or a bullet.
type letterPart struct{ Kind, Text string }

// Ticked reports whether a listed word was acknowledged.
func (b letterBody) Ticked(word string) bool { return slices.Contains(b.Acknowledged, word) }

func letterToApprove(v *visit) error {
	body, err := v.letterBody(v.Request.PathValue("event"))
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "approve-letter", page{Title: "A letter to approve", Body: body, OfCases: true})
}

// letterBody reads the letter of something that waits for this manager; anything else
// is not found.
func (v *visit) letterBody(event string) (letterBody, error) {
	list, err := letter.Approvals(v.App, v.actor())
	if err != nil {
		return letterBody{}, err
	}
	i := slices.IndexFunc(list, func(a letter.Approval) bool { return a.Event == event })
	if i < 0 {
		return letterBody{}, errMissing
	}
	l, err := letter.ReadLetter(v.App, v.actor(), list[i])
	if err != nil {
		return letterBody{}, err
	}
	if l == nil {
		return letterBody{}, errMissing
	}
	b := letterBody{Event: event, Reference: list[i].Reference, ByName: list[i].ByName, Content: l.GetString("content_hash"), Wording: l.GetString("template_hash"),
		Blocks: l.Blocks, Words: l.Words, Known: l.Known, Countersign: l.GetString("status") == "approved"}
	b.Why = slices.ContainsFunc(l.Blocks, func(k letter.LetterBlock) bool { return k.Reason })
	b.Held = list[i].Held != ""
	if g := l.GetFloat("grade"); g != 0 {
		b.Grade = strconv.FormatFloat(g, 'f', 1, 64)
	}
	if d := l.Document; d != nil {
		b.Whole = true
		b.Sender, b.Recipient, b.Date, b.Salutation, b.Closing, b.Copies = d.Sender, d.Recipient, d.DateText, d.Salutation, d.Closing, d.Copies
		b.Signed = []string{d.Signatory.Name, d.Signatory.Role, d.Signatory.Organisation}
		for _, k := range d.Body {
			b.Parts = append(b.Parts, letterPart{string(k.Kind), joined(k.Spans)})
		}
	}
	return b, nil
}

// letterAgain shows the letter once more with why its answer was not taken.
func (v *visit) letterAgain(event string, d letter.Decision, problems validation.Errors) error {
	body, err := v.letterBody(event)
	if err != nil {
		return err
	}
	body.Acknowledged, body.Reason = d.Acknowledged, d.Reason
	p := page{Title: "A letter to approve", Body: body, OfCases: true}
	for field, why := range problems {
		at := map[string]string{"acknowledged": "acknowledged", "override_reason": "reason", "reason": "why", "note": "why"}[field]
		if at == "" {
			at = "letter"
		}
		p.Problems = append(p.Problems, problem{at, sentence(why)})
	}
	sortedProblems(p.Problems)
	return v.show(http.StatusUnprocessableEntity, "approve-letter", p)
}

func joined(spans []lettertext.Span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return b.String()
}
