package factor_test

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pquerna/otp/totp"

	"holdfast/hooks/factor"
)

// A store in which superusers' secrets lay open: they are sealed at the next start, all
// or none, a code that was used stays used, and nothing of them is left in the files.
func TestWhatSuperusersHadElsewhereMovesIn(t *testing.T) {
	h := open(t)
	second := core.NewRecord(h.boss.Collection())
	second.SetEmail("second@fellmoor.example")
	second.SetPassword("a long password of theirs")
	h.must(h.Save(second), "a second operator")
	run := func(sql string, with dbx.Params) {
		t.Helper()
		_, err := h.NonconcurrentDB().NewQuery(sql).Bind(with).Execute()
		h.must(err, sql)
	}
	count := func(table string) (n int) {
		t.Helper()
		h.must(h.NonconcurrentDB().NewQuery(`SELECT count(*) FROM `+table).Row(&n), table)
		return n
	}
	run(`CREATE TABLE operator_codes (operator TEXT PRIMARY KEY, secret TEXT NOT NULL, used INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID`, nil)
	secrets := map[string]string{}
	for _, id := range []string{h.boss.Id, second.Id, "nobodyanymore00"} {
		key, err := totp.Generate(totp.GenerateOpts{Issuer: "Holdfast", AccountName: "x"})
		h.must(err, "a secret")
		secrets[id] = key.Secret()
		run(`INSERT INTO operator_codes VALUES ({:o}, {:s}, {:u})`, dbx.Params{"o": id, "s": key.Secret(), "u": h.now.Unix() / 30})
	}
	had := count("account_factors")
	run(`CREATE TRIGGER fails BEFORE INSERT ON account_factors WHEN (SELECT count(*) FROM account_factors) > `+strconv.Itoa(had)+` BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`, nil)
	if _, err := factor.Install(h); err == nil {
		t.Fatal("half of them moved, and nobody said so")
	}
	if count("operator_codes") != 3 || count("account_factors") != had {
		t.Fatalf("cut off: %d there and %d here", count("operator_codes"), count("account_factors"))
	}
	run(`DROP TRIGGER fails`, nil)
	for range 2 {
		_, err := factor.Install(h)
		h.must(err, "a start")
	}
	if h.HasTable("operator_codes") || count("account_factors") != had+2 {
		t.Fatalf("the table is there: %v, and %d rows", h.HasTable("operator_codes"), count("account_factors"))
	}
	for _, operator := range []*core.Record{h.boss, second} {
		h.refused(h.take(operator, h.code(secrets[operator.Id], h.now)), "a code that was used")
		h.must(h.take(operator, h.code(secrets[operator.Id], h.now.Add(30*time.Second))), "the next")
	}
	for _, file := range []string{"data.db", "data.db-wal"} {
		raw, err := os.ReadFile(filepath.Join(h.DataDir(), file))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		for _, secret := range secrets {
			if bytes.Contains(raw, []byte(secret)) {
				t.Errorf("%s still holds a secret", file)
			}
		}
	}
}

// On the command line a new app and recovery codes are given at once; what was before is void.
func TestAnAppIsGivenInPlaceOfALostOne(t *testing.T) {
	h := open(t)
	_, before, err := factor.GiveTOTP(h, h.boss, "Holdfast", h.now)
	h.must(err, "giving one")
	lost := h.app(h.boss)
	address, after, err := factor.GiveTOTP(h, h.boss, "Holdfast", h.now)
	h.must(err, "giving another")
	if len(before) != 10 || len(after) != 10 {
		t.Fatalf("%d and %d recovery codes", len(before), len(after))
	}
	h.refused(h.take(h.boss, h.code(lost, h.now)), "the lost app's code")
	h.refused(h.take(h.boss, before[0]), "a recovery code of before")
	h.must(h.take(h.boss, after[0]), "one of now")
	h.must(h.take(h.boss, h.code(secretIn(t, address), h.now)), "the new app's code")
}

// secretIn is what an authenticator app makes of its address.
func secretIn(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "otpauth" || u.Query().Get("issuer") != "Holdfast" {
		t.Fatal(address, err)
	}
	return u.Query().Get("secret")
}
