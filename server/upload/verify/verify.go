package verify

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"holdfast/collections"
	"holdfast/server/upload/inspection"
)

// Finding is one disagreement between storage and the rows.
type Finding struct {
	What       string // missing, extra, altered or undisposed
	Collection string
	ID         string // of the row
	Key        string // in storage
	More       string
}

func (f Finding) String() string {
	return strings.TrimSpace(fmt.Sprintf("%-10s %s %s %s %s", f.What, f.Collection, f.ID, f.Key, f.More))
}

// Counted is how much was held against each other.
type Counted struct{ Originals, Copies, Objects int }

// Store holds storage against the rows, reading every original and every copy again:
// one flipped byte is altered. Extra is what no row names, undisposed what two people
// have agreed to remove and is still there. It changes nothing, holds no list in
// memory, and may run beside a server: what is under way is no finding.
func Store(db dbx.Builder, shelf Shelf, say func(Finding)) (n Counted, err error) {
	for _, s := range []struct {
		name, where string
		count       *int
	}{
		{"evidence", "file != '' AND status != 'disposed'", &n.Originals},
		{"evidence_copies", "file != '' AND NOT removed AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.id = evidence AND e.status = 'disposed')", &n.Copies},
	} {
		if *s.count, err = rowsHave(db, shelf, s.name, s.where, say); err != nil {
			return n, err
		}
		err = shelf.Each(collections.ID(s.name)+"/", func(key string, at time.Time) error {
			n.Objects++
			return hasRow(db, s.name, s.where, key, at, say)
		})
		if err != nil {
			return n, fmt.Errorf("listing storage: %w", err)
		}
	}
	return n, nil
}

type storedRow struct {
	ID     string `db:"id"`
	File   string `db:"file"`
	SHA256 string `db:"sha256"`
	Size   int64  `db:"size"`
}

// rowsHave reads the bytes of every row, a page of rows at a time.
func rowsHave(db dbx.Builder, shelf Shelf, name, where string, say func(Finding)) (n int, err error) {
	for after := ""; ; {
		var rows []storedRow
		err := db.NewQuery(`SELECT id, file, sha256, size FROM ` + name + ` WHERE id > {:a} AND ` + where + ` ORDER BY id LIMIT 200`).
			Bind(dbx.Params{"a": after}).All(&rows)
		if err != nil {
			return n, fmt.Errorf("reading %s: %w", name, err)
		}
		for _, row := range rows {
			after = row.ID
			n++
			key := collections.ID(name) + "/" + row.ID + "/" + row.File
			what, more, err := row.held(shelf, key)
			if err != nil {
				return n, fmt.Errorf("reading %s: %w", key, err)
			}
			if what == "" {
				continue
			}
			var still int // it may have been disposed of since the page was read
			if err := db.NewQuery(`SELECT count(*) FROM ` + name + ` WHERE id = {:i} AND ` + where).Bind(dbx.Params{"i": row.ID}).Row(&still); err != nil {
				return n, err
			}
			if still > 0 {
				say(Finding{what, name, row.ID, key, more})
			}
		}
		if len(rows) < 200 {
			return n, nil
		}
	}
}

// held compares one row's bytes with its hash.
func (s storedRow) held(shelf Shelf, key string) (what, more string, err error) {
	f, err := shelf.Open(key)
	if errors.Is(err, ErrNotThere) {
		return "missing", "", nil
	}
	if err != nil {
		return "", "", err
	}
	defer f.Close()
	sum, err := inspection.SHA256Of(f)
	if err != nil {
		return "", "", err
	}
	if end, err := f.Seek(0, io.SeekEnd); err != nil || end != s.Size || sum != s.SHA256 {
		return "altered", "SHA-256 " + sum, err
	}
	return "", "", nil
}

// justNow is how young a file may be whose row is still being written.
const justNow = 10 * time.Second

// hasRow finds the row that names an object. Which uploads are under way is read
// before the row: one that ended in between has its row.
func hasRow(db dbx.Builder, name, where, key string, at time.Time, say func(Finding)) error {
	id, file := path.Base(path.Dir(key)), path.Base(key)
	under, err := underWay(db, uploadOf(key))
	if err != nil || under {
		return err
	}
	whole := path.Dir(path.Dir(key)) == collections.ID(name)
	for again := time.Since(at) < justNow; ; again = false {
		var n int
		err := db.NewQuery(`SELECT count(*) FROM ` + name + ` WHERE id = {:i} AND file = {:f} AND ` + where).Bind(dbx.Params{"i": id, "f": file}).Row(&n)
		if err != nil || (n > 0 && whole) {
			return err
		}
		if !again {
			break
		}
		time.Sleep(time.Second)
	}
	parent := id
	if name == "evidence_copies" {
		if err := db.NewQuery(`SELECT evidence FROM evidence_copies WHERE id = {:i}`).Bind(dbx.Params{"i": id}).Row(&parent); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	var pending int
	err = db.NewQuery(`SELECT count(*) FROM evidence_disposals WHERE evidence = {:i} AND status = 'approved' AND bytes_removed_at = ''`).
		Bind(dbx.Params{"i": parent}).Row(&pending)
	if err != nil {
		return err
	}
	if pending > 0 {
		say(Finding{"undisposed", name, id, key, "its removal was approved and is not done"})
		return nil
	}
	say(Finding{"extra", name, id, key, "no row names it"})
	return nil
}

// underWay reports whether an upload may have stored bytes whose row is not written
// yet.
func underWay(db dbx.Builder, id string) (bool, error) {
	if id == "" {
		return false, nil
	}
	var n int
	err := db.NewQuery(`SELECT count(*) FROM uploads WHERE id = {:i} AND state = 'open'`).Bind(dbx.Params{"i": id}).Row(&n)
	if err != nil && strings.Contains(err.Error(), "no such table") {
		return false, nil // the room was never opened
	}
	return n > 0, err
}

// uploadOf is the upload that a storage key was made by, or empty.
func uploadOf(key string) string {
	name := path.Base(key)
	id, ok := strings.CutPrefix(strings.TrimSuffix(name, path.Ext(name)), "original_")
	if !ok {
		return ""
	}
	return id
}

// Remote is PocketBase's own storage as a shelf, on the disk or in S3.
type Remote struct{ *filesystem.System }

// Each hands out every object below a prefix.
func (r Remote) Each(prefix string, do func(key string, at time.Time) error) error {
	objects, err := r.List(prefix)
	if err != nil {
		return err
	}
	for _, o := range objects {
		if err := do(o.Key, o.ModTime); err != nil {
			return err
		}
	}
	return nil
}

// Open reads one object.
func (r Remote) Open(key string) (io.ReadSeekCloser, error) {
	f, err := r.GetReader(key)
	if errors.Is(err, filesystem.ErrNotFound) {
		return nil, ErrNotThere
	}
	return f, err
}
