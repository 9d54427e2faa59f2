package demotest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"testing/fstest"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/lineage"
	"holdfast/hooks/signing"
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

// A template is a store's files, in memory: there is nothing to clear away after the
// last test of a package.
type template struct {
	sync.Mutex
	files fstest.MapFS
}

// copy puts the template's files into a folder.
func (m *template) copy(dir string) error {
	m.Lock()
	defer m.Unlock()
	if m.files == nil {
		filled, err := filledStore()
		if err != nil {
			return err
		}
		m.files = filled
	}
	return os.CopyFS(dir, m.files)
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
	if m.files == nil {
		return nil // the test opened a store of its own
	}
	changed, err := filesOf(func(dir string) error {
		if err := os.CopyFS(dir, m.files); err != nil {
			return err
		}
		return lay(filepath.Join(dir, "data.db"), after, before)
	})
	if err == nil {
		m.files = changed
	}
	return err
}

// lay makes the tables that a database has not, except those told.
func lay(file string, wanted, except []table) error {
	db, err := store.Open(file)
	if err != nil {
		return err
	}
	known, err := tables(db)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	err = db.Transactional(func(tx *dbx.Tx) error {
		for _, t := range wanted {
			if slices.Contains(except, t) || slices.Contains(known, t) {
				continue
			}
			if _, err := tx.NewQuery(t.SQL).Execute(); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, db.Close())
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

// filledStore is the store that Fill made.
func filledStore() (fstest.MapFS, error) {
	return filesOf(func(dir string) error {
		app, err := open(dir)
		if err != nil {
			return err
		}
		app.Settings().Logs.MaxDays = 0
		if err := app.Save(app.Settings()); err != nil {
			return err
		}
		if err := demo.Fill(app, Today); err != nil {
			return err
		}
		if _, err := signing.Load(app); err != nil {
			return err
		}
		if _, err := app.NonconcurrentDB().NewQuery("PRAGMA wal_checkpoint(TRUNCATE)").Execute(); err != nil {
			return err
		}
		lineage.Leave(app)
		return app.ResetBootstrapState()
	})
}

// filesOf is what work left in a folder, which is gone afterwards.
func filesOf(work func(dir string) error) (fstest.MapFS, error) {
	dir, err := os.MkdirTemp("", "fellmoor-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	dir = filepath.Join(dir, "store")
	if err := work(dir); err != nil {
		return nil, err
	}
	files := fstest.MapFS{}
	return files, fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		bytes, err := os.ReadFile(filepath.Join(dir, path))
		files[path] = &fstest.MapFile{Data: bytes, Mode: 0o600}
		return err
	})
}
