package main

import "github.com/pocketbase/dbx"

// proofs are by what people show who they are: a password that was changed since a copy was
// made, or a second factor that was lost, must not be believed again.
type proofs struct {
	accounts []struct {
		Table, ID, Password, TokenKey string
		Second                        bool
	}
	factors []struct {
		ID, Collection, Account, Kind, Name string
		Sealed                              []byte
		Step, Added, Used                   int64
	}
	recovery []struct {
		Collection, Account string
		Salt, Hash          []byte
	}
}

// people are the tables of accounts, and what their column of a second factor is.
var people = []struct{ table, second string }{{"users", "second_factor"}, {"_superusers", "FALSE"}}

// proofsIn reads them.
func proofsIn(db *dbx.DB) (p proofs, err error) {
	for _, t := range people {
		if err := db.NewQuery(`SELECT '` + t.table + `' AS "table", id, password, tokenKey AS token_key, ` + t.second + ` AS second FROM ` + t.table).All(&p.accounts); err != nil {
			return p, err
		}
	}
	if !has(db, "account_factors") { // from before there were any
		return p, nil
	}
	if err := db.NewQuery(`SELECT id, collection, account, kind, name, sealed, step, added, used FROM account_factors`).All(&p.factors); err != nil {
		return p, err
	}
	return p, db.NewQuery(`SELECT collection, account, salt, hash FROM account_recovery_codes`).All(&p.recovery)
}

func has(db dbx.Builder, table string) bool {
	var n int
	return db.NewQuery(`SELECT count(*) FROM sqlite_schema WHERE name = {:t}`).Bind(dbx.Params{"t": table}).Row(&n) == nil && n > 0
}

// carry writes them into the copy, for the accounts that it has; changed counts those whose
// password or sign-ins were others there. Of a second factor the later store's word holds
// whole: one that was taken off since is gone, and a recovery code that was used is.
func (p proofs) carry(tx *dbx.Tx, change func(n *int64, sql string, with dbx.Params) error) (changed int64, err error) {
	for _, a := range p.accounts {
		second := ""
		if a.Table == "users" {
			second = `, second_factor = {:s}`
		}
		if err := change(&changed, `UPDATE `+a.Table+` SET password = {:p}, tokenKey = {:k}`+second+` WHERE id = {:id} AND (password, tokenKey) <> ({:p}, {:k})`,
			dbx.Params{"id": a.ID, "p": a.Password, "k": a.TokenKey, "s": a.Second}); err != nil {
			return changed, err
		}
	}
	if !has(tx, "account_factors") {
		return changed, nil
	}
	var n int64
	for _, table := range []string{"account_factors", "account_recovery_codes"} {
		for _, a := range p.accounts {
			if err := change(&n, `DELETE FROM `+table+` WHERE account = {:a}`, dbx.Params{"a": a.ID}); err != nil {
				return changed, err
			}
		}
	}
	const there = ` WHERE EXISTS (SELECT 1 FROM users WHERE id = {:a} UNION ALL SELECT 1 FROM _superusers WHERE id = {:a})`
	for _, f := range p.factors {
		if err := change(&n, `INSERT INTO account_factors (id, collection, account, kind, name, sealed, step, added, used) SELECT {:id}, {:c}, {:a}, {:k}, {:n}, {:s}, {:step}, {:added}, {:used}`+there,
			dbx.Params{"id": f.ID, "c": f.Collection, "a": f.Account, "k": f.Kind, "n": f.Name, "s": f.Sealed, "step": f.Step, "added": f.Added, "used": f.Used}); err != nil {
			return changed, err
		}
	}
	for _, r := range p.recovery {
		if err := change(&n, `INSERT INTO account_recovery_codes (collection, account, salt, hash) SELECT {:c}, {:a}, {:s}, {:h}`+there,
			dbx.Params{"c": r.Collection, "a": r.Account, "s": r.Salt, "h": r.Hash}); err != nil {
			return changed, err
		}
	}
	return changed, nil
}
