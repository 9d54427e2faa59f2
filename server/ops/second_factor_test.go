package ops

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pquerna/otp/totp"

	"holdfast/hooks/factor"
	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// sealed gives an account its second factor, and catches the codes that are mailed.
func sealed(t *testing.T, s *demotest.Server, p demo.Person) (codes chan string) {
	t.Helper()
	u, err := s.App.FindRecordById("users", p.ID)
	if err != nil {
		t.Fatal(err)
	}
	err = kernel.Within(s.App, kernel.Actor{User: u, Door: "coordinate"}, func(tx core.App) error { return signin.SetMailedCode(tx, u, true, time.Now()) })
	if err != nil {
		t.Fatal(err)
	}
	codes = make(chan string, 20)
	s.App.OnMailerRecordOTPSend().BindFunc(func(e *core.MailerRecordEvent) error {
		codes <- e.Meta["password"].(string)
		return nil
	})
	return codes
}

// ask is one call of PocketBase's own sign-in, with the ids and tokens in its answer.
func ask(t *testing.T, s *demotest.Server, action string, body map[string]any) (status int, said map[string]any) {
	t.Helper()
	a := s.Do("POST", "/api/collections/users/"+action, "", body)
	a.JSON(t, &said)
	return a.Status, said
}

func password(p demo.Person) map[string]any {
	return map[string]any{"identity": p.Email(), "password": demo.Password}
}

func TestTheStockSignInNeedsBothFactors(t *testing.T) {
	s := house(t, Options{})
	codes := sealed(t, s, demo.Coordinator)
	status, said := ask(t, s, "auth-with-password", password(demo.Coordinator))
	mfa, _ := said["mfaId"].(string)
	if status != 401 || mfa == "" || len(said) != 1 {
		t.Fatalf("the password alone: %d %v", status, said)
	}
	status, said = ask(t, s, "request-otp", map[string]any{"email": demo.Coordinator.Email(), "mfaId": mfa})
	otp, _ := said["otpId"].(string)
	if status != 200 || otp == "" {
		t.Fatalf("asking for the code: %d %v", status, said)
	}
	var code string
	select {
	case code = <-codes:
	case <-time.After(time.Minute):
		t.Fatal("no code was mailed")
	}
	if status, said = ask(t, s, "auth-with-otp", map[string]any{"otpId": otp, "password": code}); status != 400 || said["token"] != nil {
		t.Fatalf("the code without the password: %d %v", status, said)
	}
	both := map[string]any{"otpId": otp, "password": code, "mfaId": mfa}
	if status, said = ask(t, s, "auth-with-otp", both); status != 200 || said["token"] == nil {
		t.Fatalf("both: %d %v", status, said)
	}
	if status, said = ask(t, s, "auth-with-otp", both); status != 400 || said["token"] != nil {
		t.Fatalf("both, a second time: %d %v", status, said)
	}
	if status, said = ask(t, s, "auth-with-password", password(demo.School)); status != 200 || said["token"] == nil {
		t.Fatalf("an account without it: %d %v", status, said)
	}
}

// A code is the second step only: to an account without one, to a stranger and to
// another person's sign-in it is neither mailed nor taken.
func TestACodeIsMailedOnlyAfterThePassword(t *testing.T) {
	s := house(t, Options{})
	codes := sealed(t, s, demo.Coordinator)
	_, said := ask(t, s, "auth-with-password", password(demo.Coordinator))
	mfa := said["mfaId"].(string)
	for why, body := range map[string]map[string]any{
		"an id that is made up":         {"email": demo.Coordinator.Email(), "mfaId": "abcdefghijklmno"},
		"another account's sign-in":     {"email": demo.School.Email(), "mfaId": mfa},
		"an account without the step":   {"email": demo.School.Email()},
		"an address without an account": {"email": "nobody@fellmoor.example", "mfaId": mfa},
	} {
		if status, said := ask(t, s, "request-otp", body); status != 200 || said["otpId"] == "" || len(said) != 1 {
			t.Errorf("%s: %d %v, which tells one from another", why, status, said)
		}
	}
	if n, err := s.App.CountRecords(core.CollectionNameOTPs); err != nil || n != 0 || len(codes) != 0 {
		t.Fatalf("%d codes were made and %d mailed: %v", n, len(codes), err)
	}
	// A code that is there by whatever way signs in nobody who has no second step.
	school, err := s.App.FindRecordById("users", demo.School.ID)
	if err != nil {
		t.Fatal(err)
	}
	otp := core.NewOTP(s.App)
	otp.SetCollectionRef(school.Collection().Id)
	otp.SetRecordRef(school.Id)
	otp.SetPassword("12345678")
	if err := s.App.Save(otp); err != nil {
		t.Fatal(err)
	}
	if status, said := ask(t, s, "auth-with-otp", map[string]any{"otpId": otp.Id, "password": "12345678"}); status != 400 || said["token"] != nil {
		t.Fatalf("a code alone: %d %v", status, said)
	}
}

// Nobody takes the second step off an account but its owner, at their own page.
func TestTheSecondFactorIsNotSetThroughTheAPI(t *testing.T) {
	s := house(t, Options{})
	sealed(t, s, demo.Coordinator)
	token := s.Token(demo.Coordinator)
	if a := s.Do("PATCH", "/api/collections/users/records/"+demo.Coordinator.ID, token, map[string]any{"second_factor": false}); a.Status < 400 {
		t.Errorf("its owner, without the code: %d %s", a.Status, a.Body)
	}
	u, err := s.App.FindRecordById("users", demo.Coordinator.ID)
	if err != nil || !u.GetBool("second_factor") {
		t.Fatal("it was taken off", err)
	}
	for _, who := range []demo.Person{demo.Coordinator, demo.Practitioner} {
		a := s.Do("GET", "/api/collections/users/records?perPage=200", s.Token(who), nil)
		if a.Status != 200 || contains(a.Body, "second_factor") {
			t.Errorf("%s reads who has a second factor: %s", who.Account, a.Body)
		}
		for _, c := range []string{core.CollectionNameOTPs, core.CollectionNameMFAs} {
			if a := s.Do("GET", "/api/collections/"+c+"/records", s.Token(who), nil); a.Status == 200 && !contains(a.Body, `"totalItems":0`) {
				t.Errorf("%s reads %s: %d %s", who.Account, c, a.Status, a.Body)
			}
		}
	}
}

// The official SDK, as PocketBase documents it: the sign-in is named in the query, and not
// at all where the mail is asked for.
func TestTheOfficialClientsSecondStep(t *testing.T) {
	s := house(t, Options{})
	codes := sealed(t, s, demo.Coordinator)
	if _, said := ask(t, s, "request-otp", map[string]any{"email": demo.Coordinator.Email()}); said["otpId"] == nil || len(codes) != 0 {
		t.Fatalf("before the password: %v", said)
	}
	_, said := ask(t, s, "auth-with-password", password(demo.Coordinator))
	mfa := said["mfaId"].(string)
	_, said = ask(t, s, "request-otp", map[string]any{"email": demo.Coordinator.Email()})
	var code string
	select {
	case code = <-codes:
	case <-time.After(time.Minute):
		t.Fatal("no code was mailed")
	}
	if status, said := ask(t, s, "auth-with-otp?mfaId="+mfa, map[string]any{"otpId": said["otpId"], "password": code}); status != 200 || said["token"] == nil {
		t.Fatalf("both: %d %v", status, said)
	}
}

// Where an account has better than a mailed code, or needs better, no code opens it by
// PocketBase's own doors, nor does any other of its ways as the second.
func TestNoMailedCodeOpensAnAccountThatHasBetter(t *testing.T) {
	s := house(t, Options{})
	codes := sealed(t, s, demo.School)
	school, err := s.App.FindRecordById("users", demo.School.ID)
	if err != nil {
		t.Fatal(err)
	}
	_, said := ask(t, s, "auth-with-password", password(demo.School))
	mfa := said["mfaId"].(string)
	_, said = ask(t, s, "request-otp", map[string]any{"email": demo.School.Email(), "mfaId": mfa})
	var code string
	select {
	case code = <-codes:
	case <-time.After(time.Minute):
		t.Fatal("no code was mailed")
	}
	e, err := factor.BeginTOTP(s.App, school, "x", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	shown, err := totp.GenerateCode(e.Secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	err = kernel.Within(s.App, kernel.Actor{User: school, Door: "coordinate"}, func(tx core.App) error {
		_, err := signin.AddTOTP(tx, school, e.ID, shown, "", time.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if status, said := ask(t, s, "auth-with-otp", map[string]any{"otpId": said["otpId"], "password": code, "mfaId": mfa}); status != 400 || said["token"] != nil {
		t.Fatalf("a code of before: %d %v", status, said)
	}
	_, said = ask(t, s, "auth-with-password", password(demo.School))
	mfa = said["mfaId"].(string)
	if status, _ := ask(t, s, "request-otp", map[string]any{"email": demo.School.Email(), "mfaId": mfa}); status != 200 {
		t.Fatalf("asking: %d", status)
	}
	if n, err := s.App.CountRecords(core.CollectionNameOTPs, dbx.HashExp{"recordRef": school.Id}); err != nil || n != 0 || len(codes) != 0 {
		t.Errorf("%d codes, %d mailed, %v", n, len(codes), err)
	}
	// another of PocketBase's ways came first
	m, err := s.App.FindMFAById(mfa)
	if err != nil {
		t.Fatal(err)
	}
	m.SetMethod(core.MFAMethodOAuth2)
	if err := s.App.Save(m); err != nil {
		t.Fatal(err)
	}
	with := password(demo.School)
	with["mfaId"] = mfa
	if status, said := ask(t, s, "auth-with-password", with); status != 400 || said["token"] != nil {
		t.Fatalf("another server's word and the password: %d %v", status, said)
	}
	if status, said := ask(t, s, "auth-with-password?mfaId="+mfa, password(demo.School)); status != 400 || said["token"] != nil {
		t.Fatalf("the same, in the query: %d %v", status, said)
	}

	token := operator(t, s)
	for who, account := range map[string]string{"by id": school.Id, "by address": strings.ToUpper(demo.School.Email())} {
		if a := s.Do("POST", "/api/ops/second-factor/reset", s.SignIn(demo.Coordinator), map[string]string{"account": account}); a.Status != 403 {
			t.Errorf("a coordinator resets it %s: %d", who, a.Status)
		}
		if a := s.Do("POST", "/api/ops/second-factor/reset", token, map[string]string{"account": account}); a.Status != 200 {
			t.Errorf("the operator %s: %d %s", who, a.Status, a.Body)
		}
	}
	if a := s.Do("POST", "/api/ops/second-factor/reset", token, map[string]string{"account": "nobody"}); a.Status != 404 {
		t.Errorf("nobody's: %d", a.Status)
	}
	if f, err := signin.SecondFactorOf(s.App, school); err != nil || f.Strong || !f.SignsInByMail() {
		t.Errorf("after the reset %+v, %v", f, err)
	}
}

func contains(body []byte, s string) bool { return strings.Contains(string(body), s) }

// The official SDK names the sign-in in the query, as PocketBase's own documentation has
// it, and the rest in the body (F3).
func TestTheSDKsSecondFactor(t *testing.T) {
	s := house(t, Options{})
	codes := sealed(t, s, demo.Coordinator)
	_, said := ask(t, s, "auth-with-password", password(demo.Coordinator))
	mfa, _ := said["mfaId"].(string)
	_, said = ask(t, s, "request-otp?mfaId="+mfa, map[string]any{"email": demo.Coordinator.Email()})
	var code string
	select {
	case code = <-codes:
	case <-time.After(time.Minute):
		t.Fatal("no code was mailed")
	}
	status, said := ask(t, s, "auth-with-otp?mfaId="+mfa, map[string]any{"otpId": said["otpId"], "password": code})
	if status != 200 || said["token"] == nil {
		t.Fatalf("%d %v", status, said)
	}
}
