package hooks

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/lettertext"
	"holdfast/hooks/pathway"
)

// pathwayWord is what the letter's pathway calls a letter of this kind, empty without a
// pathway.
func pathwayWord(app core.App, letter *core.Record, pack *lettertext.Pack) (string, error) {
	if letter.GetString("pathway") == "" {
		return "", nil
	}
	p, err := app.FindRecordById("pathways", letter.GetString("pathway"))
	if err != nil {
		return "", nil // the guards refuse a pathway that is not there
	}
	record, err := app.FindRecordById("pathway_templates", p.GetString("template"))
	if err != nil {
		return "", err
	}
	t, err := compiled(record, pathway.Parse)
	if err != nil {
		return "", err
	}
	for _, word := range pack.StandsFor {
		if slices.ContainsFunc(t.Events, func(a pathway.Act) bool { return slices.Contains(a.Where["letter"], word) }) {
			return word, nil
		}
	}
	return "other", nil
}

// planned is an event that a pathway would have of a letter. It is judged before
// anything is written, so that a refusal leaves nothing behind.
type planned struct {
	record  *core.Record
	refused string // the engine's own sentences; empty when it stands
}

func (p *planned) save(tx core.App) error {
	if p == nil {
		return nil
	}
	return tx.Save(p.record)
}

// plan makes and judges the event that the letter's pathway would have of it; nil when
// the letter belongs to none, or to one that is over.
func plan(tx core.App, letter *core.Record, kind string, at time.Time, data map[string]any) (*planned, error) {
	if letter.GetString("pathway") == "" {
		return nil, nil
	}
	p, err := tx.FindRecordById("pathways", letter.GetString("pathway"))
	if err != nil {
		return nil, err
	}
	if p.GetBool("ended") && kind != "letter.returned" && kind != "letter.reply_received" {
		return nil, nil
	}
	c, err := tx.FindCachedCollectionByNameOrId("pathway_events")
	if err != nil {
		return nil, err
	}
	if at, err = inOrder(tx, letter, at); err != nil {
		return nil, err
	}
	all := map[string]any{"letter_id": letter.Id}
	for name, value := range data {
		all[name] = value
	}
	r := core.NewRecord(c)
	r.Load(map[string]any{"case": p.GetString("case"), "pathway": p.Id, "kind": kind, "data": all})
	r.Set("id", core.GenerateDefaultRandomId())
	occurred, err := types.ParseDateTime(at)
	if err != nil {
		return nil, err
	}
	r.Set("occurred_at", occurred)
	refused, err := judged(tx, p, r)
	return &planned{r, refused}, err
}

// inOrder keeps the events of one letter in their order: what a phone recorded without
// signal may say that a letter went before the server heard that it was written.
func inOrder(tx core.App, letter *core.Record, at time.Time) (time.Time, error) {
	rows, err := tx.FindAllRecords("pathway_events",
		dbx.HashExp{"pathway": letter.GetString("pathway")}, dbx.NewExp(`data->>'letter_id' = {:l}`, dbx.Params{"l": letter.Id}))
	for _, r := range rows {
		if last := r.GetDateTime("occurred_at").Time(); !at.After(last) {
			at = last.Add(time.Millisecond)
		}
	}
	return at, err
}

// judged is what the engine would refuse an event with, read with all that happened.
func judged(tx core.App, p, r *core.Record) (string, error) {
	h, err := history(tx, p)
	if err != nil {
		return "", err
	}
	e := eventOf(r)
	e.RecordedAt, e.ReceivedAt = now().Time(), now().Time()
	if person := ActorOf(tx).Person(); person != nil {
		e.By, e.Agency = person.Id, person.GetString("agency")
	}
	if e.Role, err = roleIn(tx, p.GetString("case"), e.By); err != nil {
		return "", err
	}
	h.events = append(h.events, e)
	result, err := h.read(now().Time())
	if err != nil {
		return "", err
	}
	for _, v := range result.Verdicts {
		if v.Event == r.Id && v.Outcome == pathway.Attempted {
			var says []string
			for _, reason := range v.Reasons {
				says = append(says, reason.Text)
			}
			return strings.Join(says, " "), nil
		}
	}
	return "", nil
}

// onPathway writes the event when the pathway has a place for it. What it would not count
// changes nothing there: the letter's own record holds it all the same.
func onPathway(tx core.App, letter *core.Record, kind string, at time.Time, data map[string]any) error {
	event, err := plan(tx, letter, kind, at, data)
	if err != nil || event == nil || event.refused != "" {
		return err
	}
	return event.save(tx)
}

// noteDraft writes what a save of a draft was: that somebody wrote at it, approved it or
// withdrew it. Each author has one line, and one more after the letter was sent back.
func noteDraft(e *core.RecordEvent, status string, rewritten bool) error {
	letter := e.Record
	if status == "approved" {
		err := writeLetterEvent(e.App, letter, "approved", letter.GetString("override_reason"))
		return errors.Join(err, onPathway(e.App, letter, "letter.approved", whenWritten(letter).Time(), nil))
	}
	if status == "withdrawn" {
		return writeLetterEvent(e.App, letter, "withdrawn", "")
	}
	if !rewritten {
		return nil
	}
	rows, err := e.App.FindRecordsByFilter("letter_events", "letter = {:l} && (kind = 'drafted' || kind = 'rejected')", "@rowid", 0, 0, dbx.Params{"l": letter.Id})
	if err != nil {
		return err
	}
	who := ActorOf(e.App).ID()
	for i := len(rows) - 1; i >= 0 && rows[i].GetString("kind") == "drafted"; i-- {
		if rows[i].GetString("author") == who {
			return nil
		}
	}
	if err := writeLetterEvent(e.App, letter, "drafted", ""); err != nil {
		return err
	}
	return onPathway(e.App, letter, "letter.drafted", whenWritten(letter).Time(), map[string]any{"letter": letter.GetString("pathway_letter")})
}

// writeLetterEvent is a line that follows from a change of the letter itself.
func writeLetterEvent(tx core.App, letter *core.Record, kind, note string) error {
	c, err := tx.FindCachedCollectionByNameOrId("letter_events")
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	r.Load(map[string]any{"case": letter.GetString("case"), "letter": letter.Id, "kind": kind, "note": note, "seen_content_hash": letter.GetString("content_hash")})
	r.Set("occurred_at", whenWritten(letter))
	return tx.Save(AsServer(r))
}
