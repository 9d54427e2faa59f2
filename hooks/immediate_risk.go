package hooks

import (
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/pathway"
	"holdfast/hooks/workday"
)

// Risk is an immediate risk as far as telling goes: which event says it, of which case
// and pathway, by whom, and when the server heard of it. One that waits for its pathway
// has none yet; one whose case its author may not write on has no case.
type Risk struct {
	Event, Case, Pathway, Author string
	At                           time.Time
}

// TellAtOnce tells those who answer for a case of an immediate risk as it comes, each
// of every one, and of each once, however often and by whatever way it comes: it waits
// for no clock, and no template says otherwise (guard G12). Where there is no case, its
// author's own manager is told, who sees what came of it. Whom it is told to besides,
// by telephone first, is the phone's to show.
func TellAtOnce(tx core.App, r Risk) error {
	to, err := r.audience(tx)
	if err != nil {
		return err
	}
	for _, user := range to {
		if err := r.tell(tx, user); err != nil {
			return err
		}
	}
	return nil
}

func (r Risk) audience(tx core.App) (to []string, err error) {
	if r.Case == "" {
		err = Query(tx, `SELECT m.id FROM users u JOIN users m ON m.id = u.manager WHERE u.id = {:u} AND m.active AND m.id != u.id`).
			Bind(dbx.Params{"u": r.Author}).Column(&to)
		return to, err
	}
	team, err := teamOf(tx, r.Case)
	if err != nil {
		return nil, err
	}
	team = slices.DeleteFunc(team, func(c colleague) bool { return c.User == r.Author })
	if to = audience(team, []string{"lead", "manager", "social_care"}); len(to) == 0 {
		to = means["anybody"](team)
	}
	return to, nil
}

// tell writes the notice, or what the one written before could not say yet: the
// pathway, and the case.
func (r Risk) tell(tx core.App, user string) error {
	timer := pathway.ImmediateRisk + "/" + r.Event
	told, err := tx.FindRecordsByFilter("notices", `user = {:u} && timer = {:t} && stage = 'at_once' && (case = {:c} || case = '')`, "", 1, 0,
		dbx.Params{"u": user, "t": timer, "c": r.Case})
	if err != nil {
		return err
	}
	if len(told) == 0 {
		return notify(tx, notice{user, r.Case, r.Pathway, timer, "at_once", "", workday.Of(r.At).String(), r.At})
	}
	for name, id := range map[string]string{"case": r.Case, "pathway": r.Pathway} {
		if id != "" {
			told[0].Set(name, id)
		}
	}
	if err := saveChanged(tx, told[0]); err != nil {
		return fmt.Errorf("telling %s where: %w", user, err)
	}
	return nil
}
