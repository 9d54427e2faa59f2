package factor_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/factor"
	"holdfast/hooks/signing"
	"holdfast/server/demo/demotest"
)

func TestAnAuthenticatorAppCountsOnceACodeOfItWasRight(t *testing.T) {
	h := open(t)
	e, err := factor.BeginTOTP(h, h.manager, "Fellmoor: the partnership", h.now)
	h.must(err, "beginning")
	if !bytes.HasPrefix(e.Picture, []byte("\x89PNG")) || len(e.Secret) != 32 {
		t.Fatalf("the secret %q, a picture of %d bytes", e.Secret, len(e.Picture))
	}
	wrong := "000000"
	if h.code(e.Secret, h.now) == wrong {
		wrong = "111111"
	}
	_, err = factor.FinishTOTP(h, h.manager, e.ID, wrong, "", h.now)
	h.refused(err, "a wrong code")
	if strong, err := factor.Strong(h, h.manager); strong || err != nil {
		t.Fatalf("it counts before a code was right: %v", err)
	}
	if _, err = factor.FinishTOTP(h, h.school, e.ID, h.code(e.Secret, h.now), "", h.now); !errors.Is(err, factor.ErrOver) {
		t.Fatalf("somebody else's enrolment was answered %v", err)
	}
	if _, err = factor.FinishTOTP(h, h.manager, e.ID, h.code(e.Secret, h.now.Add(16*time.Minute)), "", h.now.Add(16*time.Minute)); !errors.Is(err, factor.ErrOver) {
		t.Fatalf("after a quarter of an hour it was answered %v", err)
	}
	first := h.code(e.Secret, h.now)
	f, err := factor.FinishTOTP(h, h.manager, e.ID, first, "", h.now)
	h.must(err, "a right code")
	if f.Name != "Authenticator app" || f.Kind != factor.TOTP {
		t.Errorf("it is %+v", f)
	}
	if _, err = factor.FinishTOTP(h, h.manager, e.ID, first, "", h.now); !errors.Is(err, factor.ErrOver) {
		t.Fatalf("a second time it was answered %v", err)
	}
	h.refused(h.take(h.manager, first), "the code that proved it")
}

func TestACodeIsTakenOnceAndNoEarlierOneAfterIt(t *testing.T) {
	h := open(t)
	for _, account := range []*core.Record{h.manager, h.boss} {
		secret := h.app(account)
		now := h.code(secret, h.now)
		h.must(h.take(account, now[:3]+" "+now[3:]), "the code, as the app shows it")
		h.refused(h.take(account, now), "the same code")
		h.refused(h.take(account, h.code(secret, h.now.Add(-30*time.Second))), "the code before it")
		h.must(h.take(account, h.code(secret, h.now.Add(30*time.Second))), "the next, from a phone whose clock is ahead")
		h.refused(h.take(account, h.code(secret, h.now.Add(5*time.Minute))), "a code of a later time")
		h.refused(h.take(h.school, h.code(secret, h.now)), "the code for an account that has none")
	}
	school := h.app(h.school)
	h.now = h.now.Add(time.Minute)
	h.refused(h.take(h.manager, h.code(school, h.now)), "another account's code")
	_, err := factor.Take(h, nil, factor.Proof{Code: h.code(school, h.now)}, h.now, nil)
	h.refused(err, "a code for nobody")
}

// Of many that come at the same time with the same code, one is let in.
func TestOfManyAtOnceWithOneCodeOneIsTaken(t *testing.T) {
	h := open(t)
	secret := h.app(h.manager)
	codes, err := factor.NewRecovery(h, h.manager)
	h.must(err, "recovery codes")
	for _, code := range []string{h.code(secret, h.now), codes[3]} {
		var taken, ran atomic.Int32
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				_, err := factor.Take(h, h.manager, factor.Proof{Code: code}, h.now, func(core.App, factor.Taken) error { ran.Add(1); return nil })
				if err == nil {
					taken.Add(1)
				} else if !errors.Is(err, factor.ErrWrong) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if taken.Load() != 1 || ran.Load() != 1 {
			t.Fatalf("%d of 6 were let in, what follows ran %d times", taken.Load(), ran.Load())
		}
	}
}

// What follows and the code stand or fall together.
func TestACodeIsNotSpentWhenWhatFollowsFails(t *testing.T) {
	h := open(t)
	secret := h.app(h.manager)
	code := h.code(secret, h.now)
	failed := errors.New("the disk is full")
	if _, err := factor.Take(h, h.manager, factor.Proof{Code: code}, h.now, func(core.App, factor.Taken) error { return failed }); !errors.Is(err, failed) {
		t.Fatalf("answered %v", err)
	}
	h.must(h.take(h.manager, code), "the same code afterwards")
}

func TestARecoveryCodeWorksOnce(t *testing.T) {
	h := open(t)
	h.app(h.manager)
	codes, err := factor.NewRecovery(h, h.manager)
	h.must(err, "making them")
	if len(codes) != 10 {
		t.Fatalf("%d codes", len(codes))
	}
	typed := strings.ToLower(strings.ReplaceAll(codes[0], "-", " "))
	took, err := factor.Take(h, h.manager, factor.Proof{Code: typed}, h.now, nil)
	h.must(err, "a code as somebody types it")
	if !took.Recovery || took.Left != 9 {
		t.Errorf("it says %+v", took)
	}
	h.refused(h.take(h.manager, codes[0]), "the same again")
	h.refused(h.take(h.school, codes[1]), "another account with it")
	again, err := factor.NewRecovery(h, h.manager)
	h.must(err, "making new ones")
	h.refused(h.take(h.manager, codes[1]), "one of those before")
	h.must(h.take(h.manager, again[1]), "one of the new")

	var stored []struct{ Salt, Hash []byte }
	h.must(h.ConcurrentDB().NewQuery(`SELECT salt, hash FROM account_recovery_codes`).All(&stored), "reading the store")
	for _, s := range stored {
		for _, c := range again {
			if bytes.Contains(append(s.Salt, s.Hash...), []byte(strings.ReplaceAll(c, "-", ""))) {
				t.Fatal("the store holds a code")
			}
		}
	}
}

// Guessing is slowed by account, also many at once; a passkey still lets its owner in.
func TestGuessingIsSlowed(t *testing.T) {
	h := open(t)
	secret := h.app(h.manager)
	key := h.passkey(h.manager)
	var slowed atomic.Int32
	var all sync.WaitGroup
	for i := range 24 {
		all.Go(func() {
			_, err := factor.Take(h, h.manager, factor.Proof{Code: fmt.Sprintf("WRONG%07d", i)}, h.now, nil)
			var slow *factor.Slow
			if errors.As(err, &slow) && slow.Wait > 0 && slow.Wait <= 15*time.Minute {
				slowed.Add(1)
			} else if !errors.Is(err, factor.ErrWrong) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if slowed.Load() != 14 {
		t.Fatalf("%d of 24 were slowed", slowed.Load())
	}
	var slow *factor.Slow
	if err := h.take(h.manager, h.code(secret, h.now)); !errors.As(err, &slow) {
		t.Fatalf("the right code was answered %v", err)
	}
	h.app(h.school) // nobody else is slowed
	_, err := factor.Take(h, h.manager, h.shown(h.manager, key, h.party), h.now, nil)
	h.must(err, "the passkey meanwhile")
	h.must(h.take(h.manager, h.code(secret, h.now)), "and then a code")
	h.now = h.now.Add(16 * time.Minute)
	for range 10 {
		h.refused(h.take(h.manager, "WRONGWRONGWR"), "a wrong code")
	}
	h.now = h.now.Add(16 * time.Minute)
	h.must(h.take(h.manager, h.code(secret, h.now)), "after the window")
}

func TestAPasskeyIsShown(t *testing.T) {
	h := open(t)
	for _, account := range []*core.Record{h.manager, h.boss} {
		key := h.passkey(account)
		has, err := factor.Of(h, account)
		h.must(err, "what it has")
		if len(has) != 1 || has[0].Kind != factor.Passkey || has[0].Name != "My key" || !has[0].Used.IsZero() {
			t.Fatalf("it has %+v", has)
		}
		proof := h.shown(account, key, h.party)
		_, err = factor.Take(h, account, proof, h.now, nil)
		h.must(err, "showing it")
		_, err = factor.Take(h, account, proof, h.now, nil)
		h.refused(err, "the same answer again")
		_, err = factor.Take(h, h.school, h.shown(account, key, h.party), h.now, nil)
		h.refused(err, "the answer for another account")
		_, err = factor.Take(h, account, h.shown(account, demotest.Passkey(h.t), h.party), h.now, nil)
		h.refused(err, "a key that was never made here")
		elsewhere := factor.PartyAt("Fellmoor", "https://holdfast.evil.example", "holdfast.evil.example")
		_, err = factor.Take(h, account, h.shown(account, key, elsewhere), h.now, nil)
		h.refused(err, "an answer to another site")
		late := h.shown(account, key, h.party)
		_, err = factor.Take(h, account, late, h.now.Add(16*time.Minute), nil)
		h.refused(err, "an answer after a quarter of an hour")
	}
	for _, hostile := range []string{"", "{}", "null", `{"id":1}`, `{"id":"AA","rawId":"AA","type":"public-key","response":{}}`, strings.Repeat("[", 10_000)} {
		ceremony, _, err := factor.AskPasskey(h, h.manager, h.party, h.now)
		h.must(err, "asking")
		_, err = factor.Take(h, h.manager, factor.Proof{Passkey: &factor.Assertion{Party: h.party, Ceremony: ceremony, Response: []byte(hostile)}}, h.now, nil)
		h.refused(err, "the answer "+hostile[:min(len(hostile), 40)])
	}
}

// A key whose counter goes back is a copy.
func TestACopiedKeyIsRefused(t *testing.T) {
	h := open(t)
	key := h.passkey(h.manager)
	ahead := key
	ahead.Counter = 40
	_, err := factor.Take(h, h.manager, h.shown(h.manager, ahead, h.party), h.now, nil)
	h.must(err, "the key")
	_, err = factor.Take(h, h.manager, h.shown(h.manager, key, h.party), h.now, nil)
	h.refused(err, "its copy, which counts less")
}

func TestPasskeysNeedANameAndTLS(t *testing.T) {
	for _, c := range []struct{ app, host, id, origin string }{
		{"https://holdfast.example.org", "holdfast.example.org", "holdfast.example.org", "https://holdfast.example.org"},
		{"https://Holdfast.example.org:8443/", "holdfast.example.org:8443", "holdfast.example.org", "https://holdfast.example.org:8443"},
		{"https://holdfast.example.org", "other.example.org", "", ""},
		{"http://holdfast.example.org", "holdfast.example.org", "", ""},
		{"http://localhost:8090", "localhost:8090", "localhost", "http://localhost:8090"},
		{"http://127.0.0.1:8090", "127.0.0.1:8090", "", ""},
		{"https://192.0.2.7", "192.0.2.7", "", ""},
		{"", "", "", ""},
	} {
		if p := factor.PartyAt("x", c.app, c.host); p.ID != c.id || p.Origin != c.origin {
			t.Errorf("%+v gives %+v", c, p)
		}
	}
}

// A copied store gives nobody a code, and a row that is moved or changed opens nothing.
func TestTheStoreHoldsNoSecretAndMovesNone(t *testing.T) {
	h := open(t)
	secret := h.app(h.manager)
	h.app(h.school)
	var sealed []string
	h.must(h.ConcurrentDB().NewQuery(`SELECT hex(sealed) || hex(name) FROM account_factors UNION ALL SELECT hex(sealed) FROM account_factor_ceremonies`).Column(&sealed), "reading")
	for _, s := range sealed {
		if strings.Contains(s, fmt.Sprintf("%X", secret)) {
			t.Fatal("the store holds the secret")
		}
	}
	// whoever can write into the file plants their own secret on somebody's account
	if _, err := h.NonconcurrentDB().NewQuery(`UPDATE account_factors SET sealed = (SELECT sealed FROM account_factors WHERE account = {:m}), step = 0 WHERE account = {:s}`).
		Bind(dbx.Params{"m": h.manager.Id, "s": h.school.Id}).Execute(); err != nil {
		t.Fatal(err)
	}
	h.refused(h.take(h.school, h.code(secret, h.now)), "a secret that was planted")
}

func TestWithTheLastFactorGoTheRecoveryCodes(t *testing.T) {
	h := open(t)
	h.app(h.manager)
	h.passkey(h.manager)
	codes, err := factor.NewRecovery(h, h.manager)
	h.must(err, "codes")
	all, err := factor.Of(h, h.manager)
	h.must(err, "all")
	h.must(factor.Remove(h, h.school, all[0].ID), "somebody else's removal")
	if left, _ := factor.Of(h, h.manager); len(left) != 2 {
		t.Fatalf("another account took it away: %+v", left)
	}
	h.must(factor.Remove(h, h.manager, all[0].ID), "the first")
	if n, _ := factor.RecoveryLeft(h, h.manager); n != 10 {
		t.Fatalf("%d codes are left beside a factor", n)
	}
	h.must(factor.Remove(h, h.manager, all[1].ID), "the last")
	if n, _ := factor.RecoveryLeft(h, h.manager); n != 0 {
		t.Fatalf("%d codes are left without a factor", n)
	}
	h.refused(h.take(h.manager, codes[0]), "a code without a factor")
	for i := range 13 {
		e, err := factor.BeginTOTP(h, h.manager, "x", h.now)
		h.must(err, "beginning")
		_, err = factor.FinishTOTP(h, h.manager, e.ID, h.code(e.Secret, h.now), "", h.now)
		if (err != nil) != (i == 12) || (err != nil && !errors.Is(err, factor.ErrTooMany)) {
			t.Fatalf("the %dth was answered %v", i+1, err)
		}
	}
	h.must(factor.Clear(h, h.manager), "clearing")
	if any, err := factor.Any(h, h.manager); any || err != nil {
		t.Fatalf("something is left, %v", err)
	}
}

// The server's key is another after a year: what the one before sealed opens on, and is
// sealed anew before that one is forgotten.
func TestFactorsOutliveTheKeyThatSealedThem(t *testing.T) {
	h := open(t)
	secret := h.app(h.manager)
	key := h.passkey(h.manager)
	keys, err := signing.Load(h)
	h.must(err, "the keys")
	sealed := func() (all []string) {
		h.must(h.ConcurrentDB().NewQuery(`SELECT hex(sealed) FROM account_factors ORDER BY id`).Column(&all), "reading")
		return all
	}
	before := sealed()
	h.must(keys.Rotate("derived", time.Now()), "rotating")
	h.must(h.take(h.manager, h.code(secret, h.now)), "a code after it")
	_, err = factor.Take(h, h.manager, h.shown(h.manager, key, h.party), h.now, nil)
	h.must(err, "a passkey after it")
	for range 2 {
		h.must(factor.Reseal(h), "sealing anew")
	}
	after := sealed()
	if len(after) != 2 || after[0] == before[0] || after[1] == before[1] {
		t.Fatal("it is sealed with the key of before")
	}
	h.now = h.now.Add(time.Minute)
	h.must(h.take(h.manager, h.code(secret, h.now)), "a code, sealed anew")
}
