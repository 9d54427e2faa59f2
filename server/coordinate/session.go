package coordinate

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections/migrations"
)

// Lives of a session.
const (
	idle  = 15 * time.Minute
	whole = 8 * time.Hour
	// touch is how late a session may learn that its owner is still there; it
	// spares a write a page.
	touch = 15 * time.Second
)

// A session's row keeps its token only as its hash; account is a hash too, of the
// key that PocketBase changes with the password, which so ends every session. Of the
// browser it keeps what its owner knows it by, and no address.
func init() {
	migrations.Lay("1765000001_coordinate", `CREATE TABLE IF NOT EXISTS coordinate_sessions (
		token TEXT PRIMARY KEY, "user" TEXT NOT NULL, account TEXT NOT NULL,
		started INTEGER NOT NULL, seen INTEGER NOT NULL, browser TEXT NOT NULL DEFAULT '') WITHOUT ROWID`)
}

// session is one browser that is signed in.
type session struct {
	token   string // what the cookie holds
	user    *core.Record
	browser string // as it was described, empty until it opened a page
}

var errEnded = errors.New("there is no such session, or it has ended")

// begin signs a user in and gives the new session's token. Sessions whose time is
// over go at the same moment.
func begin(app core.App, user *core.Record, at time.Time) (string, error) {
	token := rand.Text()
	err := app.RunInTransaction(func(tx core.App) error {
		db := tx.NonconcurrentDB()
		if _, err := db.NewQuery(`DELETE FROM coordinate_sessions WHERE seen < {:idle} OR started < {:whole}`).
			Bind(dbx.Params{"idle": at.Add(-idle).Unix(), "whole": at.Add(-whole).Unix()}).Execute(); err != nil {
			return err
		}
		_, err := db.NewQuery(`INSERT INTO coordinate_sessions (token, "user", account, started, seen) VALUES ({:t}, {:u}, {:a}, {:at}, {:at})`).
			Bind(dbx.Params{"t": hashed(token), "u": user.Id, "a": hashed(user.TokenKey()), "at": at.Unix()}).Execute()
		return err
	})
	if err != nil {
		return "", fmt.Errorf("beginning a session: %w", err)
	}
	return token, nil
}

// resume finds the session of a token, or errEnded. What has ended is deleted.
func resume(app core.App, token string, at time.Time) (session, error) {
	var row struct {
		User    string `db:"user"`
		Account string `db:"account"`
		Started int64  `db:"started"`
		Seen    int64  `db:"seen"`
		Browser string `db:"browser"`
	}
	err := app.ConcurrentDB().NewQuery(`SELECT "user", account, started, seen, browser FROM coordinate_sessions WHERE token = {:t}`).
		Bind(dbx.Params{"t": hashed(token)}).One(&row)
	if errors.Is(err, sql.ErrNoRows) {
		return session{}, errEnded
	}
	if err != nil {
		return session{}, fmt.Errorf("reading a session: %w", err)
	}
	over := at.Sub(time.Unix(row.Seen, 0)) > idle || at.Sub(time.Unix(row.Started, 0)) > whole
	user, err := app.FindRecordById("users", row.User)
	if over || err != nil || !user.GetBool("active") || hashed(user.TokenKey()) != row.Account {
		return session{}, errors.Join(errEnded, end(app, token))
	}
	if at.Sub(time.Unix(row.Seen, 0)) >= touch {
		if _, err := app.NonconcurrentDB().NewQuery(`UPDATE coordinate_sessions SET seen = {:at} WHERE token = {:t}`).
			Bind(dbx.Params{"at": at.Unix(), "t": hashed(token)}).Execute(); err != nil {
			return session{}, fmt.Errorf("keeping a session: %w", err)
		}
	}
	return session{token, user, row.Browser}, nil
}

// stay keeps a session when all else that its owner is signed in with has just ended:
// the browser in which they did that goes on.
func stay(tx core.App, s session) error {
	user, err := tx.FindRecordById("users", s.user.Id)
	if err != nil {
		return err
	}
	_, err = tx.NonconcurrentDB().NewQuery(`UPDATE coordinate_sessions SET account = {:a} WHERE token = {:t}`).
		Bind(dbx.Params{"a": hashed(user.TokenKey()), "t": hashed(s.token)}).Execute()
	return err
}

// end deletes a session.
func end(app core.App, token string) error {
	_, err := app.NonconcurrentDB().NewQuery(`DELETE FROM coordinate_sessions WHERE token = {:t}`).
		Bind(dbx.Params{"t": hashed(token)}).Execute()
	return err
}

// seal is the value that every form of this session carries.
func (s session) seal() string {
	mac := hmac.New(sha256.New, []byte(s.token))
	mac.Write([]byte("coordinate form"))
	return hex.EncodeToString(mac.Sum(nil))
}

// sealed reports whether a form came from this session.
func (s session) sealed(value string) bool { return hmac.Equal([]byte(value), []byte(s.seal())) }

func hashed(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
