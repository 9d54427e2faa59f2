package second

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pquerna/otp/totp"

	"holdfast/hooks/factor"
	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// gate is Fellmoor with this door, and a clock that a test turns.
type gate struct {
	*demotest.Server
	t   *testing.T
	now time.Time
}

func openGate(t *testing.T) *gate {
	t.Helper()
	g := &gate{t: t, now: demotest.Today}
	g.Server = demotest.Serve(t, demotest.App(t), func(e *core.ServeEvent) error { return Room{func() time.Time { return g.now }}.open(e) })
	g.URL = strings.Replace(g.URL, "127.0.0.1", "localhost", 1) // passkeys need a name
	return g
}

func (g *gate) user(p demo.Person) *core.Record {
	g.t.Helper()
	u, err := g.App.FindRecordById("users", p.ID)
	if err != nil {
		g.t.Fatal(err)
	}
	return u
}

func (g *gate) withApp(p demo.Person) (secret string, recovery []string) {
	g.t.Helper()
	u := g.user(p)
	e, err := factor.BeginTOTP(g.App, u, "x", g.now)
	if err != nil {
		g.t.Fatal(err)
	}
	err = kernel.Within(g.App, kernel.Actor{User: u, Door: "coordinate"}, func(tx core.App) (err error) {
		recovery, err = signin.AddTOTP(tx, u, e.ID, g.code(e.Secret), "", g.now)
		return err
	})
	if err != nil {
		g.t.Fatal(err)
	}
	g.now = g.now.Add(time.Minute)
	return e.Secret, recovery
}

func (g *gate) code(secret string) string {
	g.t.Helper()
	code, err := totp.GenerateCode(secret, g.now)
	if err != nil {
		g.t.Fatal(err)
	}
	return code
}

// password signs in as far as the password goes.
func (g *gate) password(p demo.Person) (mfa string) {
	g.t.Helper()
	a := g.Do("POST", "/api/collections/users/auth-with-password", "", map[string]string{"identity": p.Email(), "password": demo.Password})
	var said struct{ MfaID, Token string }
	a.JSON(g.t, &said)
	if a.Status != 401 || said.MfaID == "" || said.Token != "" {
		g.t.Fatalf("the password alone: %d %s", a.Status, a.Body)
	}
	return said.MfaID
}

func (g *gate) show(mfa, code string) demotest.Answer {
	g.t.Helper()
	return g.Do("POST", "/api/sign-in/factor", "", map[string]string{"mfaId": mfa, "code": code})
}

func (g *gate) refused(a demotest.Answer, code contract.Code, why string) {
	g.t.Helper()
	if a.Code() != string(code) || a.Status != contract.Of(code).Status {
		g.t.Fatalf("%s: %d %s", why, a.Status, a.Body)
	}
}

func TestAPhoneSignsInWithBoth(t *testing.T) {
	g := openGate(t)
	secret, recovery := g.withApp(demo.Practitioner)
	mfa := g.password(demo.Practitioner)
	var can contract.FactorsAnswer
	a := g.Do("POST", "/api/sign-in/factors", "", map[string]string{"mfaId": mfa})
	a.JSON(t, &can)
	if a.Status != 200 || strings.Join(can.Ways, " ") != "totp recovery" || can.Passkey != nil {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	g.refused(g.show(mfa, "000000"), contract.FactorWrong, "a wrong code")
	code := g.code(secret)
	a = g.show(mfa, code)
	var in contract.SignInAnswer
	a.JSON(t, &in)
	if a.Status != 200 || in.Token == "" || !strings.Contains(string(in.Record), demo.Practitioner.ID) || strings.Contains(string(a.Body), "second_factor") {
		t.Fatalf("both: %d %s", a.Status, a.Body)
	}
	u, err := g.App.FindAuthRecordByToken(in.Token, core.TokenTypeAuth)
	if err != nil || u.Id != demo.Practitioner.ID {
		t.Fatalf("the token is nobody's: %v", err)
	}
	g.refused(g.show(mfa, recovery[0]), contract.FactorWrong, "the same sign-in again")
	second := g.password(demo.Practitioner)
	g.refused(g.show(second, code), contract.FactorWrong, "the same code again")
	if a := g.show(second, recovery[0]); a.Status != 200 {
		t.Fatalf("a recovery code: %d %s", a.Status, a.Body)
	}
	third := g.password(demo.Practitioner)
	g.refused(g.show(third, recovery[0]), contract.FactorWrong, "the same recovery code again")
	theirs, _ := g.withApp(demo.School)
	g.refused(g.show(third, g.code(theirs)), contract.FactorWrong, "another account's code")
	g.refused(g.show("abcdefghijklmno", g.code(secret)), contract.FactorWrong, "a sign-in that never was")
	g.refused(g.Do("POST", "/api/sign-in/factors", "", map[string]string{"mfaId": "abcdefghijklmno"}), contract.FactorWrong, "asking of one that never was")
	for why, body := range map[string]any{
		"both":     map[string]any{"mfaId": third, "code": "1", "passkey": map[string]any{"ceremony": "x", "response": map[string]any{}}},
		"neither":  map[string]any{"mfaId": third},
		"a number": map[string]any{"mfaId": third, "code": 123456},
		"a field":  map[string]any{"mfaId": third, "code": "1", "admin": true},
		"long":     map[string]any{"mfaId": third, "code": strings.Repeat("1", 65)},
	} {
		g.refused(g.Do("POST", "/api/sign-in/factor", "", body), contract.Malformed, why)
	}
	g.refused(g.Do("POST", "/api/sign-in/factor", "", map[string]any{"mfaId": third, "code": strings.Repeat("1", 20_000)}), contract.TooLarge, "a body that is too large")
}

// Of many answers to one sign-in at once, each right by itself, one is taken.
func TestOneSignInIsOneToken(t *testing.T) {
	g := openGate(t)
	_, recovery := g.withApp(demo.Practitioner)
	mfa := g.password(demo.Practitioner)
	var in atomic.Int32
	var all sync.WaitGroup
	for _, code := range recovery[:5] {
		all.Go(func() {
			switch a := g.show(mfa, code); a.Status {
			case 200:
				in.Add(1)
			case 401:
			default:
				t.Errorf("%d %s", a.Status, a.Body)
			}
		})
	}
	all.Wait()
	if in.Load() != 1 {
		t.Fatalf("%d tokens of one password", in.Load())
	}
	if left, err := factor.RecoveryLeft(g.App, g.user(demo.Practitioner)); err != nil || left != 9 {
		t.Errorf("%d codes are left: those that were not taken are spent, %v", left, err)
	}
}

func TestAPhoneShowsAPasskey(t *testing.T) {
	g := openGate(t)
	u := g.user(demo.Practitioner)
	at := factor.PartyAt("x", "", strings.TrimPrefix(g.URL, "http://"))
	rp := virtualwebauthn.RelyingParty{ID: at.ID, Name: at.Name, Origin: at.Origin}
	is, key := virtualwebauthn.NewAuthenticator(), demotest.Passkey(t)
	ceremony, options, err := factor.BeginPasskey(g.App, u, at, g.now)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := virtualwebauthn.ParseAttestationOptions(`{"publicKey":` + string(options) + `}`)
	if err != nil {
		t.Fatal(err)
	}
	err = kernel.Within(g.App, kernel.Actor{User: u, Door: "coordinate"}, func(tx core.App) error {
		_, err := signin.AddPasskey(tx, u, at, ceremony, []byte(virtualwebauthn.CreateAttestationResponse(rp, is, key, *asked)), "", g.now)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	mfa := g.password(demo.Practitioner)
	var can contract.FactorsAnswer
	g.Do("POST", "/api/sign-in/factors", "", map[string]string{"mfaId": mfa}).JSON(t, &can)
	if strings.Join(can.Ways, " ") != "passkey recovery" || can.Passkey == nil {
		t.Fatalf("%+v", can)
	}
	question, err := virtualwebauthn.ParseAssertionOptions(`{"publicKey":` + string(can.Passkey.Options) + `}`)
	if err != nil {
		t.Fatal(err)
	}
	answer := contract.PasskeyAnswer{Ceremony: can.Passkey.Ceremony, Response: []byte(virtualwebauthn.CreateAssertionResponse(rp, is, key, *question))}
	if a := g.Do("POST", "/api/sign-in/factor", "", contract.FactorRequest{MFA: mfa, Passkey: &answer}); a.Status != 200 {
		t.Fatalf("the passkey: %d %s", a.Status, a.Body)
	}
	again := g.password(demo.Practitioner)
	g.refused(g.Do("POST", "/api/sign-in/factor", "", contract.FactorRequest{MFA: again, Passkey: &answer}), contract.FactorWrong, "the same answer again")
}

// Who needs a second factor and has none is told so, with a code that stays.
func TestWhoNeedsAFactorAndHasNoneIsTold(t *testing.T) {
	g := openGate(t)
	c, err := g.App.FindCollectionByNameOrId("account_policies")
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.Load(map[string]any{"second_factor": []string{"manager"}, "device_keys": "asked", "reason": "a test"})
	if err := g.App.Save(r); err != nil {
		t.Fatal(err)
	}
	mfa := g.password(demo.Manager)
	a := g.Do("POST", "/api/sign-in/factors", "", map[string]string{"mfaId": mfa})
	g.refused(a, contract.FactorNeeded, "asking")
	if !strings.Contains(string(a.Body), "/coordinate") {
		t.Errorf("it does not say where: %s", a.Body)
	}
	g.refused(g.show(mfa, "123456"), contract.FactorNeeded, "showing something")
	secret, _ := g.withApp(demo.Manager)
	if a := g.show(g.password(demo.Manager), g.code(secret)); a.Status != 200 {
		t.Fatalf("once it has one: %d %s", a.Status, a.Body)
	}
}

func TestGuessingIsSlowedHereToo(t *testing.T) {
	g := openGate(t)
	secret, _ := g.withApp(demo.Practitioner)
	for range 10 {
		g.refused(g.show(g.password(demo.Practitioner), "000000"), contract.FactorWrong, "a wrong code")
	}
	a := g.show(g.password(demo.Practitioner), g.code(secret))
	g.refused(a, contract.TooManyTries, "the right one after ten")
	if wait := a.Header.Get("Retry-After"); wait != "900" {
		t.Errorf("it says to wait %q", wait)
	}
	mfa := g.password(demo.Practitioner)
	u := g.user(demo.Practitioner)
	u.Set("active", false)
	if err := g.App.Save(kernel.AsServer(u)); err != nil {
		t.Fatal(err)
	}
	g.now = g.now.Add(time.Hour)
	g.refused(g.show(mfa, g.code(secret)), contract.FactorWrong, "an account that is switched off meanwhile")
}
