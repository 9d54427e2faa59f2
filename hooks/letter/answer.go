package letter

import (
	"slices"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	"holdfast/hooks/lettertext"
)

// LetterToRead is a letter that waits, with all that its approver has to look at.
type LetterToRead struct {
	*core.Record
	Document *lettertext.Document // nil while fields are unresolved
	Blocks   []LetterBlock
	Words    []string // listed words in it, each to be acknowledged
	Known    []string // whose children they are, and how it is brought home
}

// LetterBlock is one thing that stands in a letter's way; a reason of the approver's
// lifts one with Reason.
type LetterBlock struct {
	Message string `json:"message"`
	Reason  bool   `json:"reason"`
}

// ReadLetter answers the letter of something that waits for this person, and notes that
// they read it. Nil when what waits is no letter.
func ReadLetter(app core.App, actor kernel.Actor, a Approval) (*LetterToRead, error) {
	r := letterOf(app, a)
	if r == nil {
		return nil, nil
	}
	l := &LetterToRead{Record: r}
	d, err := asRead(app, r)
	if err != nil {
		return nil, err
	}
	l.Document, l.Known = d.document, KnownOfLetter(app, r)
	for _, b := range d.blocks {
		l.Blocks = append(l.Blocks, LetterBlock{b.Message, b.Reason})
	}
	for _, h := range d.hits {
		if !slices.Contains(l.Words, h.Entry) {
			l.Words = append(l.Words, h.Entry)
		}
	}
	return l, kernel.Audit(app, actor, kernel.Entry{Verb: "read", Collection: "letters", Record: r.Id, Case: a.Case, Count: 1})
}

// asRead is a letter as it would be approved at this moment: an address can have gone,
// or a word been listed, since it was drafted. Nothing is written.
func asRead(app core.App, letter *core.Record) (*draft, error) {
	if letter.GetString("status") == "draft" {
		return drafted(app, letter)
	}
	return asItStands(app, letter)
}

// held is the first sentence of what stands in the letter's way and no reason lifts.
func held(app core.App, letter *core.Record) (string, error) {
	list, err := comeBetween(app, letter)
	if letter.GetString("status") == "draft" {
		var d *draft
		if d, err = drafted(app, letter); err == nil {
			list = d.allHard(false)
		}
	}
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0].Message, nil
}

// allHard are the blocks that no reason lifts. A newer wording holds no letter that was
// approved before it came.
func (d *draft) allHard(approved bool) []Block {
	return slices.DeleteFunc(slices.Clone(d.blocks), func(b Block) bool { return b.Reason || approved && b.Code == newerVersion })
}

// awaits says whether an answer to the letter would still change anything.
func awaits(letter *core.Record) bool {
	return letter != nil && slices.Contains([]string{"draft", "approved"}, letter.GetString("status"))
}

func letterOf(app core.App, a Approval) *core.Record {
	if a.Act != "letter.approved" || a.LetterID == "" {
		return nil
	}
	r, err := app.FindRecordById("letters", a.LetterID)
	if err != nil || r.GetString("case") != a.Case {
		return nil
	}
	return r
}

// answerLetter approves a letter, countersigns one that somebody else's approval has
// freed already, or sends it back. The letter's own rules judge it, and it tells its
// pathway itself.
func answerLetter(tx core.App, letter *core.Record, d Decision) error {
	if d.Approve && letter.GetString("status") == "draft" {
		if d.SeenContent == "" || d.SeenTemplate == "" { // a page that shows a letter says which it showed
			return validation.Errors{"status": validation.NewError("not_seen", "Read the letter before you approve it.")}
		}
		letter.Load(map[string]any{
			"status": "approved", "seen_content_hash": d.SeenContent, "seen_template_hash": d.SeenTemplate,
			"acknowledged": append([]string{}, d.Acknowledged...), "override_reason": d.Reason,
		})
		return tx.Save(letter)
	}
	c, err := tx.FindCachedCollectionByNameOrId("letter_events")
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	r.Load(map[string]any{"case": letter.GetString("case"), "letter": letter.Id, "kind": "rejected", "note": d.Reason, "occurred_at": types.NowDateTime()})
	if d.Approve {
		r.Set("kind", "countersigned")
		r.Set("seen_content_hash", d.SeenContent)
	}
	return tx.Save(r)
}
