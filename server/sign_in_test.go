package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/ops"
)

// The whole house: what a phone does to sign in with a code, and what is on record of it.
func TestAPhoneSignsInThroughTheWholeHouse(t *testing.T) {
	app := demotest.App(t)
	ops.Bind(app)
	var code string
	app.OnMailerRecordOTPSend("users").BindFunc(func(e *core.MailerRecordEvent) error {
		code, _ = e.Meta["password"].(string)
		return nil
	})
	s := demotest.Serve(t, app, rooms(&ops.Options{Mail: t.TempDir()})...)
	mailedCode(t, app, demo.Manager, true)
	ask := func(route string, body map[string]any) (demotest.Answer, map[string]any) {
		a := s.Do("POST", "/api/collections/users/"+route, "", body)
		var said map[string]any
		a.JSON(t, &said)
		return a, said
	}
	typed := strings.ToUpper(demo.Manager.Email()) + " "
	a, said := ask("auth-with-password", map[string]any{"identity": typed, "password": demo.Password})
	if a.Status != 401 || said["mfaId"] == nil {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	mfa := said["mfaId"]
	if a, said = ask("request-otp", map[string]any{"email": typed, "mfaId": mfa}); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	for range 200 {
		if code != "" {
			break
		}
		s.Do("GET", "/api/health", "", nil) // the mail goes out behind the answer
	}
	otp := said["otpId"]
	if a, _ = ask("auth-with-otp", map[string]any{"otpId": otp, "password": "00000000", "mfaId": mfa}); a.Status != 400 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if a, said = ask("auth-with-otp", map[string]any{"otpId": otp, "password": code, "mfaId": mfa}); a.Status != 200 || said["token"] == nil {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	var lines []string
	if err := app.ConcurrentDB().NewQuery(`SELECT verb || ' ' || fields || ' ' || door FROM audit_log WHERE verb LIKE 'sign_in%' AND record = '` + demo.Manager.ID + `' ORDER BY rowid`).Column(&lines); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(lines, "\n"); got != "sign_in_failed [\"code\"] rest\nsign_in [\"code\"] rest" {
		t.Errorf("on record:\n%s", got)
	}
}

// A refresh token is not guessed, and a phone whose token is right is not kept out by
// somebody who tries.
func TestGuessingRefreshTokensIsSlowed(t *testing.T) {
	app := demotest.App(t)
	s := demotest.Serve(t, app, rooms(&ops.Options{})...)
	var phone struct {
		Refresh string `json:"refresh_token"`
	}
	s.Do("POST", "/api/sync/devices", s.SignIn(demo.Colleague), map[string]string{"name": "A phone"}).JSON(t, &phone)
	refresh := func(token string) demotest.Answer {
		return s.Do("POST", "/api/sync/devices/refresh", "", map[string]string{"refresh_token": token})
	}
	for range 5 {
		if a := refresh("nosuchfamily.1.x"); a.Status != 401 || a.Code() != "device_ended" {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	if a := refresh("nosuchfamily.1.x"); a.Status != 429 || a.Header.Get("Retry-After") == "" {
		t.Errorf("the sixth guess: %d %s", a.Status, a.Body)
	}
	for range 8 { // and renewing what is right is no try
		a := refresh(phone.Refresh)
		if a.Status != 200 {
			t.Fatalf("the phone itself: %d %s", a.Status, a.Body)
		}
		a.JSON(t, &phone)
	}
}

// Whoever asks for a new password by which door, the mail leads to our own page.
func TestAResetAskedForByTheAPILeadsToOurPage(t *testing.T) {
	app := demotest.App(t)
	folder := t.TempDir()
	s := demotest.Serve(t, app, rooms(&ops.Options{Mail: folder})...)
	if a := s.Do("POST", "/api/collections/users/request-password-reset", "", map[string]any{"email": " Colleague@Fellmoor.example"}); a.Status != 204 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	var mails []string
	for end := time.Now().Add(20 * time.Second); len(mails) == 0 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		mails = must(filepath.Glob(filepath.Join(folder, "*.eml"))) // it goes out behind the answer
	}
	if len(mails) != 1 {
		t.Fatalf("%d mails", len(mails))
	}
	words := strings.ReplaceAll(string(must(os.ReadFile(mails[0]))), "=\r\n", "")
	if !strings.Contains(words, "/coordinate/reset/") || strings.Contains(words, "/_/") || !strings.Contains(words, demo.Colleague.Email()) {
		t.Errorf("%s", words)
	}
}

// mailedCode has a person choose, or no longer choose, to be mailed a code.
func mailedCode(t *testing.T, app core.App, p demo.Person, on bool) {
	t.Helper()
	u := must(app.FindRecordById("users", p.ID))
	err := kernel.Within(app, kernel.Actor{User: u, Door: "coordinate"}, func(tx core.App) error { return signin.SetMailedCode(tx, u, on, time.Now()) })
	if err != nil {
		t.Fatal(err)
	}
}
