package hooks

import (
	"errors"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/lettertext"
)

// LetterToRead is a letter that waits, with all that its approver has to look at.
type LetterToRead struct {
	*core.Record
	Document *lettertext.Document // nil while fields are unresolved
	Blocks   []LetterBlock
	Words    []string // listed words in it, each to be acknowledged
}

// LetterBlock is one thing that stands in a letter's way; a reason of the approver's
// lifts one with Reason.
type LetterBlock struct {
	Message string `json:"message"`
	Reason  bool   `json:"reason"`
}

// ReadLetter answers the letter of something that waits for this person, and notes that
// they read it. Nil when what waits is no letter that the server holds: an area may
// record on a pathway what it writes elsewhere.
func ReadLetter(app core.App, actor Actor, a Approval) (*LetterToRead, error) {
	r := letterOf(app, a)
	if r == nil {
		return nil, nil
	}
	l := &LetterToRead{Record: r}
	if err := decode(r, "blocks", &l.Blocks); err != nil {
		return nil, err
	}
	var hits []lettertext.Hit
	if err := decode(r, "hits", &hits); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, h := range hits {
		if !seen[h.Entry] {
			seen[h.Entry] = true
			l.Words = append(l.Words, h.Entry)
		}
	}
	var err error
	if l.Document, err = LetterDocument(app, r); err != nil {
		if unresolved := (*lettertext.MergeError)(nil); !errors.As(err, &unresolved) {
			return nil, err
		}
		l.Document = nil
	}
	return l, Audit(app, actor, Entry{Verb: "read", Collection: "letters", Record: r.Id, Case: a.Case, Count: 1})
}

// HasLetter reports whether what waits is a letter that the server holds.
func HasLetter(app core.App, a Approval) bool { return letterOf(app, a) != nil }

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
