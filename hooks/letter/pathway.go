package letter

import (
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/hooks/lettertext"
	packrules "holdfast/hooks/pack"
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
	t, err := packrules.TemplateByID(app, p.GetString("template"))
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
	at      time.Time
	refused string // the engine's own sentences; empty when it stands
}

func (p *planned) save(tx core.App) error {
	if p == nil {
		return nil
	}
	return tx.Save(kernel.AsServer(p.record)) // only the server says what an event arises from
}

// plan makes and judges the event that the letter's pathway would have of a line of the
// letter's record; nil when the letter belongs to none. One that is over hears only of
// what was still before its end.
func plan(tx core.App, letter, line *core.Record, kind string, at time.Time, data map[string]any) (*planned, error) {
	if letter.GetString("pathway") == "" {
		return nil, nil
	}
	p, err := tx.FindRecordById("pathways", letter.GetString("pathway"))
	if err != nil {
		return nil, err
	}
	c, err := tx.FindCachedCollectionByNameOrId("pathway_events")
	if err != nil {
		return nil, err
	}
	after, err := inOrder(tx, letter, at)
	if err != nil {
		return nil, err
	}
	if kind != "letter.issued" {
		at = after
	}
	all := map[string]any{"letter_id": letter.Id}
	for name, value := range data {
		all[name] = value
	}
	r := core.NewRecord(c)
	r.Load(map[string]any{"case": p.GetString("case"), "pathway": p.Id, "kind": kind, "data": all, "arises_from": engagement.Turn(line, line.GetString("kind"))})
	r.Set("id", core.GenerateDefaultRandomId())
	refused, err := judged(tx, p, r, at)
	if err == nil && refused != "" && at.Before(after) {
		at = after // it waited for what the server heard of it since: an approval
		refused, err = judged(tx, p, r, at)
	}
	if err != nil || refused != "" && p.GetBool("ended") {
		return nil, err
	}
	return &planned{r, at, refused}, nil
}

// inOrder is a time after all that the pathway has heard of the letter. A letter that
// went before the server heard that it was written counts from when it went, and from
// this where the pathway would not have let it go by then.
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

// judged is what the engine would refuse an event of this time with, read with all that
// happened.
func judged(tx core.App, p, r *core.Record, at time.Time) (string, error) {
	occurred, err := types.ParseDateTime(at)
	if err != nil {
		return "", err
	}
	r.Set("occurred_at", occurred)
	h, err := engagement.History(tx, p)
	if err != nil {
		return "", err
	}
	e := engagement.EventOf(r)
	e.RecordedAt, e.ReceivedAt = kernel.Now().Time(), kernel.Now().Time()
	if person := kernel.ActorOf(tx).Person(); person != nil {
		e.By, e.Agency = person.Id, person.GetString("agency")
	}
	if e.Role, err = engagement.RoleFor(tx, p, h, e); err != nil {
		return "", err
	}
	h.Events = append(h.Events, e)
	result, err := h.Read(kernel.Now().Time())
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
func onPathway(tx core.App, letter, line *core.Record, kind string, at time.Time, data map[string]any) error {
	event, err := plan(tx, letter, line, kind, at, data)
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
		line, err := writeLetterEvent(e.App, letter, "approved", letter.GetString("override_reason"))
		if err != nil {
			return err
		}
		return onPathway(e.App, letter, line, "letter.approved", kernel.WhenWritten(letter).Time(), nil)
	}
	if status == "withdrawn" {
		_, err := writeLetterEvent(e.App, letter, "withdrawn", "")
		return err
	}
	if !rewritten {
		return nil
	}
	rows, err := e.App.FindRecordsByFilter("letter_events", "letter = {:l} && (kind = 'drafted' || kind = 'rejected')", "@rowid", 0, 0, dbx.Params{"l": letter.Id})
	if err != nil {
		return err
	}
	who := kernel.ActorOf(e.App).ID()
	for i := len(rows) - 1; i >= 0 && rows[i].GetString("kind") == "drafted"; i-- {
		if rows[i].GetString("author") == who {
			return nil
		}
	}
	line, err := writeLetterEvent(e.App, letter, "drafted", "")
	if err != nil {
		return err
	}
	return onPathway(e.App, letter, line, "letter.drafted", kernel.WhenWritten(letter).Time(), map[string]any{"letter": letter.GetString("pathway_letter")})
}

// writeLetterEvent is a line that follows from a change of the letter itself.
func writeLetterEvent(tx core.App, letter *core.Record, kind, note string) (*core.Record, error) {
	c, err := tx.FindCachedCollectionByNameOrId("letter_events")
	if err != nil {
		return nil, err
	}
	r := core.NewRecord(c)
	r.Load(map[string]any{"case": letter.GetString("case"), "letter": letter.Id, "kind": kind, "note": note, "seen_content_hash": letter.GetString("content_hash")})
	r.Set("occurred_at", kernel.WhenWritten(letter))
	return r, tx.Save(kernel.AsServer(r))
}
