package store

import (
	"path/filepath"
	"testing"
)

// A connection that only reads keeps a quarter of the pages of one that writes: ten of
// them go through a first sync.
func TestAReaderKeepsFewerPagesThanAWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.db")
	kept := func(write bool) (kib int) {
		t.Helper()
		db, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		db.DB().SetMaxOpenConns(1)
		if write {
			if _, err := db.NewQuery("CREATE TABLE IF NOT EXISTS a (b)").Execute(); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.NewQuery("PRAGMA cache_size").Row(&kib); err != nil {
			t.Fatal(err)
		}
		return -kib
	}
	if reader, writer := kept(false), kept(true); reader != 2000 || writer != 8000 {
		t.Errorf("a reader keeps %d KiB, a writer %d", reader, writer)
	}
}
