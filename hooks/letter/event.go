package letter

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/hooks/lettertext"
	"holdfast/hooks/pack"
	"holdfast/hooks/workday"
)

// channels are the ways a letter goes out, each with the deliveries that a letter must
// have been approved for and the word that a pathway has for it (domain 3.5).
var channels = map[string]struct {
	deliveries []string
	pathway    string
}{
	"posted":         {[]string{"post"}, "posted"},
	"print_room":     {[]string{"post"}, "print_room"},
	"hand_delivered": {[]string{"post"}, "hand_delivered"},
	"handed_over":    {[]string{"post", "by_hand"}, "handed_over"},
	"emailed":        {[]string{"by_email"}, "email"},
}

// inStatus says in which statuses of its letter a kind of event has its place, and
// what would lift a refusal.
var inStatus = map[string]struct {
	statuses []string
	says     string
}{
	"rejected":        {[]string{"draft"}, "Withdraw the letter instead; it has been approved."},
	"countersigned":   {[]string{"approved"}, "Have the letter approved first, and not yet sent."},
	"printed":         {[]string{"approved", "issued", "returned"}, "Have the letter approved before it is printed."},
	"delivery_proven": {[]string{"issued"}, "Record first how the letter went."},
	"bounced":         {[]string{"issued"}, "Record first how the letter went."},
	"returned":        {[]string{"issued"}, "Record first how the letter went."},
	"reply_received":  {[]string{"issued", "returned"}, "Record first how the letter went."},
}

// recordLetterEvent keeps what became of a letter, and what follows from it: that it
// went, where, and from when it is taken to have come; that an address is no longer
// current. One record from a phone says all of it.
func recordLetterEvent(e *core.RecordEvent) error {
	e.Record.Set("received_at", kernel.Now())
	if e.Record.GetDateTime("recorded_at").IsZero() {
		e.Record.Set("recorded_at", kernel.Now())
	}
	if kernel.IsServer(e.Record) {
		return e.Next()
	}
	letter, err := e.App.FindRecordById("letters", e.Record.GetString("letter"))
	if err != nil {
		return validation.Errors{"letter": validation.NewError("missing", "There is no such letter in this case.")}
	}
	if seen := e.Record.GetString("seen_content_hash"); seen != "" && seen != letter.GetString("content_hash") {
		return validation.Errors{"seen_content_hash": validation.NewError("changed_since", "The letter that was approved is not the one you hold; print it again as it now stands.")}
	}
	if e.Record.Id == "" {
		e.Record.Set("id", core.GenerateDefaultRandomId()) // what it tells the pathway names it
	}
	kind := e.Record.GetString("kind")
	if _, goes := channels[kind]; goes {
		return issue(e, letter)
	}
	rule, known := inStatus[kind]
	if !known {
		return refuseKind("by_letter", "Change the letter itself; this line of its record follows from that.")
	}
	if !slices.Contains(rule.statuses, letter.GetString("status")) {
		return refuseKind("not_now", rule.says)
	}
	switch kind {
	case "printed":
		if err := nothingBetween(e.App, letter); err != nil {
			return err
		}
	case "rejected":
		return reject(e, letter)
	case "countersigned":
		return countersign(e, letter)
	case "returned", "bounced":
		return comeBack(e, letter)
	}
	if err := e.Next(); err != nil {
		return err
	}
	if kind == "reply_received" {
		return tellPathway(e, letter, "letter.reply_received", nil)
	}
	return nil
}

func refuseKind(code, message string) error {
	return validation.Errors{"kind": validation.NewError(code, message)}
}

// issue sends a letter on its way: approved, by a way it was approved for, to where its
// recipient can be reached now, and only when nothing has come between since.
func issue(e *core.RecordEvent, letter *core.Record) error {
	kind, person := e.Record.GetString("kind"), kernel.ActorOf(e.App).Person()
	switch status := letter.GetString("status"); {
	case person == nil:
		return refuseKind("not_a_person", "A letter is sent by a person; sign in as one.")
	case status == "draft":
		return refuseKind("not_approved", "Have the letter approved before it goes.")
	case status == "withdrawn":
		return refuseKind("withdrawn", "This letter was withdrawn; draft another.")
	case status != "approved":
		return refuseKind("gone", "This letter has gone already; draft another to write again.")
	case kind == "hand_delivered" && kindOfDelivery(letter) == "by_hand":
		return refuseKind("other_delivery", "Record it as handed over; this letter was approved to be given to them by hand, not put through the door.")
	case !slices.Contains(channels[kind].deliveries, kindOfDelivery(letter)):
		return refuseKind("other_delivery", "This letter was approved to go another way; withdraw it and draft it for this one.")
	}
	if err := nothingBetween(e.App, letter); err != nil {
		return err
	}
	d, err := asItStands(e.App, letter)
	if err != nil {
		return err
	}
	to, err := whereItGoes(e.App, letter)
	if err != nil {
		return err
	}
	at, err := whenGone(e, letter, d.pack)
	if err != nil {
		return err
	}
	planned, err := plan(e.App, letter, e.Record, "letter.issued", at, map[string]any{
		"letter": letter.GetString("pathway_letter"), "channel": channels[kind].pathway, "safe_contact": true, "merge_clean": len(d.blocks) == 0 || d.document != nil,
	})
	if err != nil {
		return err
	}
	if planned != nil && planned.refused != "" {
		return refuseKind("pathway", planned.refused)
	}
	if planned != nil {
		at = planned.at
	}
	deemed, err := deemedOn(e.App, letter.GetString("case"), d.rules, kind, e.Record.GetString("postage"), at)
	if err != nil {
		return err
	}
	e.Record.Set("address", to)
	e.Record.Set("deemed_on", deemed)
	if err := e.Next(); err != nil {
		return err
	}
	letter.Set("status", "issued")
	letter.Set("channel", kind)
	letter.Set("issued_at", at)
	letter.Set("issued_by", person.Id)
	letter.Set("deemed_on", deemed)
	if err := kernel.SaveChanged(e.App, letter); err != nil {
		return err
	}
	return planned.save(e.App)
}

// whenGone is when a letter went, as the worker recorded it: what is deemed and due is
// counted from then, however long the phone had no signal. It is never still to come,
// nor before the case began, nor before the approval of somebody else that the letter's
// kind asks for.
func whenGone(e *core.RecordEvent, letter *core.Record, pack *lettertext.Pack) (time.Time, error) {
	at := e.Record.GetDateTime("occurred_at").Time()
	if pack.Approver.OtherThanAuthor() {
		return kernel.SinceWritten(e.App, letter, at)
	}
	c, err := e.App.FindRecordById("cases", letter.GetString("case"))
	if err != nil {
		return at, err
	}
	if began := c.GetDateTime("opened_on").Time(); at.Before(began) {
		at = began
	}
	return kernel.NotToCome(at), nil
}

// asItStands reads a letter again as things are now: what it says stays as it is, what
// may stand in its way does not.
func asItStands(app core.App, letter *core.Record) (*draft, error) {
	record, pack, text, err := pack.LetterTemplate(app, letter.GetString("template"))
	if err != nil {
		return nil, err
	}
	d := &draft{template: record, pack: pack, text: text}
	if d.circle, err = circleOf(app, letter); err != nil {
		return nil, err
	}
	if d.rules, err = rulesOf(app); err != nil {
		return nil, err
	}
	if d.document, err = LetterDocument(app, letter); err != nil && !errors.As(err, &d.unresolved) {
		return nil, err
	}
	d.blocks, err = blocksOf(app, letter, d)
	return d, err
}

// whereItGoes is the place a letter goes to, as it is now; refused when that is no
// longer the one that was approved.
func whereItGoes(app core.App, letter *core.Record) (place, error) {
	delivery := kindOfDelivery(letter)
	if delivery == "by_hand" {
		return place{}, nil
	}
	person, err := app.FindRecordById("people", letter.GetString("recipient"))
	if err != nil {
		return place{}, err
	}
	p, err := whereTo(app, person, delivery)
	if err != nil {
		return place{}, err
	}
	if p == nil {
		return place{}, refuseKind("no_safe_address", "Confirm where "+person.GetString("name")+" can safely be written to, then draft the letter again.")
	}
	if delivery == "by_email" {
		return place{Value: p.Value, ConfirmedOn: p.ConfirmedOn}, nil
	}
	document, err := LetterDocument(app, letter)
	if err != nil {
		return place{}, err
	}
	if squashed(strings.Join(document.Recipient[1:], " ")) != squashed(strings.Join(p.Lines, " ")+p.Postcode) {
		return place{}, refuseKind("address_changed", "The address has changed since the letter was approved; withdraw it and draft it again.")
	}
	return place{Lines: p.Lines, Postcode: p.Postcode, ConfirmedOn: p.ConfirmedOn}, nil
}

// deemedOn is the day from which the letter is taken to have come, by how it went; empty
// where the area's calendar does not reach so far: a day is never guessed.
func deemedOn(app core.App, caseID string, rules *lettertext.Rules, channel, postage string, at time.Time) (string, error) {
	days, ok := rules.DeemedWorkingDays[channel]
	if n, slow := rules.DeemedWorkingDays[channel+"_"+postage]; slow {
		days, ok = n, true
	}
	day := workday.Of(at)
	if !ok {
		return "", nil
	}
	if days == 0 {
		return day.String(), nil
	}
	calendar, err := pack.CaseCalendar(app, caseID)
	if err != nil {
		return "", err
	}
	due, err := calendar.Within(day.String(), days)
	if err != nil {
		return "", nil
	}
	return due, nil
}

// reject sends a draft back to its author with the reason.
func reject(e *core.RecordEvent, letter *core.Record) error {
	if strings.TrimSpace(e.Record.GetString("note")) == "" {
		return validation.Errors{"note": validation.NewError("reason", "Say what should change in the letter.")}
	}
	person := kernel.ActorOf(e.App).Person()
	if person == nil {
		return refuseKind("not_a_person", "A letter is sent back by a person; sign in as one.")
	}
	_, pack, _, err := pack.LetterTemplate(e.App, letter.GetString("template"))
	if err != nil {
		return err
	}
	if boss, err := kernel.IsManager(e.App, letter.GetString("case"), person); err != nil || !boss {
		if err != nil {
			return err
		}
		if err := mayApprove(e.App, letter, pack, person, false, false); err != nil {
			return refuseKind("not_approver", "Only those who may approve this letter send it back: ask "+approversSaid(e.App, letter, person)+".")
		}
	}
	if err := e.Next(); err != nil {
		return err
	}
	return tellPathway(e, letter, "letter.rejected", map[string]any{"reason": e.Record.GetString("note")})
}

// countersign adds a manager's approval to one that the letter's kind allowed somebody
// else to give: a pathway may ask for a manager's (guard G5).
func countersign(e *core.RecordEvent, letter *core.Record) error {
	person := kernel.ActorOf(e.App).Person()
	if person == nil {
		return refuseKind("not_a_person", "A letter is countersigned by a person; sign in as one.")
	}
	authors, err := AuthorsOf(e.App, letter)
	if err != nil {
		return err
	}
	boss, err := engagement.AnswersForLetter(e.App, letter, person, authors)
	if err != nil {
		return err
	}
	if !boss {
		return notApprover(e.App, letter, "kind", "Have %s who wrote none of this letter countersign it.")
	}
	if err := nothingBetween(e.App, letter); err != nil {
		return err
	}
	if err := e.Next(); err != nil {
		return err
	}
	return tellPathway(e, letter, "letter.approved", nil)
}

// comeBack marks the place that a letter came back from: the next letter waits until
// somebody has confirmed where the person is.
func comeBack(e *core.RecordEvent, letter *core.Record) error {
	var to place
	rows, err := e.App.FindRecordsByFilter("letter_events", "letter = {:l} && kind = {:k}", "-created", 1, 0,
		dbx.Params{"l": letter.Id, "k": letter.GetString("channel")})
	if err != nil || len(rows) == 0 {
		return fmt.Errorf("the event that sent letter %s: %w", letter.Id, err)
	}
	if err := kernel.Decode(rows[0], "address", &to); err != nil {
		return err
	}
	e.Record.Set("address", to)
	if err := e.Next(); err != nil {
		return err
	}
	at, err := kernel.SinceWritten(e.App, letter, e.Record.GetDateTime("occurred_at").Time())
	if err != nil {
		return err
	}
	for _, id := range []string{letter.GetString("recipient"), letter.GetString("joint_with")} {
		if id == "" || to.is(place{}) {
			continue
		}
		if err := notCurrent(e.App, id, to, at.In(kernel.London).Format(time.DateOnly)); err != nil {
			return err
		}
	}
	letter.Set("status", "returned")
	if err := kernel.SaveChanged(e.App, letter); err != nil {
		return err
	}
	if err := onPathway(e.App, letter, e.Record, "letter.returned", at, nil); err != nil {
		return err
	}
	return findHome(e.App, letter, at)
}

// tellPathway lets the pathway know of a line of the letter's record, once it is kept.
func tellPathway(e *core.RecordEvent, letter *core.Record, kind string, data map[string]any) error {
	at, err := kernel.SinceWritten(e.App, letter, e.Record.GetDateTime("occurred_at").Time())
	if err != nil {
		return err
	}
	return onPathway(e.App, letter, e.Record, kind, at, data)
}
