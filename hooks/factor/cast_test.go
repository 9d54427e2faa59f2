package factor_test

import (
	"encoding/base32"
	"errors"

	"testing"
	"time"

	"github.com/descope/virtualwebauthn"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pquerna/otp/totp"

	"holdfast/hooks/factor"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// house is a Fellmoor with a manager, the school's practitioner and a superuser.
type house struct {
	core.App
	t                     *testing.T
	manager, school, boss *core.Record
	party                 factor.Party
	now                   time.Time
	authenticator         virtualwebauthn.Authenticator
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{App: demotest.App(t), t: t, party: factor.PartyAt("Fellmoor", "https://holdfast.fellmoor.example", "holdfast.fellmoor.example"),
		now: time.Date(2026, 11, 20, 9, 0, 10, 0, time.UTC), authenticator: virtualwebauthn.NewAuthenticator()}
	h.manager, h.school = h.user(demo.Manager), h.user(demo.School)
	supers, err := h.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatal(err)
	}
	h.boss = core.NewRecord(supers)
	h.boss.SetEmail("operator@fellmoor.example")
	h.boss.SetPassword("a long password of theirs")
	if err := h.Save(h.boss); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) user(p demo.Person) *core.Record {
	h.t.Helper()
	u, err := h.FindRecordById("users", p.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	return u
}

// app gives an account an authenticator app and answers its secret.
func (h *house) app(account *core.Record) (secret string) {
	h.t.Helper()
	e, err := factor.BeginTOTP(h, account, "Fellmoor", h.now)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := factor.FinishTOTP(h, account, e.ID, h.code(e.Secret, h.now), "", h.now); err != nil {
		h.t.Fatal(err)
	}
	h.now = h.now.Add(time.Minute) // the code that proved it is spent
	return e.Secret
}

// code is what an authenticator app shows at that time.
func (h *house) code(secret string, at time.Time) string {
	h.t.Helper()
	if _, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret); err != nil {
		h.t.Fatalf("the secret %q: %v", secret, err)
	}
	code, err := totp.GenerateCode(secret, at)
	if err != nil {
		h.t.Fatal(err)
	}
	return code
}

func (h *house) take(account *core.Record, code string) error {
	_, err := factor.Take(h, account, factor.Proof{Code: code}, h.now, nil)
	return err
}

func (h *house) refused(err error, why string) {
	h.t.Helper()
	if !errors.Is(err, factor.ErrWrong) {
		h.t.Fatalf("%s was answered %v", why, err)
	}
}

func (h *house) must(err error, what string) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("%s: %v", what, err)
	}
}

// relying is the party as the software authenticator knows it.
func (h *house) relying(p factor.Party) virtualwebauthn.RelyingParty {
	return virtualwebauthn.RelyingParty{ID: p.ID, Name: p.Name, Origin: p.Origin}
}

// passkey makes one for an account.
func (h *house) passkey(account *core.Record) virtualwebauthn.Credential {
	h.t.Helper()
	ceremony, options, err := factor.BeginPasskey(h, account, h.party, h.now)
	h.must(err, "beginning a passkey")
	parsed, err := virtualwebauthn.ParseAttestationOptions(`{"publicKey":` + string(options) + `}`)
	h.must(err, string(options))
	key := demotest.Passkey(h.t)
	answer := virtualwebauthn.CreateAttestationResponse(h.relying(h.party), h.authenticator, key, *parsed)
	_, err = factor.FinishPasskey(h, account, h.party, ceremony, []byte(answer), "  My\nkey ", h.now)
	h.must(err, "finishing a passkey")
	return key
}

// shown is a passkey's answer to a fresh question about an account.
func (h *house) shown(account *core.Record, key virtualwebauthn.Credential, at factor.Party) factor.Proof {
	h.t.Helper()
	ceremony, options, err := factor.AskPasskey(h, account, h.party, h.now)
	h.must(err, "asking for a passkey")
	parsed, err := virtualwebauthn.ParseAssertionOptions(`{"publicKey":` + string(options) + `}`)
	h.must(err, string(options))
	return factor.Proof{Passkey: &factor.Assertion{Party: h.party, Ceremony: ceremony,
		Response: []byte(virtualwebauthn.CreateAssertionResponse(h.relying(at), h.authenticator, key, *parsed))}}
}
