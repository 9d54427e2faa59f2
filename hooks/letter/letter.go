package letter

import (
	"errors"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/kernel"
	"holdfast/hooks/lettertext"
	"holdfast/hooks/pack"
)

// BindLetters drafts a letter from its template and the case, lets nothing be approved
// that could reach the wrong hands or say the wrong thing, and keeps what became of it.
func BindLetters(app core.App) {
	at := func(f func(*core.RecordEvent) error) *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDomain, Func: f}
	}
	kernel.Creating(app, "letters").Bind(at(draftLetter))
	kernel.Updating(app, "letters").Bind(at(draftLetter))
	kernel.Creating(app, "letter_events").Bind(at(recordLetterEvent))
}

// written are the fields that make what a letter says and where it goes.
var written = []string{"merge", "template", "date", "delivery", "joint_with", "agency"}

// arranged are the fields that say how a letter is brought home to somebody who cannot
// read it: whoever fills them in has written none of it.
var arranged = []string{"explained", "explained_on", "explained_by"}

// given are the fields that come with an approval, and with nothing else.
var given = []string{"seen_template_hash", "seen_content_hash", "acknowledged", "override_reason"}

// draftLetter fills in what the server knows, keeps what the worker wrote, and stores
// what the letter would be: the hash of its text, how hard it is to read, the listed
// words in it, and what stands in the way of an approval.
func draftLetter(e *core.RecordEvent) error {
	if kernel.IsServer(e.Record) && e.Record.Original().GetString("status") == "draft" {
		return e.Next() // what stands in its way, looked at again
	}
	was, status := "draft", e.Record.GetString("status")
	if !e.Record.IsNew() {
		was = e.Record.Original().GetString("status")
	}
	if was != "draft" {
		return afterApproval(e, was, status)
	}
	if err := kernel.DateLetter(e.App, e.Record); err != nil {
		return err
	}
	sent := rewrote(e.Record)
	d, err := drafted(e.App, e.Record)
	if err != nil {
		return err
	}
	rewritten := e.Record.IsNew() || sent && rewrote(e.Record) // what the house filled in, nobody wrote
	switch status {
	case "draft":
		if err := nothingGiven(e.Record); err != nil {
			return err
		}
	case "withdrawn":
	case "approved":
		if err := approve(e, d, rewritten); err != nil {
			return err
		}
	default:
		return validation.Errors{"status": validation.NewError("not_approved", "Have the letter approved before anything else becomes of it.")}
	}
	if err := e.Next(); err != nil {
		return err
	}
	return noteDraft(e, status, rewritten)
}

func rewrote(letter *core.Record) bool {
	return slices.ContainsFunc(written, func(f string) bool { return kernel.Changed(letter, f) })
}

// nothingGiven keeps an author from filling in what the approver has to say.
func nothingGiven(letter *core.Record) error {
	for _, f := range given {
		if kernel.Changed(letter, f) {
			return validation.Errors{f: validation.NewError("with_approval", "Leave this to whoever approves the letter; it comes with the approval.")}
		}
	}
	return nil
}

// afterApproval keeps an approved letter as it was approved. It can still be withdrawn
// until it goes; that it went is recorded as an event of it.
func afterApproval(e *core.RecordEvent, was, status string) error {
	if kernel.IsServer(e.Record) {
		return e.Next()
	}
	for _, f := range slices.Concat(written, arranged, given) {
		if kernel.Changed(e.Record, f) {
			return validation.Errors{f: validation.NewError("approved", "An approved letter does not change; withdraw it and draft another.")}
		}
	}
	switch {
	case status == was:
		return e.Next()
	case status == "draft":
		return validation.Errors{"status": validation.NewError("approved", "An approved letter cannot become a draft again; withdraw it and draft another.")}
	case status == "withdrawn" && was == "approved":
		if err := kernel.DateLetter(e.App, e.Record); err != nil {
			return err
		}
		if err := e.Next(); err != nil {
			return err
		}
		_, err := writeLetterEvent(e.App, e.Record, "withdrawn", "")
		return err
	case status == "withdrawn":
		return validation.Errors{"status": validation.NewError("gone", "A letter that has gone cannot be withdrawn; write to the family again.")}
	}
	return validation.Errors{"status": validation.NewError("by_event", "Record how the letter went as an event of it; its status follows.")}
}

// draft is a letter as it stands, beside what it is held to.
type draft struct {
	template *core.Record
	pack     *lettertext.Pack
	text     *lettertext.Template
	*circle
	rules      *lettertext.Rules
	document   *lettertext.Document // nil while fields are unresolved
	unresolved *lettertext.MergeError
	blocks     []Block
	hits       []lettertext.Hit
}

// drafted merges the letter anew and stores what came of it on the record.
func drafted(app core.App, letter *core.Record) (*draft, error) {
	record, pack, template, err := pack.LetterTemplate(app, letter.GetString("template"))
	if err != nil {
		return nil, validation.Errors{"template": validation.NewError("missing", "There is no such letter template.")}
	}
	d := &draft{template: record, pack: pack, text: template}
	if d.rules, err = rulesOf(app); err != nil {
		return nil, err
	}
	if d.circle, err = circleOf(app, letter); err != nil {
		return nil, err
	}
	data, err := letterData(app, letter, d.circle, pack, template)
	if err != nil {
		return nil, err
	}
	d.document, err = lettertext.Merge(template, data)
	if err != nil && !errors.As(err, &d.unresolved) {
		return nil, err
	}
	letter.Set("template_hash", record.GetString("hash"))
	letter.Set("merge", data)
	letter.Set("content_hash", "")
	letter.Set("problems", []string{})
	letter.Set("grade", 0)
	if letter.GetString("pathway_letter") == "" {
		word, err := pathwayWord(app, letter, pack)
		if err != nil {
			return nil, err
		}
		letter.Set("pathway_letter", word)
	}
	if d.document != nil {
		letter.Set("content_hash", d.document.Hash())
		letter.Set("grade", lettertext.Grade(d.document))
		d.hits = lettertext.Scan(d.document, d.rules.Words[d.document.Language])
	} else {
		letter.Set("problems", d.unresolved.Problems)
	}
	if d.blocks, err = blocksOf(app, letter, d); err != nil {
		return nil, err
	}
	letter.Set("hits", append([]lettertext.Hit{}, d.hits...))
	letter.Set("blocks", append([]Block{}, d.blocks...))
	return d, nil
}

// LookAgain stores what stands in the way of a case's drafts now. Nobody writes at them by
// that: what they say stays.
func LookAgain(tx core.App, caseID string) error {
	drafts, err := tx.FindAllRecords("letters", dbx.HashExp{"case": caseID, "status": "draft"})
	if err != nil {
		return err
	}
	for _, letter := range drafts {
		d, err := asItStands(tx, letter)
		if err != nil {
			return err
		}
		letter.Set("blocks", append([]Block{}, d.blocks...))
		if err := kernel.SaveChanged(tx, letter); err != nil {
			return err
		}
	}
	return nil
}

// rulesOf are the rules that hold now.
func rulesOf(app core.App) (*lettertext.Rules, error) {
	rows, err := app.FindRecordsByFilter("letter_rules", "status = 'published'", "-version", 1, 0)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, validation.Errors{"template": validation.NewError("no_rules", "Have the rules for letters published first.")}
	}
	return pack.Compiled(rows[0], lettertext.ParseRules)
}

// LetterDocument is the letter as its stored merge data make it. The error is a
// *lettertext.MergeError while fields are unresolved.
func LetterDocument(app core.App, letter *core.Record) (*lettertext.Document, error) {
	_, _, template, err := pack.LetterTemplate(app, letter.GetString("template"))
	if err != nil {
		return nil, err
	}
	var data lettertext.Data
	if err := kernel.Decode(letter, "merge", &data); err != nil {
		return nil, err
	}
	return lettertext.Merge(template, data)
}

// oneSentence joins what is named in a refusal.
func oneSentence(begin string, names []string) string { return begin + strings.Join(names, ", ") + "." }
