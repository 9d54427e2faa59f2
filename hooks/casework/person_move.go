package casework

import (
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/engagement"
	"holdfast/hooks/family"
	"holdfast/hooks/kernel"
	"holdfast/hooks/tell"
)

// BindMoves takes a person who was recorded in the wrong family to the right one, with
// what was recorded about them and nobody else. Records keep their ids, authors and days,
// so that whatever names them still does; both families' records say that it happened,
// and neither says which the other is to who does not see both.
func BindMoves(app core.App) {
	kernel.Creating(app, "person_moves").Bind(kernel.InDomain(movePerson))
}

func movePerson(e *core.RecordEvent) error {
	if kernel.IsServer(e.Record) { // the other half of a move
		return e.Next()
	}
	m := e.Record
	person, err := e.App.FindRecordById("people", m.GetString("person"))
	if err != nil {
		return kernel.Wrong("person", "missing", "There is no such person in this case.")
	}
	from, to := m.GetString("case"), m.GetString("to")
	if err := mayMove(e.App, person, m); err != nil {
		return err
	}
	ids, err := recordsOf(e.App, person)
	if err != nil {
		return err
	}
	along, err := moveTo(e.App, to, ids)
	if err != nil {
		return err
	}
	left, err := leftBy(e.App, to, ids)
	if err != nil {
		return err
	}
	for _, c := range append([]string{from}, slices.DeleteFunc(left, func(id string) bool { return id == from })...) {
		if err := along.from(c); err != nil {
			return err
		}
	}
	told, err := along.tells(from)
	if err != nil {
		return err
	}
	m.Set("moved_at", kernel.Now())
	m.Set("records", len(along.goes))
	if err := e.Next(); err != nil {
		return err
	}
	if err := along.take(); err != nil {
		return err
	}
	other := core.NewRecord(m.Collection())
	other.Load(map[string]any{
		"case": to, "person": person.Id, "direction": "in", "because": m.GetString("because"), "records": len(along.goes), "moved_at": m.GetDateTime("moved_at"),
		"author": m.GetString("author"), "agency": m.GetString("agency"), "told": told,
	})
	if err := e.App.Save(kernel.AsServer(other)); err != nil {
		return fmt.Errorf("the other half of move %s: %w", m.Id, err)
	}
	if err := engagement.TellOfRecast(e.App, from, person.Id); err != nil {
		return err
	}
	if err := engagement.CarryThresholds(e.App, to); err != nil {
		return err
	}
	if err := engagement.TakeThresholdsAlong(e.App, m); err != nil {
		return err
	}
	if err := tellOfArrival(e.App, to, person.Id, told); err != nil {
		return err
	}
	if err := engagement.ReadLater(e.App, from); err != nil {
		return err
	}
	return engagement.ReadLater(e.App, to)
}

// mayMove: a manager of both families, who by that sees both.
func mayMove(app core.App, person, m *core.Record) error {
	by, from, to := kernel.ActorOf(app).Person(), m.GetString("case"), m.GetString("to")
	switch {
	case by == nil:
		return kernel.Wrong("person", "not_a_person", "A person does this: sign in as one.")
	case m.GetString("direction") != "out":
		return kernel.Wrong("direction", "server_owned", "Record it in the family that they leave; the server writes it in the other.")
	case to == "" || to == from:
		return kernel.Wrong("to", "required", "Say which family this person belongs to.")
	case person.GetString("same_as") != "":
		return kernel.Wrong("person", "joined", "This record was joined to another of the same person: move that one, and this goes with it.")
	}
	if there, err := kernel.IsMember(app, to, by.Id); err != nil {
		return err
	} else if !there { // as where there is none
		return kernel.Wrong("to", "missing", "There is no such case that you work on.")
	}
	if c, err := app.FindRecordById("cases", to); err != nil {
		return err
	} else if c.GetString("status") == "closed" {
		return kernel.Wrong("to", "closed", "That family's case is closed, and nobody would look after whoever comes there: it is opened again first, by who leads it or a manager of "+kernel.AgencyName(app, c.GetString("lead_agency"))+".")
	}
	for _, c := range []string{from, to} {
		if boss, err := kernel.IsManager(app, c, by); err != nil {
			return err
		} else if !boss {
			return kernel.Wrong("to", "manager_only", "A manager of both families moves somebody from one to the other: ask "+tell.ManagersOfBoth(app, from, to, by)+".")
		}
	}
	return nil
}

// recordsOf are the ids of a person and of all that were joined to them.
func recordsOf(app core.App, person *core.Record) (map[string]bool, error) {
	rows, err := app.FindAllRecords("people", dbx.HashExp{"case": person.GetString("case")})
	if err != nil {
		return nil, err
	}
	ids, one := map[string]bool{}, family.Resolve(rows)
	for id, stands := range one {
		if stands == person.Id {
			ids[id] = true
		}
	}
	return ids, nil
}

// MovedHere is what the timer of a notice begins with that somebody came, of whom there is
// something to know; their id follows.
const MovedHere = "moved_here/"

// tellOfArrival tells who leads the case, anew each time, and takes back what was told where
// the person came to before.
func tellOfArrival(tx core.App, caseID, person, told string) error {
	before, err := tx.FindAllRecords("notices", dbx.HashExp{"timer": MovedHere + person})
	if err != nil {
		return err
	}
	for _, r := range before {
		if err := tx.Delete(r); err != nil {
			return fmt.Errorf("taking back notice %s: %w", r.Id, err)
		}
	}
	if told == "" {
		return nil
	}
	team, err := tell.TeamOf(tx, caseID)
	if err != nil {
		return err
	}
	for _, user := range tell.Audience(team, []string{"lead"}) {
		if err := tell.Notify(tx, tell.Notice{User: user, CaseID: caseID, Timer: MovedHere + person, Stage: "moved_here", At: kernel.Now().Time()}); err != nil {
			return err
		}
	}
	return nil
}

// takeTo puts a record into another case. What is append-only is taken as it is: not a
// word of it changes, nor who wrote it and when. The words that stood in it before go too.
func takeTo(tx core.App, r *core.Record, to string) error {
	noun := r.Collection().Name
	was := r.GetString("case")
	if collections.ByName(noun).AppendOnly {
		if _, err := kernel.Query(tx, `UPDATE "`+noun+`" SET "case" = {:to} WHERE id = {:id}`).Bind(dbx.Params{"to": to, "id": r.Id}).Execute(); err != nil {
			return fmt.Errorf("moving %s/%s: %w", noun, r.Id, err)
		}
	} else {
		r.Set("case", to)
		if err := tx.Save(kernel.AsServer(r.IgnoreUnchangedFields(true))); err != nil {
			return fmt.Errorf("moving %s/%s: %w", noun, r.Id, err)
		}
	}
	_, err := kernel.Query(tx, `UPDATE record_versions SET "case" = {:to} WHERE collection = {:c} AND record = {:id} AND "case" = {:was}`).
		Bind(dbx.Params{"to": to, "c": noun, "id": r.Id, "was": was}).Execute()
	if err != nil {
		return err
	}
	return kernel.Audit(tx, kernel.ActorOf(tx), kernel.Entry{Verb: "move", Collection: noun, Record: r.Id, Case: was, Fields: []string{"case"}, Count: 1})
}
