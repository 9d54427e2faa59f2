package letter

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/lettertext"
)

// ContactPoint is one way to reach a person, and whether it is safe (domain 3.4).
type ContactPoint struct {
	Kind        string   `json:"kind"`
	Lines       []string `json:"lines"`
	Postcode    string   `json:"postcode"`
	Value       string   `json:"value"`
	SafePost    bool     `json:"safe_post"`
	SafeEmail   bool     `json:"safe_email"`
	Current     bool     `json:"current"`
	ConfirmedOn string   `json:"confirmed_on"`
}

// place is where a letter went, as it stood when it went.
type place struct {
	Lines       []string `json:"lines,omitempty"`
	Postcode    string   `json:"postcode,omitempty"`
	Value       string   `json:"value,omitempty"` // an email address
	ConfirmedOn string   `json:"confirmed_on,omitempty"`
}

func (p ContactPoint) place() place { return place{p.Lines, p.Postcode, p.Value, p.ConfirmedOn} }

// is says whether two places are one, however they are spaced and punctuated.
func (a place) is(b place) bool {
	return squashed(strings.Join(a.Lines, " ")+a.Postcode+a.Value) == squashed(strings.Join(b.Lines, " ")+b.Postcode+b.Value)
}

// squashed is a text's letters and digits alone, in small letters.
func squashed(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

func contactPoints(person *core.Record) ([]ContactPoint, error) {
	var points []ContactPoint
	if err := kernel.Decode(person, "contact_points", &points); err != nil {
		return nil, validation.Errors{"recipient": validation.NewError("contact_points", "Put the recipient's contact points right first; they cannot be read.")}
	}
	return points, nil
}

// kindOfDelivery is post unless the letter says otherwise.
func kindOfDelivery(letter *core.Record) string {
	if d := letter.GetString("delivery"); d != "" {
		return d
	}
	return "post"
}

// whereTo is the person's own current, confirmed place that is safe for the letter's
// delivery and from which nothing has come back since it was confirmed; nil when
// there is none (domain 3.4, hard block 1).
func whereTo(app core.App, person *core.Record, delivery string) (*ContactPoint, error) {
	points, err := contactPoints(person)
	if err != nil {
		return nil, err
	}
	back, err := cameBack(app, person.Id)
	if err != nil {
		return nil, err
	}
	var ahead *ContactPoint
	for _, p := range points {
		safe := p.Kind == "address" && p.SafePost
		if delivery == "by_email" {
			safe = p.Kind == "email" && p.SafeEmail && p.Value != ""
		}
		if !safe || !p.Current {
			continue
		}
		if p.ConfirmedOn > kernel.Today() { // it confirms nothing, and outweighs none that is: it is named where there is no other
			ahead = &p
		}
		if kernel.Untrue(p.ConfirmedOn, collections.Happened, kernel.Now().Time()) != nil {
			continue
		}
		if !slices.ContainsFunc(back, func(b returned) bool { return p.place().is(b.place) && p.ConfirmedOn < b.on }) {
			return &p, nil
		}
	}
	return ahead, nil
}

// returned is a place that a letter came back from, and the day.
type returned struct {
	place
	on string
}

func cameBack(app core.App, person string) ([]returned, error) {
	var rows []struct {
		Address string `db:"address"`
		At      string `db:"occurred_at"`
	}
	err := app.ConcurrentDB().NewQuery(`SELECT e.address, CASE WHEN e.received_at != '' THEN min(e.received_at, e.occurred_at) ELSE e.occurred_at END AS occurred_at FROM letter_events e JOIN letters l ON l.id = e.letter
		WHERE e.kind IN ('returned', 'bounced') AND (l.recipient = {:p} OR l.joint_with = {:p})`).Bind(dbx.Params{"p": person}).All(&rows)
	if err != nil {
		return nil, err
	}
	var list []returned
	for _, r := range rows {
		b := returned{on: r.At[:min(10, len(r.At))]}
		if json.Unmarshal([]byte(r.Address), &b.place) == nil {
			list = append(list, b)
		}
	}
	return list, nil
}

// notCurrent marks the place that a letter came back from, so that the next letter
// waits until somebody has confirmed where the person is.
func notCurrent(tx core.App, personID string, from place, on string) error {
	person, err := tx.FindRecordById("people", personID)
	if err != nil {
		return err
	}
	var points []map[string]any // whole: what this code does not know stays
	if err := kernel.Decode(person, "contact_points", &points); err != nil {
		return nil // what cannot be read sends no letter either
	}
	known, err := contactPoints(person)
	if err != nil {
		return err
	}
	for i, p := range known {
		if p.place().is(from) {
			points[i]["current"] = false
			points[i]["do_not_use_reason"] = "A letter came back on " + on + "."
		}
	}
	person.Set("contact_points", points)
	return kernel.SaveChanged(tx, person)
}

// byHand stands where the address would.
var byHand = map[string]map[string]string{
	"by_hand":  {"en": "By hand", "cy": "Drwy law"},
	"by_email": {"en": "By email", "cy": "Drwy e-bost"},
}

// recipientData is the recipient's own name and where the letter goes; without a place
// that is safe the address stays unresolved.
func recipientData(app core.App, data lettertext.Data, letter *core.Record, h *circle, language string) error {
	delete(data, "recipient.address_lines")
	delete(data, "recipient.postcode")
	names, called := h.recipient.GetString("name"), answersTo(h.recipient)
	if h.joint != nil {
		and := map[string]string{"cy": " a ", "en": " and "}[language]
		names, called = names+and+h.joint.GetString("name"), called+and+answersTo(h.joint)
	}
	data["recipient.name"] = lettertext.One(names)
	data["recipient.salutation_name"] = lettertext.One(called)
	delivery := kindOfDelivery(letter)
	if delivery == "by_hand" {
		data["recipient.address_lines"] = lettertext.Many(byHand[delivery][language])
		return nil
	}
	p, err := whereTo(app, h.recipient, delivery)
	if err != nil || p == nil {
		return err
	}
	if delivery == "by_email" {
		data["recipient.address_lines"] = lettertext.Many(byHand[delivery][language])
		return nil
	}
	data["recipient.address_lines"] = lettertext.Many(p.Lines...)
	if p.Postcode != "" {
		data["recipient.postcode"] = lettertext.One(p.Postcode)
	}
	return nil
}
