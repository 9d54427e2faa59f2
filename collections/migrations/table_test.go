package migrations_test

import (
	"slices"
	"testing"

	"holdfast/collections/migrations"
)

// Tables of a package's own, of which a later step changes one and drops one.
func init() {
	migrations.Lay("1765000001_cupboards",
		`CREATE TABLE IF NOT EXISTS cupboards (id TEXT PRIMARY KEY, shelves INTEGER NOT NULL) WITHOUT ROWID`,
		`CREATE INDEX IF NOT EXISTS cupboards_shelves ON cupboards (shelves)`,
		`CREATE TABLE IF NOT EXISTS drawers (id TEXT PRIMARY KEY)`,
		`CREATE TABLE IF NOT EXISTS counters (one INTEGER PRIMARY KEY)`, `INSERT OR IGNORE INTO counters (one) VALUES (7)`)
	migrations.Lay("1765000002_cupboards", `ALTER TABLE cupboards ADD COLUMN locked INTEGER NOT NULL DEFAULT 0`, `DROP TABLE drawers`)
}

// They are steps like the others: taken once, in their order; one that is taken away is made
// anew as it was last, and the others keep what they hold.
func TestTablesOfAPackagesOwnAreSteps(t *testing.T) {
	app := empty(t)
	for range 2 { // a second start takes no step again
		must(t, app.RunAllMigrations())
	}
	if all := migrations.Tables(); !slices.Equal(all, []string{"cupboards", "counters"}) {
		t.Error(all)
	}
	var taken []string
	must(t, app.DB().NewQuery(`SELECT file FROM _migrations WHERE file LIKE '%cupboards%' ORDER BY file`).Column(&taken))
	if !slices.Equal(taken, []string{"1765000001_cupboards.go", "1765000002_cupboards.go"}) || app.HasTable("drawers") {
		t.Error(taken)
	}
	raw(t, app, `INSERT INTO cupboards (id, shelves, locked) VALUES ('hall', 3, 1)`, `UPDATE counters SET one = 9`, `DROP TABLE cupboards`)
	must(t, migrations.Relay(app, []string{"cupboards"}))
	columns, err := app.TableColumns("cupboards")
	must(t, err)
	var indexes, count int
	must(t, app.DB().NewQuery(`SELECT (SELECT count(*) FROM sqlite_schema WHERE name = 'cupboards_shelves'), (SELECT one FROM counters)`).Row(&indexes, &count))
	if !slices.Equal(columns, []string{"id", "shelves", "locked"}) || indexes != 1 || count != 9 {
		t.Error(columns, indexes, count)
	}
}
