package devices

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

func house(t *testing.T) *demotest.Server {
	t.Helper()
	return demotest.Serve(t, demotest.App(t), Open)
}

func registered(t *testing.T, s *demotest.Server, who demo.Person) contract.DeviceAnswer {
	t.Helper()
	a := s.Do("POST", "/api/sync/devices", s.SignIn(who), contract.DeviceRequest{Name: "phone"})
	if a.Status != 200 {
		t.Fatalf("registering: %d %s", a.Status, a.Body)
	}
	var d contract.DeviceAnswer
	a.JSON(t, &d)
	return d
}

// A token that is sent and not good is a 401 on our routes and on PocketBase's: as
// a guest, its bearer would be told that there is nothing.
func TestABadTokenIsRefusedEverywhere(t *testing.T) {
	s := house(t)
	d := registered(t, s, demo.Practitioner)
	keys, err := signing.Load(s.App)
	if err != nil {
		t.Fatal(err)
	}
	good := jwt.RegisteredClaims{
		Issuer: signing.Issuer, Subject: demo.Practitioner.ID, Audience: jwt.ClaimStrings{signing.Issuer},
		ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Minute)),
	}
	sign := func(method jwt.SigningMethod, key any, typ string, c jwt.RegisteredClaims) string {
		token := jwt.NewWithClaims(method, claims{RegisteredClaims: c, Device: d.Device})
		token.Header["typ"] = typ
		text, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	other, expired, endless := good, good, good
	endless.ExpiresAt = nil
	other.Audience = jwt.ClaimStrings{"somebody else"}
	expired.ExpiresAt = jwt.NewNumericDate(time.Now().Add(-time.Minute))
	seal := func(typ string, c jwt.RegisteredClaims) string {
		text, err := keys.Sign(typ, claims{RegisteredClaims: c, Device: d.Device})
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	position, err := keys.Seal(signing.Position, claims{RegisteredClaims: good, Device: d.Device})
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(seal(signing.Receipt, good), ".") // its header says that it is a token
	receipts := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"EdDSA","typ":"at+jwt","kid":"`+keys.ID()+`"}`)) + "." + parts[1] + "." + parts[2]
	flipped := []byte(d.AccessToken)
	flipped[len(flipped)/2] ^= 1
	for name, token := range map[string]string{
		"rubbish":                        "rubbish",
		"one bit flipped":                string(flipped),
		"no signature":                   sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, signing.Access, good),
		"signed with the public key":     sign(jwt.SigningMethodHS256, keys.All()[0].Public, signing.Access, good),
		"another audience":               seal(signing.Access, other),
		"expired":                        seal(signing.Access, expired),
		"a receipt in place of a token":  seal(signing.Receipt, good),
		"a position in place of a token": position,
		"without an end":                 seal(signing.Access, endless),
		"signed with a receipts' key":    receipts,
	} {
		for _, path := range []string{"/api/sync/status", "/api/collections/cases/records", "/api/files/token", "/api/collections/users/auth-refresh"} {
			method := "GET"
			if strings.HasSuffix(path, "token") || strings.HasSuffix(path, "refresh") {
				method = "POST"
			}
			if a := s.Do(method, path, token, nil); a.Status != 401 {
				t.Errorf("%s at %s: %d %s", name, path, a.Status, a.Body)
			}
		}
	}
	if a := s.Do("GET", "/api/collections/cases/records", d.AccessToken, nil); a.Status != 200 || !strings.Contains(string(a.Body), "Marlowe") {
		t.Errorf("the good token: %d", a.Status)
	}
	login := map[string]string{"identity": demo.Practitioner.Email(), "password": demo.Password}
	if a := s.Do("POST", "/api/collections/users/auth-with-password", "rubbish", login); a.Status != 200 {
		t.Errorf("an old token keeps its owner from signing in: %d %s", a.Status, a.Body)
	}
}

func TestARefreshTokenSurvivesALostAnswerAndBetraysACopy(t *testing.T) {
	s := house(t)
	first := registered(t, s, demo.Practitioner).RefreshToken
	renew := func(token string) (contract.DeviceAnswer, demotest.Answer) {
		var d contract.DeviceAnswer
		a := s.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: token})
		if a.Status == 200 {
			a.JSON(t, &d)
		}
		return d, a
	}
	once, a := renew(first)
	if a.Status != 200 {
		t.Fatalf("renewing: %d %s", a.Status, a.Body)
	}
	again, _ := renew(first) // the answer was lost
	if again.RefreshToken != once.RefreshToken {
		t.Error("the same token gave another successor")
	}
	second, a := renew(once.RefreshToken)
	if a.Status != 200 {
		t.Fatal(a.Status)
	}
	if _, a := renew(first); a.Status != 401 || a.Code() != "device_ended" {
		t.Errorf("an old copy: %d %s", a.Status, a.Body)
	}
	if _, a := renew(second.RefreshToken); a.Status != 401 {
		t.Errorf("the family goes on after a copy was seen: %d", a.Status)
	}
	if _, a := renew("family.1.forged"); a.Status != 401 {
		t.Errorf("a forged one: %d", a.Status)
	}
}

func TestALostPhoneIsStoppedAlone(t *testing.T) {
	s := house(t)
	lost, kept := registered(t, s, demo.Practitioner), registered(t, s, demo.Practitioner)
	for _, stop := range [][2]string{{"locked", "device_locked"}, {"wipe", "device_wipe"}} { // which nobody takes back
		status, code := stop[0], stop[1]
		r, err := s.App.FindRecordById("devices", lost.Device)
		if err != nil {
			t.Fatal(err)
		}
		r.Set("status", status)
		if err := s.App.Save(kernel.AsServer(r)); err != nil {
			t.Fatal(err)
		}
		if a := s.Do("GET", "/api/collections/cases/records", lost.AccessToken, nil); a.Status != 403 || a.Code() != code {
			t.Errorf("%s: %d %s", status, a.Status, a.Body)
		}
		a := s.Do("GET", "/api/sync/status", lost.AccessToken, nil)
		var answer contract.StatusAnswer
		a.JSON(t, &answer)
		if a.Status != 200 || answer.Device.State != status {
			t.Errorf("status of a phone that is %s: %d %s", status, a.Status, a.Body)
		}
		if a := s.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: lost.RefreshToken}); a.Status == 200 {
			t.Errorf("a phone that is %s was given new tokens", status)
		}
	}
	if a := s.Do("GET", "/api/collections/cases/records", kept.AccessToken, nil); a.Status != 200 {
		t.Errorf("the same person's other phone: %d", a.Status)
	}
}

// Whose phone it is may end it, and no more: what locks or wipes it is for who answers
// for them, and what ended does not come back.
func TestItsOwnerEndsAPhone(t *testing.T) {
	s := house(t)
	d := registered(t, s, demo.Practitioner)
	as := func(who demo.Person, status string) error {
		user, err := s.App.FindRecordById("users", who.ID)
		if err != nil {
			t.Fatal(err)
		}
		return kernel.Within(s.App, kernel.Actor{User: user, Door: "coordinate"}, func(tx core.App) error {
			r, err := tx.FindRecordById("devices", d.Device)
			if err != nil {
				return err
			}
			r.Set("status", status)
			return tx.Save(r)
		})
	}
	for _, status := range []string{"locked", "wipe"} {
		if as(demo.Practitioner, status) == nil {
			t.Errorf("their own phone is made %s", status)
		}
	}
	if as(demo.Colleague, "ended") == nil {
		t.Error("a colleague ends it")
	}
	if err := as(demo.Practitioner, "ended"); err != nil {
		t.Fatal(err)
	}
	if a := s.Do("GET", "/api/sync/status", d.AccessToken, nil); a.Code() != "device_ended" {
		t.Errorf("afterwards: %d %s", a.Status, a.Body)
	}
	for _, who := range []demo.Person{demo.Practitioner, demo.Manager} {
		if as(who, "active") == nil {
			t.Errorf("%s brings it back", who.Account)
		}
	}
}

func TestAnAccountThatEndsTakesItsPhonesWithIt(t *testing.T) {
	s := house(t)
	d, token := registered(t, s, demo.Practitioner), s.Token(demo.Practitioner)
	u, err := s.App.FindRecordById("users", demo.Practitioner.ID)
	if err != nil {
		t.Fatal(err)
	}
	u.Set("active", false)
	if err := s.App.Save(kernel.AsServer(u)); err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{"the phone's": d.AccessToken, "PocketBase's": token} {
		if a := s.Do("GET", "/api/collections/cases/records", token, nil); a.Status != 401 {
			t.Errorf("%s token: %d", name, a.Status)
		}
	}
}

// Who sends too much hears so, also when they send slowly and listen only afterwards.
func TestWhoSendsTooMuchHearsIt(t *testing.T) {
	s := house(t)
	line, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	const half = 1 << 20
	fmt.Fprintf(line, "POST /api/sync/devices HTTP/1.1\r\nHost: holdfast\r\nAuthorization: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", s.SignIn(demo.Practitioner), 2*half)
	fmt.Fprint(line, `{"name":"`, strings.Repeat("x", half-9))
	time.Sleep(1200 * time.Millisecond) // longer than net/http waits before it ends a connection
	for range 4 {
		if _, err := fmt.Fprint(line, strings.Repeat("x", half/4)); err != nil {
			t.Fatalf("they were not heard out: %v", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	res, err := http.ReadResponse(bufio.NewReader(line), nil)
	if err != nil || res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("they hear %v, %v", res, err)
	}
}

func TestRegisteringRefusesWhatIsNotInTheContract(t *testing.T) {
	s := house(t)
	token := s.SignIn(demo.Practitioner)
	for name, c := range map[string]struct {
		body   any
		status int
		code   string
	}{
		"no name":           {map[string]any{}, 400, "malformed"},
		"an unknown member": {map[string]any{"name": "x", "admin": true}, 400, "malformed"},
		"a wrong type":      {map[string]any{"name": 7}, 400, "malformed"},
		"no JSON":           {strings.NewReader("{"), 400, "malformed"},
		"two values":        {strings.NewReader(`{"name":"a"}{"name":"b"}`), 400, "malformed"},
		"too large":         {map[string]any{"name": strings.Repeat("x", 1<<20)}, 413, "too_large"},
	} {
		a := s.Do("POST", "/api/sync/devices", token, c.body)
		if a.Status != c.status || a.Code() != c.code {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	n, err := s.App.CountRecords("devices")
	if err != nil || n != 0 {
		t.Errorf("%d devices were made by refused requests (%v)", n, err)
	}
	if a := s.Do("POST", "/api/sync/devices", "", contract.DeviceRequest{Name: "x"}); a.Status != 401 {
		t.Errorf("a guest: %d", a.Status)
	}
}
