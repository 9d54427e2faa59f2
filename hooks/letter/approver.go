package letter

import (
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/hooks/lettertext"
	packrules "holdfast/hooks/pack"
	"holdfast/hooks/tell"
)

// NeedsApproval says whether somebody other than its author has yet to approve a letter
// before it goes: of its kind, for a listed word in it, or for its pathway. One that needs
// nobody stands in no manager's queue.
func NeedsApproval(app core.App, letter *core.Record) (bool, error) {
	if !awaits(letter) {
		return false, nil
	}
	_, pack, _, err := packrules.LetterTemplate(app, letter.GetString("template"))
	if err != nil {
		return false, err
	}
	var hits []any
	if err := kernel.Decode(letter, "hits", &hits); err != nil {
		return false, err
	}
	if letter.GetString("status") == "draft" && (pack.Approver.OtherThanAuthor() || len(hits) > 0) {
		return true, nil
	}
	if letter.GetString("pathway") == "" {
		return false, nil
	}
	t, err := packrules.TemplateOf(app, letter.GetString("pathway"))
	if err != nil || !t.Countersigns(letter.GetString("pathway_letter")) {
		return false, err
	}
	var n int
	err = app.ConcurrentDB().NewQuery(`SELECT count(*) FROM pathway_events WHERE pathway = {:p} AND kind = 'letter.approved'
		AND verdict LIKE 'accepted%' AND data->>'letter_id' = {:l}`).Bind(dbx.Params{"p": letter.GetString("pathway"), "l": letter.Id}).Row(&n)
	return n == 0, err
}

// MayApproveLetter are those of the team who may approve a letter and wrote none of it; a
// manager alone where its pathway wants one.
func MayApproveLetter(t *tell.Team, letter *core.Record) (out []tell.Asked, err error) {
	authors, err := AuthorsOf(t.Tx, letter)
	if err != nil {
		return nil, err
	}
	_, pack, _, err := packrules.LetterTemplate(t.Tx, letter.GetString("template"))
	if err != nil {
		return nil, err
	}
	var hits []any
	if err := kernel.Decode(letter, "hits", &hits); err != nil {
		return nil, err
	}
	if letter.GetString("status") == "approved" || !pack.Approver.OtherThanAuthor() || pack.Approver == lettertext.ApproverLineManager {
		return t.ApproversWho(func(person *core.Record) (bool, error) {
			return engagement.AnswersForLetter(t.Tx, letter, person, authors)
		}, authors)
	}
	all, err := t.Everybody()
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if slices.Contains(authors, c.User) {
			continue
		}
		person, err := t.Tx.FindRecordById("users", c.User)
		if err != nil {
			return nil, err
		}
		err = mayApprove(t.Tx, letter, pack, person, len(hits) > 0, false)
		if _, refused := kernel.Refusal(err); err == nil {
			out = append(out, tell.Asked{User: c.User})
		} else if !refused {
			return nil, err
		}
	}
	return out, nil
}

// approversSaid are those who may approve a letter; where nobody on the case may, who could
// name somebody.
func approversSaid(app core.App, letter, person *core.Record) string {
	may, err := MayApproveLetter(&tell.Team{Tx: app, CaseID: letter.GetString("case")}, letter)
	ids := make([]string, 0, len(may))
	for _, a := range may {
		if a.User != person.Id {
			ids = append(ids, a.User)
		}
	}
	if err != nil || len(ids) == 0 {
		return tell.WhoHolds(app, engagement.AgencyOfLetter(app, letter), person.Id, collections.AgencyLead) + ", to put somebody on this case who may"
	}
	return tell.ByNames(app, ids...)
}
