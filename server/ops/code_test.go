package ops

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pquerna/otp/totp"

	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// app is an operator's authenticator app: it was given the address that the command prints.
func authenticator(t *testing.T, s *demotest.Server) (code func() string) {
	t.Helper()
	r, err := s.App.FindAuthRecordByEmail(core.CollectionNameSuperusers, "operator@fellmoor.example")
	if err != nil {
		t.Fatal(err)
	}
	address, _ := given(t, s, r)
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "otpauth" || u.Query().Get("issuer") != "Holdfast" {
		t.Fatal(address, err)
	}
	return func() string {
		t.Helper()
		code, err := totp.GenerateCode(u.Query().Get("secret"), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
}

// given is what the command line gives an operator: what their app is told, and
// recovery codes.
func given(t *testing.T, s *demotest.Server, operator *core.Record) (address string, recovery []string) {
	t.Helper()
	err := kernel.Within(s.App, kernel.Actor{Door: "command"}, func(tx core.App) (err error) {
		address, recovery, err = signin.GiveOperatorCode(tx, operator, time.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return address, recovery
}

// signIn is what the stock dashboard calls, in its order: the password, a request for a
// code, the code with the first step's id in the query.
func operatorSignsIn(t *testing.T, s *demotest.Server, code string) (status int, token string) {
	t.Helper()
	mfa := passwordOf(t, s)
	var asked struct {
		OTP string `json:"otpId"`
	}
	a := s.Do("POST", "/api/collections/_superusers/request-otp", "", map[string]any{"email": "operator@fellmoor.example"})
	if a.JSON(t, &asked); a.Status != 200 || asked.OTP == "" {
		t.Fatalf("asking for a code: %d %s", a.Status, a.Body)
	}
	a = s.Do("POST", "/api/collections/_superusers/auth-with-otp?mfaId="+mfa, "", map[string]any{"otpId": asked.OTP, "password": code})
	var said struct{ Token string }
	a.JSON(t, &said)
	return a.Status, said.Token
}

func passwordOf(t *testing.T, s *demotest.Server) (mfa string) {
	t.Helper()
	var said struct {
		MFA   string `json:"mfaId"`
		Token string `json:"token"`
	}
	a := s.Do("POST", "/api/collections/_superusers/auth-with-password", "", map[string]any{"identity": "operator@fellmoor.example", "password": "a-long-password"})
	if a.JSON(t, &said); a.Status != 401 || said.MFA == "" || said.Token != "" {
		t.Fatalf("the password alone: %d %s", a.Status, a.Body)
	}
	return said.MFA
}

func TestAnOperatorSignsInWithACodeOfTheirApp(t *testing.T) {
	s := house(t, Options{})
	operator(t, s)
	mailed := 0
	s.App.OnMailerSend().BindFunc(func(e *core.MailerEvent) error { mailed++; return nil })
	if status, token := operatorSignsIn(t, s, "000000"); status != 400 || token != "" {
		t.Errorf("who was never given an app: %d", status)
	}
	code := authenticator(t, s)
	once := code()
	status, token := operatorSignsIn(t, s, once)
	if status != 200 || token == "" {
		t.Fatalf("with the app's code: %d", status)
	}
	if a := s.Do("GET", "/api/collections/users/records", token, nil); a.Status != 200 {
		t.Errorf("signed in: %d %s", a.Status, a.Body)
	}
	if status, _ := operatorSignsIn(t, s, once); status != 400 {
		t.Errorf("the same code a second time: %d", status)
	}
	if mailed > 0 {
		t.Errorf("%d mails were sent", mailed)
	}
	c, err := s.App.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil || c.AuthToken.Duration != 3600 {
		t.Errorf("a sign-in lasts %d s, %v", c.AuthToken.Duration, err)
	}
}

// A code is worth nothing without the password before it, after three wrong ones, or when
// the operator was given another app.
func TestACodeAloneOpensNothing(t *testing.T) {
	s := house(t, Options{})
	operator(t, s)
	code := authenticator(t, s)
	with := func(mfa, code string) int {
		t.Helper()
		return s.Do("POST", "/api/collections/_superusers/auth-with-otp", "", map[string]any{"otpId": "anything", "password": code, "mfaId": mfa}).Status
	}
	sealed(t, s, demo.Coordinator)
	_, said := ask(t, s, "auth-with-password", password(demo.Coordinator))
	theirs, _ := said["mfaId"].(string)
	for what, mfa := range map[string]string{"no password": "", "an invented id": "abcdefghijklmno", "a coordinator's password": theirs} {
		if status := with(mfa, code()); status != 400 {
			t.Errorf("with %s: %d", what, status)
		}
	}
	mfa := passwordOf(t, s)
	for range 3 {
		if status := with(mfa, "12345"); status != 400 {
			t.Errorf("a wrong one: %d", status)
		}
	}
	if status := with(mfa, code()); status != 400 {
		t.Errorf("the right one after three wrong: %d", status)
	}
	newer := authenticator(t, s)
	if lost := code(); lost != newer() {
		if status, _ := operatorSignsIn(t, s, lost); status != 400 {
			t.Errorf("a code of the app that was lost: %d", status)
		}
	}
	if status, _ := operatorSignsIn(t, s, newer()); status != 200 {
		t.Errorf("a code of the new one: %d", status)
	}
	if n := onRecord(t, s, "verb = 'factor_added' AND collection = '_superusers'"); n != 2 {
		t.Errorf("%d times on record that a second factor was given", n)
	}
}

// Without their app an operator signs in with a recovery code, in the same field, once.
func TestAnOperatorSignsInWithARecoveryCode(t *testing.T) {
	s := house(t, Options{})
	operator(t, s)
	r, err := s.App.FindAuthRecordByEmail(core.CollectionNameSuperusers, "operator@fellmoor.example")
	if err != nil {
		t.Fatal(err)
	}
	_, recovery := given(t, s, r)
	if status, token := operatorSignsIn(t, s, strings.ToLower(recovery[3])); status != 200 || token == "" {
		t.Fatalf("a recovery code: %d", status)
	}
	if status, _ := operatorSignsIn(t, s, recovery[3]); status != 400 {
		t.Errorf("the same a second time: %d", status)
	}
	if status, _ := operatorSignsIn(t, s, recovery[4]); status != 200 {
		t.Errorf("another: %d", status)
	}
	if n := onRecord(t, s, "verb = 'recovery_used' AND collection = '_superusers' AND record = '"+r.Id+"'"); n != 2 {
		t.Errorf("%d times on record", n)
	}
}

// Every wrong code of an operator's is on record; a flood of them is a few lines with a count.
func TestWrongCodesOfAnOperatorAreOnRecord(t *testing.T) {
	s := house(t, Options{})
	operator(t, s)
	authenticator(t, s)
	r, err := s.App.FindAuthRecordByEmail(core.CollectionNameSuperusers, "operator@fellmoor.example")
	if err != nil {
		t.Fatal(err)
	}
	wrong := "verb = 'sign_in_failed' AND collection = '_superusers' AND record = '" + r.Id + "' AND door = 'dashboard' AND fields LIKE '[\"code\"%'"
	mfa := passwordOf(t, s)
	try := func(mfa string) demotest.Answer {
		return s.Do("POST", "/api/collections/_superusers/auth-with-otp", "", map[string]any{"otpId": "x", "password": "12345", "mfaId": mfa})
	}
	try(mfa)
	if n := onRecord(t, s, wrong); n != 1 {
		t.Errorf("one wrong code is %d lines", n)
	}
	waited := 0
	for range 40 {
		mfa := passwordOf(t, s)
		if a := try(mfa); a.Status == 429 && a.Header.Get("Retry-After") != "" {
			waited++
		}
		try("nobodys")
	}
	if waited == 0 {
		t.Error("nobody ever waits")
	}
	if n := onRecord(t, s, "verb = 'sign_in_failed'"); n > 12 {
		t.Errorf("a flood is %d lines", n)
	}
	signin.RecordFailures(s.App, time.Now(), true)
	var count int
	if err := s.App.ConcurrentDB().NewQuery(`SELECT sum(count) FROM audit_log WHERE ` + wrong).Row(&count); err != nil || count != 41 {
		t.Errorf("of 41 wrong codes %d are counted, %v", count, err)
	}
}
