package demotest

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/store"
	"holdfast/server/demo"
)

// Memory is plenty in a test and time is not: what is dead is collected later, unless
// GOGC says otherwise. A run of the simulator takes about 280 MB so.
func init() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(800)
	}
}

// master is the filled Fellmoor that every test of a package has a copy of, made when
// the first one asks.
var master template

type template struct {
	sync.Mutex
	dir string
}

// copy puts the template's files into a folder.
func (m *template) copy(dir string) error {
	m.Lock()
	defer m.Unlock()
	if m.dir == "" {
		filled, err := fill()
		if err != nil {
			return err
		}
		m.dir = filled
	}
	return os.CopyFS(dir, os.DirFS(m.dir))
}

// learn lays in the template the tables that rooms laid in a test's store as they
// opened: the next test's rooms find them, as they do on a server that starts again.
// Laid anew in each test, they have every connection read the whole schema once more.
func (m *template) learn(app core.App, before []table) error {
	after, err := tables(app.NonconcurrentDB())
	if err != nil || len(after) == len(before) {
		return err
	}
	m.Lock()
	defer m.Unlock()
	if m.dir == "" {
		return nil // the test opened a store of its own
	}
	db, err := store.Open(filepath.Join(m.dir, "data.db"))
	if err != nil {
		return err
	}
	defer db.Close()
	known, err := tables(db)
	if err != nil {
		return err
	}
	return db.Transactional(func(tx *dbx.Tx) error {
		for _, t := range after {
			if slices.Contains(before, t) || slices.Contains(known, t) {
				continue
			}
			if _, err := tx.NewQuery(t.SQL).Execute(); err != nil {
				return err
			}
		}
		return nil
	})
}

// table is a table or an index of a store.
type table struct {
	Name string `db:"name"`
	SQL  string `db:"sql"`
}

// tables are in the order in which they were made.
func tables(db dbx.Builder) (all []table, err error) {
	err = db.NewQuery(`SELECT name, sql FROM sqlite_schema
		WHERE type IN ('table', 'index') AND sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY rowid`).All(&all)
	return all, err
}

// fill makes a filled store in a folder of its own.
func fill() (string, error) {
	dir, err := os.MkdirTemp("", "fellmoor-")
	if err != nil {
		return "", err
	}
	app, err := open(dir)
	if err != nil {
		return "", err
	}
	app.Settings().Logs.MaxDays = 0
	if err := app.Save(app.Settings()); err != nil {
		return "", err
	}
	if err := demo.Fill(app, Today); err != nil {
		return "", err
	}
	if _, err := app.NonconcurrentDB().NewQuery("PRAGMA wal_checkpoint(TRUNCATE)").Execute(); err != nil {
		return "", err
	}
	return dir, app.ResetBootstrapState()
}
