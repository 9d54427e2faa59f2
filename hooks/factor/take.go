package factor

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// ErrWrong is every way in which a second factor is not taken: wrong, used, another
// account's. Which of them it is, is nobody's to learn.
var ErrWrong = errors.New("the second factor is not right, or it was used already")

// Slow says how long to wait: there were too many tries.
type Slow struct{ Wait time.Duration }

func (s *Slow) Error() string {
	return fmt.Sprintf("too many tries at a second factor: wait %s", s.Wait)
}

// How many codes of one account may be tried within the window, by whichever door. A
// passkey cannot be guessed and is not counted: its owner gets in meanwhile.
const (
	window = 15 * time.Minute
	limit  = 10
)

// Proof is what somebody shows as their second factor: one of the three.
type Proof struct {
	Code    string // of an authenticator app, or a recovery code: their lengths tell them apart
	Passkey *Assertion
}

// Taken is the factor that was shown; of a recovery code, what is left of them.
type Taken struct {
	Factor
	Recovery bool
	Left     int
}

// Take judges a proof and runs then in the same transaction: both hold or neither, and
// of two at once with the same code one is taken. Whoever asks for an account that is
// not there gives nil, and waits as long. It is not to be called in a transaction: a
// try is counted before it is judged, and stays counted.
func Take(app core.App, account *core.Record, p Proof, at time.Time, then func(tx core.App, t Taken) error) (t Taken, err error) {
	if account == nil {
		_, err := hashed(plainCode(p.Code), make([]byte, 16))
		return t, errJoin(ErrWrong, err)
	}
	if p.Passkey == nil {
		if wait, err := try(app, account, at); err != nil || wait > 0 {
			if err == nil {
				err = &Slow{wait}
			}
			return t, err
		}
	}
	err = app.RunInTransaction(func(tx core.App) error {
		if t, err = judge(tx, account, p, at); err != nil {
			return err
		}
		if _, err := tx.NonconcurrentDB().NewQuery(`DELETE FROM account_factor_tries WHERE account = {:a} AND collection = {:c}`).
			Bind(whose(account)).Execute(); err != nil {
			return err
		}
		if then == nil {
			return nil
		}
		return then(tx, t)
	})
	return t, err
}

func judge(tx core.App, account *core.Record, p Proof, at time.Time) (t Taken, err error) {
	if p.Passkey != nil {
		t.Factor, err = takePasskey(tx, account, *p.Passkey, at)
		return t, err
	}
	if code := digits(p.Code); code != "" {
		t.Factor, err = takeTOTP(tx, account, code, at)
		return t, err
	}
	if err = takeRecovery(tx, account, p.Code); err != nil {
		return t, err
	}
	t.Recovery = true
	t.Left, err = RecoveryLeft(tx, account)
	return t, err
}

// digits is a code of six digits, whatever stands between them; empty when it is none.
func digits(typed string) string {
	var b strings.Builder
	for _, r := range typed[:min(len(typed), 40)] {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r != ' ' && r != '-' && r != '\t' && r != '\u00a0':
			return ""
		}
	}
	if b.Len() != 6 {
		return ""
	}
	return b.String()
}

// try counts before it is judged, so that many at once count too.
func try(app core.App, account *core.Record, at time.Time) (wait time.Duration, err error) {
	var t struct {
		Tries int   `db:"tries"`
		Since int64 `db:"since"`
	}
	p := whose(account)
	p["at"], p["from"] = at.Unix(), at.Add(-window).Unix()
	err = app.NonconcurrentDB().NewQuery(`INSERT INTO account_factor_tries (collection, account, tries, since) VALUES ({:c}, {:a}, 1, {:at})
		ON CONFLICT (account, collection) DO UPDATE SET
			tries = CASE WHEN since <= {:from} THEN 1 ELSE tries + 1 END, since = CASE WHEN since <= {:from} THEN {:at} ELSE since END
		RETURNING tries, since`).Bind(p).One(&t)
	if err != nil {
		return 0, fmt.Errorf("counting tries at a second factor: %w", err)
	}
	if t.Tries <= limit {
		return 0, nil
	}
	return max(time.Unix(t.Since, 0).Add(window).Sub(at), time.Second), nil
}

// used notes that a factor was used, if nobody used it meanwhile.
func used(tx core.App, id string, was, is int64, at time.Time) (bool, error) {
	done, err := tx.NonconcurrentDB().NewQuery(`UPDATE account_factors SET step = {:is}, used = {:at} WHERE id = {:id} AND step = {:was}`).
		Bind(map[string]any{"id": id, "is": is, "was": was, "at": at.Unix()}).Execute()
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// errJoin keeps why, and that of a failure of the store besides.
func errJoin(why, failed error) error {
	if failed != nil {
		return failed
	}
	return why
}
