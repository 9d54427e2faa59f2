package factor

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// What was begun and waits for its answer: an authenticator app that is being set up,
// a passkey that is being made, one that is asked for.
const (
	settingUp = "set up totp"
	making    = "make passkey"
	asking    = "ask passkey"

	patience   = 15 * time.Minute
	mostBegun  = 20 // a reader with many open pages; the oldest go first
	nameLength = 60
)

// ErrOver is what was begun so long ago, or never, or for another account.
var ErrOver = errors.New("this was begun too long ago, or never")

// begin keeps, sealed, what the answer will be held against.
func begin(app core.App, account *core.Record, kind string, state []byte, at time.Time) (id string, err error) {
	id = newID()
	sealed, err := seal(app, account, id, kind, state)
	if err != nil {
		return "", err
	}
	err = app.RunInTransaction(func(tx core.App) error {
		p := whose(account)
		p["id"], p["k"], p["s"], p["until"], p["now"], p["most"] = id, kind, sealed, at.Add(patience).Unix(), at.Unix(), mostBegun
		if _, err := tx.NonconcurrentDB().NewQuery(`INSERT INTO account_factor_ceremonies (id, collection, account, kind, sealed, until)
			VALUES ({:id}, {:c}, {:a}, {:k}, {:s}, {:until})`).Bind(p).Execute(); err != nil {
			return err
		}
		_, err := tx.NonconcurrentDB().NewQuery(`DELETE FROM account_factor_ceremonies WHERE until < {:now} OR id IN (
			SELECT id FROM account_factor_ceremonies WHERE account = {:a} AND collection = {:c} AND kind = {:k} ORDER BY until DESC, id LIMIT -1 OFFSET {:most})`).Bind(p).Execute()
		return err
	})
	if err != nil {
		return "", fmt.Errorf("beginning with a second factor: %w", err)
	}
	return id, nil
}

// begun reads what waits for its answer, or ErrOver.
func begun(app core.App, account *core.Record, kind, id string, at time.Time) ([]byte, error) {
	var found struct {
		Sealed []byte `db:"sealed"`
	}
	p := whose(account)
	p["id"], p["k"], p["now"] = id, kind, at.Unix()
	err := db(app).NewQuery(`SELECT sealed FROM account_factor_ceremonies
		WHERE id = {:id} AND account = {:a} AND collection = {:c} AND kind = {:k} AND until >= {:now}`).Bind(p).One(&found)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrOver
	}
	if err != nil {
		return nil, err
	}
	return open(app, account, id, kind, found.Sealed)
}

// finished uses up what was begun: of two answers to it one counts.
func finished(tx core.App, id string) error {
	done, err := tx.NonconcurrentDB().NewQuery(`DELETE FROM account_factor_ceremonies WHERE id = {:id}`).Bind(map[string]any{"id": id}).Execute()
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return errors.Join(ErrOver, err)
	}
	return nil
}
