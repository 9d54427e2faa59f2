package factor

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"
)

const (
	codes      = 10
	codeLength = 12 // of 32 letters: 60 bits
	// rounds of PBKDF2 (NIST SP 800-132) over a salted code: with its 60 bits they are
	// beyond anybody's guessing, and one sign-in does not keep the server busy.
	rounds = 60_000
	// letters leaves out those that are taken for one another on paper.
	letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
)

// NewRecovery makes ten recovery codes and voids those before. They are in its answer
// and nowhere else; each works once.
func NewRecovery(tx core.App, account *core.Record) ([]string, error) {
	if err := dropRecovery(tx, account); err != nil {
		return nil, err
	}
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return nil, err
	}
	out := make([]string, codes)
	for i := range out {
		code := security.RandomStringWithAlphabet(codeLength, letters)
		hash, err := hashed(code, salt)
		if err != nil {
			return nil, err
		}
		p := whose(account)
		p["s"], p["h"] = salt, hash
		if _, err := tx.NonconcurrentDB().NewQuery(`INSERT INTO account_recovery_codes (collection, account, salt, hash) VALUES ({:c}, {:a}, {:s}, {:h})`).
			Bind(p).Execute(); err != nil {
			return nil, fmt.Errorf("keeping a recovery code: %w", err)
		}
		out[i] = code[:4] + "-" + code[4:8] + "-" + code[8:]
	}
	return out, nil
}

// RecoveryLeft is how many recovery codes an account still has.
func RecoveryLeft(app core.App, account *core.Record) (n int, err error) {
	err = db(app).NewQuery(`SELECT count(*) FROM account_recovery_codes WHERE account = {:a} AND collection = {:c}`).Bind(whose(account)).Row(&n)
	return n, err
}

// takeRecovery judges a recovery code and uses it up. The work is the same when the
// account has none.
func takeRecovery(tx core.App, account *core.Record, typed string) error {
	var kept []struct {
		Salt []byte `db:"salt"`
		Hash []byte `db:"hash"`
	}
	if err := tx.NonconcurrentDB().NewQuery(`SELECT salt, hash FROM account_recovery_codes WHERE account = {:a} AND collection = {:c}`).
		Bind(whose(account)).All(&kept); err != nil {
		return err
	}
	salt := make([]byte, 16)
	if len(kept) > 0 {
		salt = kept[0].Salt
	}
	hash, err := hashed(plainCode(typed), salt)
	if err != nil {
		return err
	}
	found := 0
	for _, k := range kept {
		found |= subtle.ConstantTimeCompare(hash, k.Hash)
	}
	if found == 0 {
		return ErrWrong
	}
	done, err := tx.NonconcurrentDB().NewQuery(`DELETE FROM account_recovery_codes WHERE account = {:a} AND collection = {:c} AND hash = {:h}`).
		Bind(with(whose(account), "h", hash)).Execute()
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return errJoin(ErrWrong, err)
	}
	return nil
}

// plainCode is a code as it was made, whatever its reader put between the letters.
func plainCode(typed string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(letters, r) {
			return r
		}
		return -1
	}, strings.ToUpper(typed[:min(len(typed), 64)]))
}

func hashed(code string, salt []byte) ([]byte, error) {
	return pbkdf2.Key(sha256.New, code, salt, rounds, sha256.Size)
}

func dropRecovery(tx core.App, account *core.Record) error {
	_, err := tx.NonconcurrentDB().NewQuery(`DELETE FROM account_recovery_codes WHERE account = {:a} AND collection = {:c}`).Bind(whose(account)).Execute()
	return err
}
