package hooks

import (
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/lettertext"
)

// letters are those of the case that may ask somebody, or did.
func (i *inquiry) letters() ([]*core.Record, error) {
	return i.rows("letters", dbx.NewExp(`(status IN ('draft', 'approved') OR id IN (SELECT record FROM requests WHERE asked_in = {:in} AND standing = 'waiting'))`,
		dbx.Params{"in": i.caseID}))
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
	needs, err := needsApproval(i.tx, letter)
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
	q.people, err = mayApproveLetter(&i.team, letter)
	return q, err
}

// isReady says whether a letter, as it was last written, is whole and held back by nothing
// but what a reason of its approver lifts: another is its author's to finish.
func isReady(letter *core.Record) (bool, error) {
	var blocks []block
	if err := decode(letter, "blocks", &blocks); err != nil {
		return false, err
	}
	hard := func(b block) bool { return !b.Reason }
	return letter.GetString("content_hash") != "" && (letter.GetString("status") != "draft" || !slices.ContainsFunc(blocks, hard)), nil
}

// needsApproval says whether somebody other than its author has yet to approve a letter
// before it goes: of its kind, for a listed word in it, or for its pathway. One that needs
// nobody stands in no manager's queue.
func needsApproval(app core.App, letter *core.Record) (bool, error) {
	if !awaits(letter) {
		return false, nil
	}
	_, pack, _, err := letterTemplate(app, letter.GetString("template"))
	if err != nil {
		return false, err
	}
	var hits []any
	if err := decode(letter, "hits", &hits); err != nil {
		return false, err
	}
	if letter.GetString("status") == "draft" && (pack.Approver.OtherThanAuthor() || len(hits) > 0) {
		return true, nil
	}
	if letter.GetString("pathway") == "" {
		return false, nil
	}
	t, err := templateOf(app, letter.GetString("pathway"))
	if err != nil || !t.Countersigns(letter.GetString("pathway_letter")) {
		return false, err
	}
	var n int
	err = app.ConcurrentDB().NewQuery(`SELECT count(*) FROM pathway_events WHERE pathway = {:p} AND kind = 'letter.approved'
		AND verdict LIKE 'accepted%' AND data->>'letter_id' = {:l}`).Bind(dbx.Params{"p": letter.GetString("pathway"), "l": letter.Id}).Row(&n)
	return n == 0, err
}

// mayApproveLetter are those of the team who may approve a letter and wrote none of it; a
// manager alone where its pathway wants one.
func mayApproveLetter(t *team, letter *core.Record) (out []asked, err error) {
	authors, err := authorsOf(t.tx, letter)
	if err != nil {
		return nil, err
	}
	_, pack, _, err := letterTemplate(t.tx, letter.GetString("template"))
	if err != nil {
		return nil, err
	}
	var hits []any
	if err := decode(letter, "hits", &hits); err != nil {
		return nil, err
	}
	if letter.GetString("status") == "approved" || !pack.Approver.OtherThanAuthor() || pack.Approver == lettertext.ApproverLineManager {
		return t.approversWho(func(person *core.Record) (bool, error) { return answersForLetter(t.tx, letter, person, authors) }, authors)
	}
	all, err := t.everybody()
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if slices.Contains(authors, c.User) {
			continue
		}
		person, err := t.tx.FindRecordById("users", c.User)
		if err != nil {
			return nil, err
		}
		err = mayApprove(t.tx, letter, pack, person, len(hits) > 0, false)
		if _, refused := Refusal(err); err == nil {
			out = append(out, asked{user: c.User})
		} else if !refused {
			return nil, err
		}
	}
	return out, nil
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
		if needs, err := needsApproval(i.tx, letter); err != nil || !needs {
			if err != nil {
				return nil, err
			}
			continue
		}
		authors, err := authorsOf(i.tx, letter)
		if err != nil {
			return nil, err
		}
		c, err := i.tx.FindRecordById("cases", i.caseID)
		if err != nil {
			return nil, err
		}
		q := aboutLetter(letter)
		if q.people, err = i.whoNames(authors, agencyOfLetter(i.tx, letter), c.GetString("lead_agency")); err != nil {
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
			authors, err := authorsOf(i.tx, letter)
			if err != nil {
				return nil, err
			}
			if q.people, err = i.these(authors...); err != nil {
				return nil, err
			}
		}
		list = append(list, q)
	}
	return list, nil
}
