package ops

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks"
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
	u.Set("second_factor", true)
	if err := s.App.Save(hooks.AsServer(u)); err != nil {
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
		"no password given":             {"email": demo.Coordinator.Email()},
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
