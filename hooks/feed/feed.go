package feed

import (
	"database/sql"
	"errors"

	"github.com/pocketbase/dbx"

	"holdfast/collections"
)

// Rev is the position of a record's latest change, 0 when the feed never saw it.
func Rev(db dbx.Builder, collection, record string) (int64, error) {
	var rev int64
	err := db.NewQuery(`SELECT max(seq) FROM sync_feed WHERE record = {:r} AND collection = {:c} AND gone = 0`).
		Bind(dbx.Params{"r": record, "c": collections.ID(collection)}).Row(&nullable{&rev})
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return rev, err
}

// Head is the position of the latest change of all.
func Head(db dbx.Builder) (seq int64, err error) {
	err = db.NewQuery(`SELECT seq FROM sync_counter`).Row(&seq)
	return seq, err
}

// Epoch is the identity of this database's history: new when it is restored.
func Epoch(db dbx.Builder) (epoch string, err error) {
	err = db.NewQuery(`SELECT value FROM sync_meta WHERE name = 'epoch'`).Row(&epoch)
	return epoch, err
}

// Holds reports whether the user holds the scope now.
func Holds(db dbx.Builder, user, scope string) (bool, error) {
	var n int
	err := db.NewQuery(`SELECT count(*) FROM sync_grants WHERE "user" = {:u} AND scope = {:s} AND until IS NULL`).
		Bind(dbx.Params{"u": user, "s": scope}).Row(&n)
	return n > 0, err
}

// nullable scans an integer that may be NULL, leaving zero.
type nullable struct{ to *int64 }

func (n *nullable) Scan(v any) error {
	if i, ok := v.(int64); ok {
		*n.to = i
	}
	return nil
}
