package hooks

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// bindMoves takes a person who was recorded in the wrong family to the right one, with
// what was recorded about them and nobody else. Records keep their ids, authors and days,
// so that whatever names them still does; both families' records say that it happened,
// and neither says which the other is to who does not see both.
func bindMoves(app core.App) {
	creating(app, "person_moves").Bind(inDomain(movePerson))
}

func movePerson(e *core.RecordEvent) error {
	if isServer(e.Record) { // the other half of a move
		return e.Next()
	}
	m := e.Record
	person, err := e.App.FindRecordById("people", m.GetString("person"))
	if err != nil {
		return wrong("person", "missing", "There is no such person in this case.")
	}
	from, to := m.GetString("case"), m.GetString("to")
	if err := mayMove(e.App, person, m); err != nil {
		return err
	}
	ids, err := recordsOf(e.App, person)
	if err != nil {
		return err
	}
	about, err := aboutThem(e.App, from, ids)
	if err != nil {
		return err
	}
	m.Set("moved_at", now())
	m.Set("records", len(about))
	if err := e.Next(); err != nil {
		return err
	}
	for _, r := range about {
		if err := takeTo(e.App, r, to); err != nil {
			return err
		}
	}
	other := core.NewRecord(m.Collection())
	other.Load(map[string]any{
		"case": to, "person": person.Id, "direction": "in", "because": m.GetString("because"), "records": len(about), "moved_at": m.GetDateTime("moved_at"),
		"author": m.GetString("author"), "agency": m.GetString("agency"),
	})
	if err := e.App.Save(AsServer(other)); err != nil {
		return fmt.Errorf("the other half of move %s: %w", m.Id, err)
	}
	if err := readLater(e.App, from); err != nil {
		return err
	}
	return readLater(e.App, to)
}

// mayMove: a manager of both families, who by that sees both.
func mayMove(app core.App, person, m *core.Record) error {
	by, from, to := ActorOf(app).Person(), m.GetString("case"), m.GetString("to")
	switch {
	case by == nil:
		return wrong("person", "not_a_person", "A person does this: sign in as one.")
	case m.GetString("direction") != "out":
		return wrong("direction", "server_owned", "Record it in the family that they leave; the server writes it in the other.")
	case to == "" || to == from:
		return wrong("to", "required", "Say which family this person belongs to.")
	case person.GetString("same_as") != "":
		return wrong("person", "joined", "This record was joined to another of the same person: move that one, and this goes with it.")
	}
	if role, err := RoleIn(app, to, by.Id); err != nil {
		return err
	} else if role == "system" { // as where there is none
		return wrong("to", "missing", "There is no such case that you work on.")
	}
	for _, c := range []string{from, to} {
		if boss, err := isManager(app, c, by); err != nil {
			return err
		} else if !boss {
			return wrong("to", "manager_only", "A manager of both families moves somebody from one to the other: ask one.")
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
	ids, one := map[string]bool{}, resolve(rows)
	for id, stands := range one {
		if stands == person.Id {
			ids[id] = true
		}
	}
	return ids, nil
}

// ofPeople names the nouns whose records are of the people that one field names: they go
// when it names nobody else.
var ofPeople = []struct{ noun, field string }{
	{"people", "id"}, {"person_identifiers", "person"}, {"person_joins", "person"}, {"child_flags", "child"}, {"evidence_exceptions", "child"},
	{"notes", "children"}, {"chronology_entries", "children"}, {"evidence", "child"}, {"evidence", "children"},
}

// withEvidence are the nouns whose records go with the evidence that they are of.
var withEvidence = []string{"evidence_copies", "evidence_events", "evidence_holds", "evidence_disposals"}

// aboutThem is what of a case was recorded about these people and nobody else.
func aboutThem(app core.App, caseID string, ids map[string]bool) (list []*core.Record, err error) {
	taken := map[string]bool{}
	for _, of := range ofPeople {
		rows, err := app.FindAllRecords(of.noun, dbx.HashExp{"case": caseID})
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if !taken[r.Id] && theirs(r, of.field, ids) && theirsAlone(r, ids) {
				list, taken[r.Id] = append(list, r), true
			}
		}
	}
	for _, r := range list {
		if r.Collection().Name != "evidence" {
			continue
		}
		for _, noun := range withEvidence {
			rows, err := app.FindAllRecords(noun, dbx.HashExp{"evidence": r.Id})
			if err != nil {
				return nil, err
			}
			list = append(list, rows...)
		}
	}
	return list, nil
}

func theirs(r *core.Record, field string, ids map[string]bool) bool {
	named := r.GetStringSlice(field)
	for _, id := range named {
		if !ids[id] {
			return false
		}
	}
	return len(named) > 0
}

// theirsAlone says of a noun that names people in more than one field that none of them
// names anybody else.
func theirsAlone(r *core.Record, ids map[string]bool) bool {
	switch r.Collection().Name {
	case "evidence":
		return theirsOr(r, "child", ids) && theirsOr(r, "children", ids)
	case "person_joins":
		return ids[r.GetString("same")]
	}
	return true
}

// theirsOr is theirs, or that the field names nobody.
func theirsOr(r *core.Record, field string, ids map[string]bool) bool {
	return len(r.GetStringSlice(field)) == 0 || theirs(r, field, ids)
}

// takeTo puts a record into another case. What is append-only is taken as it is: not a
// word of it changes, nor who wrote it and when. The words that stood in it before go too.
func takeTo(tx core.App, r *core.Record, to string) error {
	noun := r.Collection().Name
	was := r.GetString("case")
	if collections.ByName(noun).AppendOnly {
		if _, err := Query(tx, `UPDATE "`+noun+`" SET "case" = {:to} WHERE id = {:id}`).Bind(dbx.Params{"to": to, "id": r.Id}).Execute(); err != nil {
			return fmt.Errorf("moving %s/%s: %w", noun, r.Id, err)
		}
	} else {
		r.Set("case", to)
		if err := tx.Save(AsServer(r.IgnoreUnchangedFields(true))); err != nil {
			return fmt.Errorf("moving %s/%s: %w", noun, r.Id, err)
		}
	}
	_, err := Query(tx, `UPDATE record_versions SET "case" = {:to} WHERE collection = {:c} AND record = {:id} AND "case" = {:was}`).
		Bind(dbx.Params{"to": to, "c": noun, "id": r.Id, "was": was}).Execute()
	if err != nil {
		return err
	}
	return Audit(tx, ActorOf(tx), Entry{Verb: "move", Collection: noun, Record: r.Id, Case: was, Fields: []string{"case"}, Count: 1})
}
