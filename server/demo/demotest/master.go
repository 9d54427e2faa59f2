package demotest

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"testing/fstest"

	"holdfast/hooks/lineage"
	"holdfast/hooks/signing"
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
