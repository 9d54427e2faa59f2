package casework

import (
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/engagement"
	"holdfast/hooks/family"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	"holdfast/hooks/tell"
)

// unseenDays is how many days nobody may have seen a child whose case one person closes alone:
// as long as bars the ending of a pathway in the packs (nothing_open).
const unseenDays = 42

func unseenSince() string {
	return kernel.Now().Time().In(kernel.London).AddDate(0, 0, -unseenDays).Format(time.DateOnly)
}

// notUnseen: a case whose pathway was not ended lately (there its agencies and G8 were asked)
// is closed by an act alone. Nobody does that on their own word over a child whom nobody else
// has seen: somebody else proposes it, and why the child need not be seen is said.
func notUnseen(app core.App, c, act, proposed, person *core.Record) error {
	names, own, err := engagement.UnseenHere(app, c, unseenSince(), person.Id)
	if err != nil || len(names) == 0 {
		return err
	}
	nobody := "Nobody has seen " + listed(names) + " in the last six weeks"
	if own {
		nobody = "Nobody but you has seen " + listed(names) + " in the last six weeks"
	}
	if proposed == nil || proposed.GetString("author") == person.Id {
		others, err := app.CountRecords("case_members", dbx.HashExp{"case": c.Id, "active": true}, dbx.Not(dbx.HashExp{"user": person.Id}))
		if err != nil {
			return err
		}
		somebody := "have somebody else on it propose closing it"
		if others == 0 {
			somebody = "put somebody else on it, who proposes closing it"
		}
		return kernel.Wrong("act", "second_person", nobody+", so the case is not closed on one person's word: "+somebody+", and close it then. Or have somebody else see them first.")
	}
	if !pathway.Substance(act.GetString("reason")) {
		return kernel.Wrong("reason", "too_short", nobody+". "+pathway.TooShort)
	}
	return nil
}

// movedBack is how long a move is asked about when a case is closed.
const movedBack = 180 // days

// notTheMover: a case that never had a pathway is closed by an act alone. Who moved a child
// there, or made nobody look for them, is not who closes it over them, while nobody else
// has seen them since.
func notTheMover(app core.App, c, person *core.Record) error {
	list, err := engagement.Recast(app, c.Id, kernel.Now().AddDate(0, 0, engagement.AskedBack-movedBack))
	if err != nil {
		return err
	}
	var came []struct {
		ID    string `db:"id"`
		Moved string `db:"moved"`
	}
	if err := kernel.Query(app, `SELECT p.id, date(m.moved_at) AS moved FROM person_moves m JOIN people p ON p.id = m.person
		WHERE m."case" = {:c} AND m.direction = 'in' AND p."case" = {:c} AND p.kind = 'child' AND m.author = {:u} AND m.moved_at >= {:at}`).
		Bind(dbx.Params{"c": c.Id, "u": person.Id, "at": kernel.Now().AddDate(0, 0, -movedBack).String()}).All(&came); err != nil {
		return fmt.Errorf("whom %s moved to case %s: %w", person.Id, c.Id, err)
	}
	limit := unseenSince()
	for _, r := range list {
		if r.SeenBut(person.Id) < limit && slices.Contains(r.By, person.Id) {
			return closedByAnother(app, c, person, r)
		}
	}
	for _, r := range came {
		child, err := app.FindRecordById("people", r.ID)
		if err != nil {
			return err
		}
		last, err := engagement.SightOf(app, child)
		if err != nil {
			return err
		}
		if on := last.But(person.Id); on < limit && on < r.Moved {
			return closedByAnother(app, c, person, pathway.Recast{Name: family.PersonOf(child).As(kernel.Today())})
		}
	}
	return nil
}

func closedByAnother(app core.App, c, person *core.Record, r pathway.Recast) error {
	name := r.Name
	if name == "" {
		name = "a child"
	}
	return kernel.Wrong("act", "not_approver", "You moved "+name+", or changed their record so that nobody looks for them, and nobody else has seen them since: another manager closes this case, ask "+
		tell.ManagersHere(app, c.Id, c.GetString("lead_agency"), person.Id)+". Or have somebody else see them first.")
}
