package asked

import (
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	letterrules "holdfast/hooks/letter"
)

// letters are those of the case that may ask somebody, or did.
func (i *inquiry) letters() ([]*core.Record, error) {
	return i.rows("letters", dbx.NewExp(`(status IN ('draft', 'approved') OR id IN (SELECT record FROM requests WHERE asked_in = {:in} AND standing = 'waiting'))`,
		dbx.Params{"in": i.CaseID}))
}

// lines are what became of a letter, as far as it was written, approved or sent back.
func (i *inquiry) lines(letter string) ([]*core.Record, error) {
	return i.rows("letter_events", dbx.HashExp{"letter": letter, "kind": []any{"drafted", "approved", "countersigned", "rejected"}})
}

func aboutLetter(letter *core.Record) question {
	return question{collection: "letters", record: letter.Id, pathway: letter.GetString("pathway")}
}

func byLine(line *core.Record) *answer {
	return &answer{line.Id, line.GetString("author"), line.GetDateTime("occurred_at").Time()}
}

// askedToApproveLetters asks who may approve a letter that needs somebody else, once it is
// complete; and again once it was sent back and written anew.
func askedToApproveLetters(i *inquiry) (list []question, err error) {
	letters, err := i.letters()
	for _, letter := range letters {
		q, err := i.letterAsked(letter)
		if err != nil {
			return nil, err
		}
		list = append(list, q)
	}
	return list, err
}

func (i *inquiry) letterAsked(letter *core.Record) (question, error) {
	q := aboutLetter(letter)
	if letter.GetString("status") == "withdrawn" {
		q.moot = letterWithdrawn
		return q, nil
	}
	lines, err := i.lines(letter.Id)
	if err != nil {
		return q, err
	}
	for _, line := range lines {
		switch line.GetString("kind") {
		case "drafted":
			q.answer = nil
		default:
			q.answer = byLine(line)
		}
	}
	needs, err := letterrules.NeedsApproval(i.Tx, letter)
	if err != nil || !needs {
		return q, err
	}
	if ready, err := isReady(letter); err != nil || !ready {
		q.moot = letterNotReady
		return q, err
	}
	if letter.GetString("status") == "approved" { // and its pathway wants a manager's name beside it
		q.answer = nil
	} else if q.answer != nil {
		return q, nil
	}
	q.people, err = letterrules.MayApproveLetter(&i.Team, letter)
	return q, err
}

// isReady says whether a letter, as it was last written, is whole and held back by nothing
// but what a reason of its approver lifts: another is its author's to finish.
func isReady(letter *core.Record) (bool, error) {
	var blocks []letterrules.Block
	if err := kernel.Decode(letter, "blocks", &blocks); err != nil {
		return false, err
	}
	hard := func(b letterrules.Block) bool { return !b.Reason }
	return letter.GetString("content_hash") != "" && (letter.GetString("status") != "draft" || !slices.ContainsFunc(blocks, hard)), nil
}

// askedToNameLetterApprover asks who leads the agency on whose paper a letter is to name
// somebody, where nobody on the case may approve it: else it waits for ever.
func askedToNameLetterApprover(i *inquiry) (list []question, err error) {
	letters, err := i.letters()
	for _, letter := range letters {
		waits, err := i.letterAsked(letter)
		if err != nil {
			return nil, err
		}
		if waits.moot != "" || waits.answer != nil || len(waits.people) > 0 {
			continue
		}
		if needs, err := letterrules.NeedsApproval(i.Tx, letter); err != nil || !needs {
			if err != nil {
				return nil, err
			}
			continue
		}
		authors, err := letterrules.AuthorsOf(i.Tx, letter)
		if err != nil {
			return nil, err
		}
		c, err := i.Tx.FindRecordById("cases", i.CaseID)
		if err != nil {
			return nil, err
		}
		q := aboutLetter(letter)
		if q.people, err = i.WhoNames(authors, engagement.AgencyOfLetter(i.Tx, letter), c.GetString("lead_agency")); err != nil {
			return nil, err
		}
		list = append(list, q)
	}
	return list, err
}

// askedToRewrite tells who wrote a letter that it was sent back.
func askedToRewrite(i *inquiry) (list []question, err error) {
	letters, err := i.letters()
	if err != nil {
		return nil, err
	}
	for _, letter := range letters {
		q := aboutLetter(letter)
		if letter.GetString("status") == "withdrawn" {
			q.moot = letterWithdrawn
			list = append(list, q)
			continue
		}
		lines, err := i.lines(letter.Id)
		if err != nil {
			return nil, err
		}
		back := false
		for _, line := range lines {
			if back = line.GetString("kind") == "rejected"; back {
				q.answer = nil
			} else {
				q.answer = byLine(line)
			}
		}
		if back {
			authors, err := letterrules.AuthorsOf(i.Tx, letter)
			if err != nil {
				return nil, err
			}
			if q.people, err = i.These(authors...); err != nil {
				return nil, err
			}
		}
		list = append(list, q)
	}
	return list, nil
}
