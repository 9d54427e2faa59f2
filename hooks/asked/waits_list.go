package asked

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/casework"
	"holdfast/hooks/engagement"
	"holdfast/hooks/family"
	"holdfast/hooks/kernel"
)

// Asked is one thing that waits for a person, with what they may know of it.
type Asked struct {
	ID        string `db:"id"`
	Kind      string `db:"kind"`
	Case      string `db:"case"`
	Reference string `db:"reference"` // of the case; empty for somebody who is not on it
	Agency    string `db:"agency"`    // that asks
	DueOn     string `db:"due_on"`
	Words     string // "question to answer about ending work"
	Reading   bool   // it wants nothing but reading
	Approval  bool   // a manager answers it among their approvals
}

// LateStep is a step that is late or due today, with the family that it is of.
type LateStep struct {
	Reference, Title, DueOn string
}

// Told is a notice that its reader has not read yet, and that stands for nothing else on
// their list.
type Told struct {
	ID        string `db:"id"`
	Case      string `db:"case"`
	Reference string `db:"reference"`
	Timer     string `db:"timer"`
	Stage     string `db:"stage"`
	DueOn     string `db:"due_on"`
	Words     string
}

// saying is what such a notice says, by what it names in place of a clock, else by its
// stage.
var saying = map[string]string{
	"child_flags":    "Another agency recorded when a plan or an enquiry that you recorded ran, or ended",
	"action":         "An agreed action is overdue",
	"not_heard":      "A child has not been heard for a while",
	"transfer":       "Whether another agency takes the lead",
	"verdict_turned": "Something recorded counts differently now",
	"approve_again":  "What stood in the way of your approval is gone: decide again",
	"closed_over":    "An agency had objected before you ended the work: confirm it or open it again",
	"case_reopened":  "The case is open again",
	"dispute_ended":  "A disagreement was ended by a manager of the agency that leads, since nobody of the two agencies works there any more",
	"child_changed":  "The record of a child was changed, so that nobody looks for them any more: see whether that is right",
	"moved_here":     "Somebody was moved to this family, and there is something to know",
}

func (t *Told) say() {
	what, _, _ := strings.Cut(t.Timer, "/")
	t.Words = cmp.Or(saying[what], saying[t.Stage], "Something changed that you are told of")
}

// name says whom such a notice is about, to a reader who works with that family.
func (t *Told) name(app core.App, reader string) (bool, error) {
	what, id, about := strings.Cut(t.Timer, "/")
	if !about || what+"/" != engagement.NotHeard && what+"/" != casework.MovedHere && what+"/" != engagement.ChildChanged {
		return false, nil
	}
	if on, err := kernel.IsMember(app, t.Case, reader); err != nil || !on {
		return false, err
	}
	p, err := app.FindRecordById("people", id)
	if err != nil || p.GetString("case") != t.Case {
		return false, nil // moved since
	}
	names, one, err := family.ChildrenNamed(app, t.Case)
	if err != nil {
		return false, err
	}
	name := cmp.Or(names[one[id]], family.PersonOf(p).As(kernel.Today()))
	if what+"/" == engagement.NotHeard {
		t.Words = name + " has not been heard for a while"
		return true, nil
	}
	if what+"/" == engagement.ChildChanged {
		t.Words = "The record of " + name + " was changed, so that nobody looks for them any more: see whether that is right"
		return true, nil
	}
	moves, err := app.FindRecordsByFilter("person_moves", "case = {:c} && person = {:p} && direction = 'in'", "-moved_at", 1, 0, dbx.Params{"c": t.Case, "p": id})
	if err != nil || len(moves) == 0 {
		return false, err
	}
	t.Words = name + " was moved to this family. " + moves[0].GetString("told")
	return true, nil
}

// approvalKinds are the kinds that a manager answers among their approvals.
var approvalKinds = map[string]bool{"closing_approval": true, "assessment": true, "letter": true, "move": true}

// IsApproval says whether a manager answers requests of a kind among their approvals.
func IsApproval(kind string) bool { return approvalKinds[kind] }

// WaitingFor is what waits for a person, the soonest first, and the steps of their
// families that are late or due today. The audit has a line for each case.
func WaitingFor(app core.App, actor kernel.Actor, day string) (asks []Asked, told []Told, steps []LateStep, err error) {
	db := app.ConcurrentDB()
	err = db.NewQuery(`SELECT r.id, r.kind, r."case", coalesce(c.reference, '') AS reference, coalesce(a.name, '') AS agency, r.due_on
		FROM requests r LEFT JOIN cases c ON c.id = r."case" LEFT JOIN agencies a ON a.id = r.by_agency
		WHERE r."user" = {:u} AND r.standing = 'waiting' ORDER BY r.due_on = '', r.due_on, r.asked_at, r.id LIMIT 500`).
		Bind(dbx.Params{"u": actor.ID()}).All(&asks)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("what waits for somebody: %w", err)
	}
	err = db.NewQuery(`SELECT notices.id, notices."case", coalesce(c.reference, '') AS reference, timer, stage, due_on
		FROM notices LEFT JOIN cases c ON c.id = notices."case" WHERE "user" = {:u} AND ` + news + ` ORDER BY told_at DESC, notices.id LIMIT 500`).
		Bind(dbx.Params{"u": actor.ID()}).All(&told)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("what somebody was told: %w", err)
	}
	read := map[string]map[string]int{"requests": {}, "notices": {}, "pathway_steps": {}, "people": {}}
	for i := range told {
		told[i].say()
		if told[i].Case == "" {
			continue
		}
		read["notices"][told[i].Case]++
		named, err := told[i].name(app, actor.ID())
		if err != nil {
			return nil, nil, nil, err
		}
		if named {
			read["people"][told[i].Case]++
		}
	}
	for i := range asks {
		a := &asks[i]
		a.Words, a.Approval = wordsOf(a.Kind, 1), approvalKinds[a.Kind]
		if kind := askingOf[a.Kind]; kind != nil {
			a.Reading = kind.reading
		}
		if a.Case != "" {
			read["requests"][a.Case]++
		}
	}
	due, err := stepsOf(app, actor.ID(), day)
	if err != nil {
		return nil, nil, nil, err
	}
	references := map[string]string{}
	for _, s := range due {
		if references[s.Case] == "" {
			if references[s.Case], err = casework.ReferenceOf(app, s.Case); err != nil {
				return nil, nil, nil, err
			}
		}
		steps = append(steps, LateStep{references[s.Case], s.Title, s.DueOn})
		read["pathway_steps"][s.Case]++
	}
	var entries []kernel.Entry
	for noun, cases := range read {
		for id, n := range cases {
			entries = append(entries, kernel.Entry{Verb: "read", Collection: noun, Case: id, Count: n})
		}
	}
	return asks, told, steps, kernel.AuditRead(app, actor, entries...)
}

// ReadAsked writes that a person has read what wanted nothing else. It answers false for
// what is not theirs, or waits no more, or wants more than that.
func ReadAsked(app core.App, actor kernel.Actor, id string) (done bool, err error) {
	err = kernel.Within(app, actor, func(tx core.App) error {
		r, err := tx.FindRecordById("requests", id)
		if err != nil || r.GetString("user") != actor.ID() || r.GetString("standing") != "waiting" {
			return nil
		}
		if a := askingOf[r.GetString("kind")]; a == nil || !a.reading {
			return nil
		}
		r.Set("acknowledged_at", kernel.Now())
		done = true
		return tx.Save(r.IgnoreUnchangedFields(true))
	})
	return done, err
}

// ChooseDigest writes how a person has what waits for them mailed.
func ChooseDigest(app core.App, actor kernel.Actor, choice string) error {
	return kernel.Within(app, actor, func(tx core.App) error {
		u, err := tx.FindRecordById("users", actor.ID())
		if err != nil {
			return err
		}
		u.Set("digest", choice)
		return tx.Save(u.IgnoreUnchangedFields(true))
	})
}
