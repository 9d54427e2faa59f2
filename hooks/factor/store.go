package factor

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/collections/migrations"
)

// Kinds of a factor. A mailed code stands here so that its owner's choice of it is kept
// in one place; by itself it is no second factor beside a password that a mail resets.
const (
	TOTP    = "totp"
	Passkey = "passkey"
	Mail    = "mail"
)

// most is how many factors an account may have.
const most = 12

func init() {
	migrations.Lay("1765000001_factors",
		`CREATE TABLE IF NOT EXISTS account_factors (
		id TEXT PRIMARY KEY, collection TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
		sealed BLOB NOT NULL, step INTEGER NOT NULL, added INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID`,
		`CREATE INDEX IF NOT EXISTS account_factors_account ON account_factors (account, collection)`,
		`CREATE TABLE IF NOT EXISTS account_recovery_codes (
		collection TEXT NOT NULL, account TEXT NOT NULL, salt BLOB NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (account, collection, hash)) WITHOUT ROWID`,
		`CREATE TABLE IF NOT EXISTS account_factor_ceremonies (
		id TEXT PRIMARY KEY, collection TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL, sealed BLOB NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID`,
		`CREATE TABLE IF NOT EXISTS account_factor_tries (
		collection TEXT NOT NULL, account TEXT NOT NULL, tries INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (account, collection)) WITHOUT ROWID`)
}

// Factor is one second factor as its owner sees it. Used is zero when it never was.
type Factor struct {
	ID, Kind, Name string
	Added, Used    time.Time
}

// row is a factor as it is stored.
type row struct {
	ID     string `db:"id"`
	Kind   string `db:"kind"`
	Name   string `db:"name"`
	Sealed []byte `db:"sealed"`
	Step   int64  `db:"step"` // the last TOTP step, or how often a passkey says it was used
	Added  int64  `db:"added"`
	Used   int64  `db:"used"`
}

func (r row) factor() Factor {
	f := Factor{ID: r.ID, Kind: r.Kind, Name: r.Name, Added: time.Unix(r.Added, 0)}
	if r.Used > 0 {
		f.Used = time.Unix(r.Used, 0)
	}
	return f
}

// whose are the parameters that name an account in every statement here.
func whose(account *core.Record) dbx.Params {
	return dbx.Params{"c": account.Collection().Id, "a": account.Id}
}

func with(p dbx.Params, name string, value any) dbx.Params {
	p[name] = value
	return p
}

// Of are an account's factors, the oldest first.
func Of(app core.App, account *core.Record) ([]Factor, error) {
	all, err := rows(app, account, "")
	out := make([]Factor, len(all))
	for i, r := range all {
		out[i] = r.factor()
	}
	return out, err
}

// rows are an account's factors of one kind, or of all.
func rows(app core.App, account *core.Record, kind string) (out []row, err error) {
	err = db(app).NewQuery(`SELECT id, kind, name, sealed, step, added, used FROM account_factors
		WHERE account = {:a} AND collection = {:c} AND ({:k} = '' OR kind = {:k}) ORDER BY added, id`).
		Bind(with(whose(account), "k", kind)).All(&out)
	if err != nil {
		return nil, fmt.Errorf("an account's second factors: %w", err)
	}
	return out, nil
}

// db reads what a transaction under way wrote.
func db(app core.App) dbx.Builder {
	if app.TxInfo() != nil {
		return app.NonconcurrentDB()
	}
	return app.ConcurrentDB()
}

// Strong reports whether an account has a factor that no mail brings.
func Strong(app core.App, account *core.Record) (strong bool, err error) {
	err = db(app).NewQuery(`SELECT EXISTS (SELECT 1 FROM account_factors WHERE account = {:a} AND collection = {:c} AND kind != 'mail')`).
		Bind(whose(account)).Row(&strong)
	return strong, err
}

// Without is how many accounts of a collection have no factor but a mailed code.
func Without(app core.App, c *core.Collection) (n int, err error) {
	err = db(app).NewQuery(`SELECT count(*) FROM {{` + c.Name + `}} a WHERE NOT EXISTS (SELECT 1 FROM account_factors f WHERE f.account = a.id AND f.collection = {:c} AND f.kind != 'mail')`).
		Bind(dbx.Params{"c": c.Id}).Row(&n)
	return n, err
}

// Any reports whether an account has a factor at all, the mailed code included.
func Any(app core.App, account *core.Record) (any bool, err error) {
	err = db(app).NewQuery(`SELECT EXISTS (SELECT 1 FROM account_factors WHERE account = {:a} AND collection = {:c})`).
		Bind(whose(account)).Row(&any)
	return any, err
}

// SetMail keeps whether an account chose to be mailed a code.
func SetMail(tx core.App, account *core.Record, on bool, at time.Time) error {
	if _, err := tx.NonconcurrentDB().NewQuery(`DELETE FROM account_factors WHERE account = {:a} AND collection = {:c} AND kind = 'mail'`).
		Bind(whose(account)).Execute(); err != nil || !on {
		return err
	}
	_, err := add(tx, account, row{ID: newID(), Kind: Mail, Name: "Code by mail", Sealed: []byte{}, Added: at.Unix()})
	return err
}

// ErrTooMany is the answer to one factor more than an account may have.
var ErrTooMany = errors.New("the account has as many second factors as it may")

func add(tx core.App, account *core.Record, r row) (Factor, error) {
	p := whose(account)
	p["id"], p["k"], p["n"], p["s"], p["step"], p["at"], p["most"] = r.ID, r.Kind, r.Name, r.Sealed, r.Step, r.Added, most
	done, err := tx.NonconcurrentDB().NewQuery(`INSERT INTO account_factors (id, collection, account, kind, name, sealed, step, added, used)
		SELECT {:id}, {:c}, {:a}, {:k}, {:n}, {:s}, {:step}, {:at}, 0
		WHERE (SELECT count(*) FROM account_factors WHERE account = {:a} AND collection = {:c}) < {:most}`).Bind(p).Execute()
	if err != nil {
		return Factor{}, fmt.Errorf("adding a second factor: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return Factor{}, errors.Join(ErrTooMany, err)
	}
	return r.factor(), nil
}

// Find is one factor of an account, or sql.ErrNoRows.
func Find(app core.App, account *core.Record, id string) (Factor, error) {
	all, err := Of(app, account)
	for _, f := range all {
		if f.ID == id {
			return f, nil
		}
	}
	return Factor{}, errors.Join(err, sql.ErrNoRows)
}

// Remove takes one factor away; the recovery codes go with the last that no mail brings.
func Remove(tx core.App, account *core.Record, id string) error {
	if _, err := tx.NonconcurrentDB().NewQuery(`DELETE FROM account_factors WHERE id = {:id} AND account = {:a} AND collection = {:c}`).
		Bind(with(whose(account), "id", id)).Execute(); err != nil {
		return err
	}
	strong, err := Strong(tx, account)
	if err != nil || strong {
		return err
	}
	return dropRecovery(tx, account)
}

// Clear takes everything away: the account's factors, recovery codes and what was begun.
func Clear(tx core.App, account *core.Record) error {
	for _, table := range []string{"account_factors", "account_recovery_codes", "account_factor_ceremonies", "account_factor_tries"} {
		if _, err := tx.NonconcurrentDB().NewQuery(`DELETE FROM ` + table + ` WHERE account = {:a} AND collection = {:c}`).
			Bind(whose(account)).Execute(); err != nil {
			return fmt.Errorf("clearing %s: %w", table, err)
		}
	}
	return nil
}

func newID() string { return security.RandomString(15) }
