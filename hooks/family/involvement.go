package family

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections/migrations"
	"holdfast/hooks/identifier"
	"holdfast/hooks/kernel"
	"holdfast/hooks/signing"
)

// The involvement index answers one question: does another agency know this child? It
// holds no names and no numbers, but keyed hashes of them; the key stands with the other
// keys, outside the database. Whoever has the database alone can look nobody up.

// How often one person may ask: a caseload in a day, and no list of children.
const (
	asksInAnHour = 10
	asksInADay   = 40
)

// ErrAskedOften is the answer to who asks as nobody with a caseload does.
type ErrAskedOften struct{ Wait time.Duration }

func (e *ErrAskedOften) Error() string { return "asked too often who else knows a child" }

func init() {
	migrations.Lay("1765000001_involvement",
		`CREATE TABLE IF NOT EXISTS involvement (mark BLOB NOT NULL, person TEXT NOT NULL, PRIMARY KEY (mark, person)) WITHOUT ROWID`,
		`CREATE INDEX IF NOT EXISTS involvement_person ON involvement (person)`,
		`CREATE TABLE IF NOT EXISTS involvement_key (mark BLOB NOT NULL)`,
		`CREATE TABLE IF NOT EXISTS involvement_asks (user TEXT NOT NULL, at INTEGER NOT NULL)`,
		`CREATE INDEX IF NOT EXISTS involvement_asks_user ON involvement_asks (user, at)`)
}

// BindInvolvement holds numbers to their checks and keeps the index in the transaction
// of what it is of.
func BindInvolvement(app core.App) {
	kernel.Creating(app, "person_identifiers").Bind(kernel.InDomain(identify))
	kernel.Updating(app, "person_identifiers").Bind(kernel.InDomain(identify))
	kernel.Creating(app, "people").Bind(kernel.InDomain(mark))
	kernel.Updating(app, "people").Bind(kernel.InDomain(mark))
	_ = app.Cron().Add("involvement", "30 3 * * *", func() {
		if err := MarkEverybody(app); err != nil {
			app.Logger().Error("The involvement index", "error", err)
		}
	})
}

func identify(e *core.RecordEvent) error {
	r := e.Record
	if why := identifier.Wrong(r.GetString("type"), r.GetString("issuer"), r.GetString("value")); why != "" && !kernel.IsServer(r) {
		field := "value"
		if !identifier.National(r.GetString("type")) {
			field = "issuer"
		}
		return kernel.Wrong(field, "invalid", why)
	}
	if !kernel.IsServer(r) {
		if err := ofOne(e.App, r); err != nil {
			return err
		}
	}
	if err := e.Next(); err != nil {
		return err
	}
	return markOne(e.App, r.GetString("person"))
}

func mark(e *core.RecordEvent) error {
	r := e.Record
	of := slices.ContainsFunc([]string{"kind", "name", "date_of_birth"}, func(f string) bool { return kernel.Changed(r, f) })
	if err := e.Next(); err != nil || !of || r.IsNew() && r.GetString("date_of_birth") == "" {
		return err
	}
	return markOne(e.App, r.Id)
}

// MarkEverybody makes the index anew where it was made with a key that has been replaced.
func MarkEverybody(app core.App) error {
	keys, err := signing.Load(app)
	if err != nil {
		return err
	}
	now := keys.MAC("involvement", "key")
	var was []byte
	if err := app.NonconcurrentDB().NewQuery(`SELECT mark FROM involvement_key`).Row(&was); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if slices.Equal(now, was) {
		return nil
	}
	return app.RunInTransaction(func(tx core.App) error {
		if err := markAll(tx, keys); err != nil {
			return err
		}
		for _, s := range []string{`DELETE FROM involvement_key`, `INSERT INTO involvement_key (mark) VALUES ({:m})`} {
			if _, err := tx.NonconcurrentDB().NewQuery(s).Bind(dbx.Params{"m": now}).Execute(); err != nil {
				return err
			}
		}
		return nil
	})
}

// markAll writes the marks of every child: a large store has a hundred thousand.
func markAll(tx core.App, keys *signing.Keys) error {
	if _, err := kernel.Query(tx, `DELETE FROM involvement`).Execute(); err != nil {
		return err
	}
	var children []struct {
		ID   string `db:"id"`
		Name string `db:"name"`
		Born string `db:"date_of_birth"`
	}
	if err := tx.NonconcurrentDB().NewQuery(`SELECT id, name, date_of_birth FROM people WHERE kind = 'child'`).All(&children); err != nil {
		return err
	}
	for _, c := range children {
		if said := nameAndBirth(c.Name, c.Born); said != nil {
			if err := writeMark(tx, keys, c.ID, said); err != nil {
				return err
			}
		}
	}
	var numbers []number
	if err := tx.NonconcurrentDB().NewQuery(`SELECT n.person, n.type, n.issuer, n.value FROM person_identifiers n
		JOIN people p ON p.id = n.person WHERE p.kind = 'child'`).All(&numbers); err != nil {
		return err
	}
	for _, n := range numbers {
		if err := writeMark(tx, keys, n.Person, n.parts()); err != nil {
			return err
		}
	}
	return nil
}

func writeMark(tx core.App, keys *signing.Keys, person string, parts []string) error {
	_, err := kernel.Query(tx, `INSERT OR IGNORE INTO involvement (mark, person) VALUES ({:m}, {:p})`).
		Bind(dbx.Params{"m": keys.MAC(parts...), "p": person}).Execute()
	return err
}

// markOne writes a child's marks as their record now stands.
func markOne(tx core.App, id string) error {
	if _, err := kernel.Query(tx, `DELETE FROM involvement WHERE person = {:p}`).Bind(dbx.Params{"p": id}).Execute(); err != nil {
		return err
	}
	keys, err := signing.Load(tx)
	if err != nil {
		return err
	}
	said, err := knownBy(tx, id)
	if err != nil {
		return err
	}
	for _, parts := range said {
		if err := writeMark(tx, keys, id, parts); err != nil {
			return err
		}
	}
	return nil
}

// knownBy is all by which a child would be known again: each number, and the name with the
// day of birth.
func knownBy(app core.App, id string) (all [][]string, err error) {
	r, err := app.FindRecordById("people", id)
	if err != nil || r.GetString("kind") != "child" {
		return nil, nil
	}
	if said := nameAndBirth(r.GetString("name"), r.GetString("date_of_birth")); said != nil {
		all = append(all, said)
	}
	var numbers []number
	err = app.NonconcurrentDB().NewQuery(`SELECT person, type, issuer, value FROM person_identifiers WHERE person = {:p} ORDER BY id`).
		Bind(dbx.Params{"p": id}).All(&numbers)
	for _, n := range numbers {
		all = append(all, n.parts())
	}
	return all, err
}

// nameAndBirth is a name and a day of birth, however the name is written and in whichever order.
// A single name is many children's.
func nameAndBirth(name, born string) []string {
	words := strings.Fields(ToTheEye(name))
	if born == "" || len(words) < 2 {
		return nil
	}
	slices.Sort(words)
	return []string{"involvement", "name", strings.Join(words, " "), born}
}

// number is one by which another system knows a person.
type number struct {
	Person string `db:"person"`
	Type   string `db:"type"`
	Issuer string `db:"issuer"`
	Value  string `db:"value"`
}

func (n number) parts() []string {
	issuer := ""
	if !identifier.National(n.Type) {
		issuer = ToTheEye(n.Issuer)
	}
	return []string{"involvement", n.Type, issuer, identifier.Canonical(n.Value)}
}

// Involved is an agency that knows a child too, and how to reach it; nothing of what it
// knows.
type Involved struct {
	Agency string `db:"id"`
	Name   string `db:"name"`
	Phone  string `db:"phone"`
}

// WhoElse is which agencies lead another open case of the same child. Only a member of a
// case asks, about a child of that case; of a restricted family nobody is told, nor of
// any family from within one. It is on record in both: who asked, and of whom it was told.
func WhoElse(app core.App, actor kernel.Actor, caseID, personID string, at time.Time) (found []Involved, err error) {
	err = kernel.Within(app, actor, func(tx core.App) error {
		if err := askOnce(tx, actor.ID(), at); err != nil {
			return err
		}
		if err := kernel.Audit(tx, actor, kernel.Entry{Verb: "ask", Collection: "involvement", Record: personID, Case: caseID, Count: 1}); err != nil {
			return err
		}
		var rows []struct {
			Involved
			Case string `db:"case"`
		}
		marks, err := marksOf(tx, personID)
		if err != nil || len(marks) == 0 {
			return err
		}
		err = tx.ConcurrentDB().NewQuery(`SELECT DISTINCT a.id, a.name, a.phone, c.id AS "case" FROM involvement i
				JOIN people p ON p.id = i.person JOIN cases c ON c.id = p."case" JOIN agencies a ON a.id = c.lead_agency
			WHERE i.mark IN (` + placeholders(marks) + `) AND c.id != {:case} AND c.status != 'closed' AND NOT c.restricted
				AND NOT (SELECT restricted FROM cases WHERE id = {:case})
			ORDER BY a.name, c.id`).Bind(with(marks, dbx.Params{"case": caseID})).All(&rows)
		if err != nil {
			return fmt.Errorf("who else knows %s: %w", personID, err)
		}
		for _, r := range rows {
			if err := kernel.Audit(tx, actor, kernel.Entry{Verb: "tell", Collection: "involvement", Case: r.Case, Count: 1}); err != nil {
				return err
			}
			if !slices.Contains(found, r.Involved) {
				found = append(found, r.Involved)
			}
		}
		return nil
	})
	return found, err
}

// marksOf are a child's marks with each key that is still known.
func marksOf(tx core.App, id string) (marks [][]byte, err error) {
	keys, err := signing.Load(tx)
	if err != nil {
		return nil, err
	}
	said, err := knownBy(tx, id)
	for _, parts := range said {
		marks = append(marks, keys.MACs(parts...)...)
	}
	return marks, err
}

func placeholders(marks [][]byte) string {
	names := make([]string, len(marks))
	for i := range marks {
		names[i] = fmt.Sprintf("{:m%d}", i)
	}
	return strings.Join(names, ", ")
}

func with(marks [][]byte, params dbx.Params) dbx.Params {
	for i, m := range marks {
		params[fmt.Sprintf("m%d", i)] = m
	}
	return params
}

// askOnce counts a question, or says how long to wait with it. What is counted outlives a
// restart.
func askOnce(tx core.App, user string, at time.Time) error {
	for _, most := range []struct {
		n  int
		in time.Duration
	}{{asksInAnHour, time.Hour}, {asksInADay, 24 * time.Hour}} {
		var n, first int64
		if err := tx.NonconcurrentDB().NewQuery(`SELECT count(*), coalesce(min(at), 0) FROM involvement_asks WHERE user = {:u} AND at > {:t}`).
			Bind(dbx.Params{"u": user, "t": at.Add(-most.in).Unix()}).Row(&n, &first); err != nil {
			return err
		}
		if n >= int64(most.n) {
			return &ErrAskedOften{time.Unix(first, 0).Add(most.in).Sub(at)}
		}
	}
	for _, s := range []string{`DELETE FROM involvement_asks WHERE at < {:old}`, `INSERT INTO involvement_asks (user, at) VALUES ({:u}, {:t})`} {
		if _, err := tx.NonconcurrentDB().NewQuery(s).Bind(dbx.Params{"u": user, "t": at.Unix(), "old": at.Add(-24 * time.Hour).Unix()}).Execute(); err != nil {
			return err
		}
	}
	return nil
}
