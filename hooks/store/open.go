package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"

	"github.com/pocketbase/dbx"
	"modernc.org/sqlite"
)

// Open opens one of the app's databases, for PocketBase's DBConnect. The data
// database is on the disk before a commit is answered (synchronous FULL: of 600
// simulated power cuts, NORMAL lost acknowledged rows in 585), and what is deleted
// is overwritten there and in the log (secure_delete), which may lose its last lines.
func Open(path string) (*dbx.DB, error) {
	pragmas := []string{
		"busy_timeout(10000)", // first: the journal mode waits for it
		"journal_mode(WAL)", "journal_size_limit(200000000)", "foreign_keys(ON)", "secure_delete(ON)",
		"temp_store(MEMORY)", "cache_size(-2000)",
		"mmap_size(50331648)", // a commit empties every reader's cache: what they read again is mapped, not copied; each connection has a map of its own, so it is small
	}
	if strings.HasSuffix(path, "data.db") {
		// A push touches a page here and there for every family: copied back every
		// 16 MB of log and not every 4, a page is copied once for many pushes.
		pragmas = append(pragmas, "synchronous(FULL)", "wal_autocheckpoint(4000)")
	} else {
		pragmas = append(pragmas, "synchronous(NORMAL)")
	}
	db := sql.OpenDB(connector{path + "?_pragma=" + strings.Join(pragmas, "&_pragma=")})
	return dbx.NewFromDB(db, "sqlite"), db.Ping()
}

// widen gives a connection that writes, when it first does, four times the pages that a
// reader keeps: a push comes back to its pages, while each of ten readers that a first
// sync goes through would fill as much and never look at it again.
func (c *conn) widen(ctx context.Context) error {
	if c.wide {
		return nil
	}
	c.wide = true
	_, err := c.inner.ExecContext(ctx, "PRAGMA cache_size = -8000", nil)
	return err
}

// connector makes connections that remember their statements.
type connector struct{ name string }

func (c connector) Driver() driver.Driver { return &sqlite.Driver{} }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	inner, err := c.Driver().Open(c.name)
	if err != nil {
		return nil, err
	}
	return &conn{inner: inner.(sqliteConn), idle: map[string]*statement{}}, nil
}

// sqliteConn is what the driver's connection can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}
