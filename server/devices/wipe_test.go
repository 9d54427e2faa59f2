package devices

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/dbx"

	"holdfast/hooks/kernel"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// keyed is a phone that holds a key, with what it registered of it.
type keyed struct {
	contract.DeviceAnswer
	private crypto.Signer
	method  jwt.SigningMethod
}

func withKey(t *testing.T, s *demotest.Server, who demo.Person, curve string) keyed {
	t.Helper()
	k := keyed{method: jwt.SigningMethodES256}
	b64 := base64.RawURLEncoding.EncodeToString
	jwk := map[string]any{"kid": "mine", "use": "sig", "key_ops": []string{"verify"}} // as a library writes it
	if curve == "P-256" {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		point, err := key.PublicKey.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		jwk["kty"], jwk["crv"], jwk["x"], jwk["y"] = "EC", curve, b64(point[1:33]), b64(point[33:])
		k.private = key
	} else {
		public, key, err := ed25519.GenerateKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		jwk["kty"], jwk["crv"], jwk["x"] = "OKP", curve, b64(public)
		k.private, k.method = key, jwt.SigningMethodEdDSA
	}
	text, err := json.Marshal(jwk)
	if err != nil {
		t.Fatal(err)
	}
	a := s.Do("POST", "/api/sync/devices", s.SignIn(who), contract.DeviceRequest{Name: "phone", PublicKey: string(text)})
	if a.Status != 200 {
		t.Fatalf("registering: %d %s", a.Status, a.Body)
	}
	a.JSON(t, &k.DeviceAnswer)
	return k
}

func (k keyed) receipt(t *testing.T, typ, device, order string) string {
	t.Helper()
	token := jwt.NewWithClaims(k.method, jwt.MapClaims{"did": device, "order": order, "iat": 7, "exp": 8, "unsent": 0}) // by a clock of 1970
	token.Header["typ"] = typ
	text, err := token.SignedString(k.private)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func turn(t *testing.T, s *demotest.Server, device, status string) {
	t.Helper()
	d, err := s.App.FindRecordById("devices", device)
	if err != nil {
		t.Fatal(err)
	}
	d.Set("status", status)
	if err := s.App.Save(d); err != nil {
		t.Fatal(err)
	}
}

func stateOf(t *testing.T, s *demotest.Server, device string) string {
	t.Helper()
	d, err := s.App.FindRecordById("devices", device)
	if err != nil {
		t.Fatal(err)
	}
	return d.GetString("status")
}

func orderIn(a demotest.Answer) string {
	var e struct{ Data struct{ Order string } }
	_ = json.Unmarshal(a.Body, &e)
	return e.Data.Order
}

func confirm(s *demotest.Server, device, receipt string) demotest.Answer {
	return s.Do("POST", "/api/sync/devices/wiped", "", contract.WipedRequest{Device: device, Receipt: receipt})
}

// A lost phone is told to empty itself by whatever it still can sign with, proves that
// it did, and is gone; said again, it is answered again.
func TestAWipedPhoneSaysSoWithItsOwnSignature(t *testing.T) {
	for _, curve := range []string{"P-256", "Ed25519"} {
		s := house(t)
		lost, kept := withKey(t, s, demo.Practitioner, curve), registered(t, s, demo.Practitioner)
		turn(t, s, lost.Device, "wipe")

		told := s.Do("GET", "/api/collections/cases/records", lost.AccessToken, nil)
		order := orderIn(told)
		if told.Code() != "device_wipe" || order == "" {
			t.Fatalf("%d %s", told.Status, told.Body)
		}
		var status contract.StatusAnswer
		s.Do("GET", "/api/sync/status", lost.AccessToken, nil).JSON(t, &status)
		if status.Device.State != "wipe" || status.Device.Order != order {
			t.Errorf("the status: %+v", status.Device)
		}
		receipt := lost.receipt(t, "wiped+jwt", lost.Device, order)
		for range 2 { // the first answer was lost
			var a contract.WipedAnswer
			said := s.Do("POST", "/api/sync/devices/wiped", lost.AccessToken, contract.WipedRequest{Device: lost.Device, Receipt: receipt}) // its token stands in nobody's way
			said.JSON(t, &a)
			if said.Status != 200 || a.State != "wiped" || stateOf(t, s, lost.Device) != "wiped" {
				t.Fatalf("%s: %d %s", curve, said.Status, said.Body)
			}
		}
		d, err := s.App.FindRecordById("devices", lost.Device)
		if err != nil {
			t.Fatal(err)
		}
		if d.GetString("wipe_receipt") != receipt || d.GetDateTime("wiped_at").IsZero() || d.GetDateTime("wipe_ordered_at").IsZero() {
			t.Errorf("what is kept of it: %v", d.FieldsData())
		}
		var lines int
		if err := s.App.ConcurrentDB().NewQuery(`SELECT count(*) FROM audit_log WHERE verb = 'wiped' AND record = {:d} AND device = {:d} AND actor = {:u}`).
			Bind(dbx.Params{"d": lost.Device, "u": demo.Practitioner.ID}).Row(&lines); err != nil || lines != 1 {
			t.Errorf("%d lines in the audit log (%v)", lines, err)
		}
		if a := s.Do("GET", "/api/sync/status", lost.AccessToken, nil); a.Code() != "device_ended" {
			t.Errorf("afterwards: %d %s", a.Status, a.Body)
		}
		if a := s.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: lost.RefreshToken}); a.Code() != "device_ended" {
			t.Errorf("its refresh token afterwards: %d %s", a.Status, a.Body)
		}
		if a := s.Do("GET", "/api/collections/cases/records", kept.AccessToken, nil); a.Status != 200 || strings.Contains(string(a.Body), receipt) {
			t.Errorf("the same person's other phone: %d", a.Status)
		}
		if a := s.Do("GET", "/api/collections/devices/records", kept.AccessToken, nil); strings.Contains(string(a.Body), receipt) || !strings.Contains(string(a.Body), `"wiped"`) {
			t.Errorf("what its owner sees of it: %s", a.Body)
		}
	}
}

// Nothing but this device's own answer to this order ends it.
func TestNobodyElseSaysThatAPhoneIsWiped(t *testing.T) {
	s := house(t)
	lost, other, bare := withKey(t, s, demo.Practitioner, "P-256"), withKey(t, s, demo.School, "Ed25519"), registered(t, s, demo.Practitioner)
	order := func(device string) string {
		turn(t, s, device, "wipe")
		var found string
		for _, d := range []keyed{lost, other, {DeviceAnswer: bare}} {
			if d.Device == device {
				found = orderIn(s.Do("GET", "/api/collections/cases/records", d.AccessToken, nil))
			}
		}
		return found
	}
	early := lost.receipt(t, "wiped+jwt", lost.Device, "")
	if a := confirm(s, lost.Device, early); a.Status != 403 || a.Code() != "receipt_not_valid" || stateOf(t, s, lost.Device) != "active" {
		t.Errorf("before any order: %d %s", a.Status, a.Body)
	}
	stale := lost.receipt(t, "wiped+jwt", lost.Device, "2026-01-01 10:00:00.000Z")
	now, others, ofBare := order(lost.Device), order(other.Device), order(bare.Device)
	if now == others || now == "" {
		t.Fatalf("orders %q, %q", now, others)
	}
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{"did": lost.Device, "order": now}).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	good := lost.receipt(t, "wiped+jwt", lost.Device, now)
	keys, err := signing.Load(s.App)
	if err != nil {
		t.Fatal(err)
	}
	servers, err := keys.Sign(signing.Receipt, jwt.MapClaims{"did": lost.Device, "order": now})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ device, receipt string }{
		"a receipt of another order":       {lost.Device, stale},
		"another device's key":             {lost.Device, other.receipt(t, "wiped+jwt", lost.Device, now)},
		"another device's order":           {lost.Device, lost.receipt(t, "wiped+jwt", lost.Device, others)},
		"for another device":               {lost.Device, lost.receipt(t, "wiped+jwt", other.Device, now)},
		"one device's receipt for another": {other.Device, good},
		"another type":                     {lost.Device, lost.receipt(t, "JWT", lost.Device, now)},
		"no signature":                     {lost.Device, none},
		"the server's own signature":       {lost.Device, servers},
		"one letter changed":               {lost.Device, good[:len(good)-10] + "AAAA" + good[len(good)-6:]},
		"rubbish":                          {lost.Device, "rubbish"},
		"a device that registered no key":  {bare.Device, lost.receipt(t, "wiped+jwt", bare.Device, ofBare)},
		"a device that is not there":       {"nosuchdevice000", good},
	} {
		if a := confirm(s, c.device, c.receipt); a.Status != 403 || a.Code() != "receipt_not_valid" {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	for _, device := range []string{lost.Device, other.Device, bare.Device} {
		if got := stateOf(t, s, device); got != "wipe" {
			t.Errorf("%s is %s", device, got)
		}
	}
	d, err := s.App.FindRecordById("devices", lost.Device)
	if err != nil {
		t.Fatal(err)
	}
	d.Set("status", "wiped")
	if err := s.App.Save(d); err == nil {
		t.Error("somebody else's word made it wiped")
	}
	if a := confirm(s, lost.Device, good); a.Status != 200 {
		t.Fatalf("the good one: %d %s", a.Status, a.Body)
	}
	d, err = s.App.FindRecordById("devices", lost.Device)
	if err != nil {
		t.Fatal(err)
	}
	d.Set("status", "active")
	if err := s.App.Save(kernel.AsServer(d)); err == nil {
		t.Error("a wiped device came back")
	}
}

// A phone that comes back when its tokens have long run out, or its user's account has
// ended, is told all the same: any signature of ours on what it shows will do.
func TestAWipedPhoneIsToldByAnySignature(t *testing.T) {
	s := house(t)
	d := withKey(t, s, demo.Practitioner, "P-256")
	keys, err := signing.Load(s.App)
	if err != nil {
		t.Fatal(err)
	}
	expired, err := keys.Sign(signing.Access, claims{Device: d.Device, RegisteredClaims: jwt.RegisteredClaims{
		Issuer: signing.Issuer, Subject: demo.Practitioner.ID, Audience: jwt.ClaimStrings{signing.Issuer}, ExpiresAt: jwt.NewNumericDate(time.Now().AddDate(-1, 0, 0)),
	}})
	if err != nil {
		t.Fatal(err)
	}
	if a := s.Do("POST", "/api/sync/pull", expired, contract.PullRequest{}); a.Code() != "token_expired" {
		t.Errorf("under no order an old token is an old token: %d %s", a.Status, a.Body)
	}
	turn(t, s, d.Device, "wipe")
	forged := expired[:len(expired)-8] + "AAAAAAAA"
	if a := s.Do("GET", "/api/sync/status", forged, nil); a.Code() != "unauthorised" || orderIn(a) != "" {
		t.Errorf("a forged token: %d %s", a.Status, a.Body)
	}
	if _, err := s.App.NonconcurrentDB().NewQuery(`UPDATE device_sessions SET used = 1, started = 1`).Execute(); err != nil {
		t.Fatal(err)
	}
	u, err := s.App.FindRecordById("users", demo.Practitioner.ID)
	if err != nil {
		t.Fatal(err)
	}
	u.Set("active", false)
	if err := s.App.Save(kernel.AsServer(u)); err != nil {
		t.Fatal(err)
	}
	for name, ask := range map[string]func() demotest.Answer{
		"a token of today, the account has ended": func() demotest.Answer { return s.Do("POST", "/api/sync/pull", d.AccessToken, contract.PullRequest{}) },
		"a token of a year ago":                   func() demotest.Answer { return s.Do("POST", "/api/sync/pull", expired, contract.PullRequest{}) },
		"a refresh token of 1970": func() demotest.Answer {
			return s.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: d.RefreshToken})
		},
	} {
		for range 2 {
			if a := ask(); a.Status != 403 || a.Code() != "device_wipe" || orderIn(a) == "" {
				t.Errorf("%s: %d %s", name, a.Status, a.Body)
			}
		}
	}
}

func TestAKeyThatCannotBeReadIsNotRegistered(t *testing.T) {
	s := house(t)
	x := strings.Repeat("A", 43)
	for name, key := range map[string]string{
		"no JSON":            "MCowBQYDK2VwAyEA",
		"another curve":      `{"kty":"EC","crv":"P-384","x":"` + x + `","y":"` + x + `"}`,
		"off the curve":      `{"kty":"EC","crv":"P-256","x":"` + x + `","y":"` + x + `"}`,
		"too short":          `{"kty":"OKP","crv":"Ed25519","x":"AAAA"}`,
		"a shared secret":    `{"kty":"oct","k":"` + x + `"}`,
		"with the private d": `{"kty":"OKP","crv":"Ed25519","x":"` + x + `","d":"` + x + `"}`,
	} {
		a := s.Do("POST", "/api/sync/devices", s.SignIn(demo.Practitioner), contract.DeviceRequest{Name: "phone", PublicKey: key})
		if a.Status != 400 || a.Code() != "malformed" || strings.Contains(string(a.Body), x) {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	if n, err := s.App.CountRecords("devices"); err != nil || n != 0 {
		t.Errorf("%d devices (%v)", n, err)
	}
}
