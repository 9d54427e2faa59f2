package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/store"
)

// standings are what a store says of those who must not be believed again: phones that
// were stopped, accounts that were switched off, and how far refresh tokens are spent.
type standings struct {
	ring     string
	phones   []struct{ ID, Status, Ordered string }
	accounts []string
	spent    []struct {
		Family     string
		Generation int
	}
	proofs proofs
}

// standingsIn reads them from the store that is about to be replaced, all or none.
func standingsIn(dir string) (s standings, err error) {
	path := filepath.Join(dir, "data.db")
	if _, err := os.Stat(path); err != nil {
		return s, err
	}
	db, err := store.Open(path)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	err = errors.Join(
		db.NewQuery(`SELECT coalesce(max(value), '') FROM sync_meta WHERE name = 'keys'`).Row(&s.ring),
		db.NewQuery(`SELECT id, status, wipe_ordered_at AS ordered FROM devices WHERE status IN ('locked', 'ended', 'wipe', 'wiped')`).All(&s.phones),
		db.NewQuery(`SELECT id FROM users WHERE active = FALSE`).Column(&s.accounts),
		db.NewQuery(`SELECT family, generation FROM device_sessions`).All(&s.spent))
	if err == nil {
		s.proofs, err = proofsIn(db)
	}
	return s, err
}

// carry writes them into the copy: what was ended after it was made stays so. It answers
// how many phones, accounts and passwords the copy still believed.
func (s standings) carry(db *dbx.DB) (phones, accounts, changed int64, err error) {
	err = db.Transactional(func(tx *dbx.Tx) error {
		change := func(n *int64, sql string, with dbx.Params) error {
			r, err := tx.NewQuery(sql).Bind(with).Execute()
			if err == nil {
				var did int64
				did, err = r.RowsAffected()
				*n += did
			}
			return err
		}
		for _, p := range s.phones {
			if err := change(&phones, `UPDATE devices SET status = {:s}, wipe_ordered_at = {:o} WHERE id = {:id} AND status <> {:s} AND status NOT IN ('wipe', 'wiped')`,
				dbx.Params{"id": p.ID, "s": p.Status, "o": p.Ordered}); err != nil {
				return err
			}
		}
		if changed, err = s.proofs.carry(tx, change); err != nil {
			return err
		}
		for _, id := range s.accounts {
			if err := change(&accounts, `UPDATE users SET active = FALSE, tokenKey = lower(hex(randomblob(25))) WHERE id = {:id} AND active = TRUE`, dbx.Params{"id": id}); err != nil {
				return err
			}
		}
		var n int64
		for _, f := range s.spent {
			if err := change(&n, `UPDATE device_sessions SET generation = max(generation, {:g}) WHERE family = {:f}`, dbx.Params{"f": f.Family, "g": f.Generation}); err != nil {
				return err
			}
		}
		return nil
	})
	return phones, accounts, changed, err
}

// keepEnded holds a copy against the store whose place it takes: it must be a copy of that
// one, and what was ended there stays ended.
func keepEnded(db *dbx.DB, of, ring string) (said string, err error) {
	s, err := standingsIn(of)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return " Nothing was here to tell which phones and accounts were ended since: they are believed again. Lock them and switch them off before anybody else can reach the server.", nil
	case err != nil:
		return fmt.Sprintf(" The store that was here cannot be read (%v): phones that were ended, locked or told to wipe since, accounts switched off since, and passwords and second factors as they were then, are believed again. Lock them and switch them off before anybody else can reach the server, or revoke the keys of phones' tokens (holdfast keys list, keys revoke).", err), nil
	case s.ring != "" && ring != "" && s.ring != ring:
		return "", errors.New("the copy is of another store than the one that is here: if it is to take its place, move that one away first")
	}
	phones, accounts, changed, err := s.carry(db)
	return fmt.Sprintf(" Ended since, and kept so: phones %d, accounts %d. Passwords and sign-ins changed since, and kept so: %d.", phones, accounts, changed), err
}
