package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// A knock is one request at a door behind which something of a case is, or a token that
// leads to it. What a phone gets there who may is not this table's: only that it is not
// turned away for its token.
type knock struct {
	method, path string
	body         any
}

var knocks = []knock{
	{"GET", "/api/collections/notes/records", nil},
	{"GET", "/api/collections/cases/records/" + demo.CaseID(1), nil},
	{"POST", "/api/collections/notes/records", map[string]any{"case": demo.CaseID(1)}},
	{"POST", "/api/sync/pull", contract.PullRequest{}},
	{"POST", "/api/sync/push", contract.PushRequest{Mutations: []contract.Mutation{}}},
	{"GET", "/api/sync/conflicts", nil},
	{"POST", "/api/uploads", nil},
	{"GET", "/api/evidence/nosuchrecord000/original", nil},
	{"GET", "/api/cases/" + demo.CaseID(1) + "/chronology", nil},
	{"GET", "/api/letters/nosuchrecord000/pdf", nil},
	{"POST", "/api/realtime", map[string]any{"clientId": "nobody", "subscriptions": []string{"sync"}}},
	{"POST", "/api/files/token", nil},
	{"POST", "/api/batch", map[string]any{"requests": []any{}}},
}

var registering = knock{"POST", "/api/sync/devices", contract.DeviceRequest{Name: "a thief's phone"}}

// A thief comes to a door with what they stole.
type thief func(k knock) demotest.Answer

// theft is a practitioner with two phones, one of which proves itself, a fresh sign-in
// and a browser, and a thief of each.
type theft struct {
	*demotest.Server
	t       *testing.T
	bare    contract.DeviceAnswer
	bound   *demotest.Phone
	signIn  string
	browser *http.Client
}

func robbed(t *testing.T) *theft {
	t.Helper()
	s := house(t)
	x := &theft{Server: s, t: t, signIn: s.SignIn(demo.Practitioner), bound: s.Phone(demo.Practitioner)}
	s.Do("POST", "/api/sync/devices", x.signIn, contract.DeviceRequest{Name: "an older phone"}).JSON(t, &x.bare)
	jar, _ := cookiejar.New(nil)
	x.browser = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if res := must(x.browser.PostForm(s.URL+"/coordinate/sign-in", url.Values{"email": {demo.Practitioner.Email()}, "password": {demo.Password}})); res.StatusCode != 303 || x.page() != 200 {
		t.Fatalf("signing in: %d", res.StatusCode)
	}
	return x
}

func (x *theft) page() int {
	res := must(x.browser.Get(x.URL + "/coordinate/account"))
	res.Body.Close()
	return res.StatusCode
}

func (x *theft) with(token string, headers ...string) thief {
	return func(k knock) demotest.Answer { return x.Do(k.method, k.path, token, k.body, headers...) }
}

func (x *theft) phone(k knock) demotest.Answer { return x.bound.Do(k.method, k.path, k.body) }

func turnedAway(a demotest.Answer) bool {
	switch contract.Code(a.Code()) {
	case contract.Unauthorised, contract.TokenExpired, contract.DeviceNeeded, contract.SignInNeeded, contract.KeyNeeded, contract.NonceNeeded,
		contract.ProofBad, contract.DeviceLocked, contract.DeviceWipe, contract.DeviceEnded:
		return a.Status == 401 || a.Status == 403
	}
	return false
}

func (x *theft) refused(what string, by thief, at ...knock) {
	x.t.Helper()
	for _, k := range at {
		if a := by(k); !turnedAway(a) {
			x.t.Errorf("%s at %s %s: %d %.200s", what, k.method, k.path, a.Status, a.Body)
		}
	}
}

func (x *theft) let(what string, by thief, at ...knock) {
	x.t.Helper()
	for _, k := range at {
		if a := by(k); turnedAway(a) {
			x.t.Errorf("%s at %s %s is turned away: %d %.200s", what, k.method, k.path, a.Status, a.Body)
		}
	}
}

func (x *theft) save(collection, id string, set map[string]any) {
	x.t.Helper()
	r := must(x.App.FindRecordById(collection, id))
	for k, v := range set {
		r.Set(k, v)
	}
	if err := x.App.Save(kernel.AsServer(r)); err != nil {
		x.t.Fatal(err)
	}
}

// What is stolen from somebody to whom nothing has happened yet.
func TestAStolenTokenOpensNothingItWasNotGivenFor(t *testing.T) {
	x := robbed(t)
	x.let("the phone", x.with(x.bare.AccessToken), knocks...)
	x.let("the phone that proves itself", x.phone, knocks...)

	x.refused("a sign-in's token", x.with(x.signIn), knocks...)
	user := must(x.App.FindRecordById("users", demo.Practitioner.ID))
	old := must(signin.SignInToken(user, time.Now().Add(-11*time.Minute)))
	x.refused("a sign-in of eleven minutes ago", x.with(old), append(knocks, registering)...)
	x.refused("a token of PocketBase's own making", x.with(must(user.NewAuthToken())), append(knocks, registering)...)
	var renewed struct{ Token string }
	x.Do("POST", "/api/collections/users/auth-refresh", old, nil).JSON(t, &renewed)
	x.refused("an old sign-in, renewed", x.with(renewed.Token), append(knocks, registering)...)
	x.refused("an operator in their place", x.with(must(user.NewStaticAuthToken(time.Hour))), append(knocks, registering)...)
	x.refused("a phone's token, for a second phone", x.with(x.bare.AccessToken), registering)
	x.refused("a proving phone's token, for a second phone", x.phone, registering)

	keys := must(signing.Load(x.App))
	mine := jwt.MapClaims{"iss": signing.Issuer, "aud": []string{signing.Issuer}, "sub": demo.Practitioner.ID, "did": x.bare.Device}
	x.refused("a token that never ends", x.with(must(keys.Sign(signing.Access, mine))), append(knocks, registering)...)
	mine["exp"] = time.Now().Add(-time.Second).Unix()
	x.refused("an expired one", x.with(must(keys.Sign(signing.Access, mine))), append(knocks, registering)...)
	mine["exp"] = time.Now().Add(time.Minute).Unix()
	mine["did"] = x.bound.Device
	x.refused("an unbound token for a phone that proves itself", x.with(must(keys.Sign(signing.Access, mine))), append(knocks, registering)...)
	x.refused("one with other bits where none are read", x.with(trailing(x.bare.AccessToken)), append(knocks, registering)...)

	x.refused("a bound token as a bearer's", x.with(x.bound.AccessToken), append(knocks, registering)...)
	x.refused("a bound token without its scheme", x.with("", "Authorization", x.bound.AccessToken), append(knocks, registering)...)
	x.refused("a bound token without a proof", x.with("", "Authorization", "DPoP "+x.bound.AccessToken), append(knocks, registering)...)
	other := x.Phone(demo.Practitioner)
	for what, by := range map[string]func(k knock) []string{
		"with another phone's proof": func(k knock) []string {
			return []string{"Authorization", "DPoP " + x.bound.AccessToken, "DPoP", other.Prove(k.method, k.path, x.bound.AccessToken)}
		},
		"with another phone's token": func(k knock) []string {
			return []string{"Authorization", "DPoP " + other.AccessToken, "DPoP", x.bound.Prove(k.method, k.path, other.AccessToken)}
		},
		"with another method's proof": func(k knock) []string {
			return []string{"Authorization", "DPoP " + x.bound.AccessToken, "DPoP", x.bound.Prove("PUT", k.path, x.bound.AccessToken)}
		},
		"with another address's proof": func(k knock) []string {
			return []string{"Authorization", "DPoP " + x.bound.AccessToken, "DPoP", x.bound.Prove(k.method, k.path+"x", x.bound.AccessToken)}
		},
		"with another token's proof": func(k knock) []string {
			return []string{"Authorization", "DPoP " + x.bound.AccessToken, "DPoP", x.bound.Prove(k.method, k.path, other.AccessToken)}
		},
		"with two proofs in one": func(k knock) []string {
			p := x.bound.Prove(k.method, k.path, x.bound.AccessToken)
			return []string{"Authorization", "DPoP " + x.bound.AccessToken, "DPoP", p + ", " + p}
		},
	} {
		x.refused(what, func(k knock) demotest.Answer { return x.Do(k.method, k.path, "", k.body, by(k)...) }, knocks...)
	}
	for _, k := range knocks {
		headers := x.bound.Headers(k.method, k.path)
		x.let("a fresh proof", x.with("", headers...), k)
		x.refused("the same proof again", x.with("", headers...), k)
	}
}

// trailing changes bits of a token's last letter that a lax reader does not read.
func trailing(token string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for i := range letters {
		if letters[i] == token[len(token)-1] {
			return token[:len(token)-1] + letters[i^1:i^1+1]
		}
	}
	return token
}

// What happens to an account or a phone ends what is to end at the very next call, and
// nothing brings it back.
func TestWhatEndedIsRefusedAtTheNextCall(t *testing.T) {
	user := func(x *theft, set map[string]any) { x.save("users", demo.Practitioner.ID, set) }
	phones := func(x *theft, status string) {
		for _, id := range []string{x.bare.Device, x.bound.Device} {
			x.save("devices", id, map[string]any{"status": status})
		}
	}
	for what, happens := range map[string]func(x *theft){
		"locked": func(x *theft) { phones(x, "locked") },
		"wiped":  func(x *theft) { phones(x, "wipe") },
		"ended":  func(x *theft) { phones(x, "ended") },
		"a spent refresh token was shown": func(x *theft) {
			first := map[string]string{x.bare.Device: x.bare.RefreshToken, x.bound.Device: x.bound.RefreshToken}
			for range 2 {
				x.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: x.bare.RefreshToken}).JSON(x.t, &x.bare)
				if a := x.bound.Refresh(); a.Status != 200 {
					x.t.Fatal(a.Status)
				}
			}
			if a := x.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: first[x.bare.Device]}); a.Code() != "device_ended" {
				x.t.Errorf("the spent token: %d %s", a.Status, a.Body)
			}
			// Of a phone that proves itself it says something only with the phone's proof (M309).
			if a := x.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: first[x.bound.Device]}); a.Status != 401 || a.Code() == "device_ended" {
				x.t.Errorf("the spent token without the phone's key: %d %s", a.Status, a.Body)
			}
			x.bound.RefreshToken = first[x.bound.Device]
			if a := x.bound.Refresh(); a.Code() != "device_ended" {
				x.t.Errorf("the spent token with the phone's proof: %d %s", a.Status, a.Body)
			}
		},
		"another password": func(x *theft) { user(x, map[string]any{"password": "a wholly other password"}) },
		"a second factor":  func(x *theft) { mailedCode(x.t, x.App, demo.Practitioner, true) },
		"a second factor and none again": func(x *theft) {
			mailedCode(x.t, x.App, demo.Practitioner, true)
			mailedCode(x.t, x.App, demo.Practitioner, false)
		},
		"switched off": func(x *theft) { user(x, map[string]any{"active": false}) },
		"switched off and on again": func(x *theft) {
			user(x, map[string]any{"active": false})
			user(x, map[string]any{"active": true})
		},
		"all ended by hand": func(x *theft) {
			if err := signin.EndSessions(x.App, demo.Practitioner.ID, ""); err != nil {
				x.t.Fatal(err)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			x := robbed(t)
			x.let("before", x.with(x.bare.AccessToken), knocks[0])
			x.let("before", x.phone, knocks[0])
			happens(x)
			x.refused("the phone", x.with(x.bare.AccessToken), append(knocks, registering)...)
			x.refused("the phone that proves itself", x.phone, append(knocks, registering)...)
			x.refused("the sign-in", x.with(x.signIn), append(knocks, registering, knock{"POST", "/api/collections/users/auth-refresh", nil},
				knock{"GET", "/api/collections/users/records/" + demo.Practitioner.ID, nil})...)
			x.refused("the refresh token", x.with(""), knock{"POST", "/api/sync/devices/refresh", contract.RefreshRequest{RefreshToken: x.bare.RefreshToken}})
			if a := x.bound.Refresh(); !turnedAway(a) {
				t.Errorf("the proving phone's refresh token: %d %s", a.Status, a.Body)
			}
			if status := x.page(); status != 303 {
				t.Errorf("the browser: %d", status)
			}
		})
	}
}

// What a sign-in is for: one's own account, also its password, with which it ends.
func TestASignInOpensItsOwnAccount(t *testing.T) {
	s := house(t)
	token := s.SignIn(demo.Practitioner)
	own := "/api/collections/users/records/" + demo.Practitioner.ID
	for _, k := range []knock{{"GET", own, nil}, {"POST", "/api/collections/users/auth-refresh", nil}, {"GET", "/api/collections/users/auth-methods", nil},
		{"PATCH", own, map[string]any{"job_title": "Family support worker"}}, {"GET", "/api/keys", nil}, {"GET", "/api/health", nil}} {
		if a := s.Do(k.method, k.path, token, k.body); a.Status != 200 {
			t.Errorf("%s %s: %d %s", k.method, k.path, a.Status, a.Body)
		}
	}
	for _, path := range []string{own + "?expand=agency", "/api/collections/users/records/" + demo.Colleague.ID, "/api/collections/users/records",
		"/api/collections/devices/records", "/api/collections/agencies/records/" + demo.Practitioner.ID} {
		if a := s.Do("GET", path, token, nil); a.Code() != "device_needed" {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	phone := s.Token(demo.Practitioner)
	change := map[string]any{"oldPassword": demo.Password, "password": "a wholly other password", "passwordConfirm": "a wholly other password"}
	if a := s.Do("PATCH", own, token, change); a.Status != 200 {
		t.Fatalf("another password: %d %s", a.Status, a.Body)
	}
	for _, old := range []string{token, phone} {
		if a := s.Do("GET", own, old, nil); a.Status != 401 {
			t.Errorf("afterwards: %d %s", a.Status, a.Body)
		}
	}
}

// An end is one for the operator too, by whichever door.
func TestNobodyBringsBackAnEndedPhone(t *testing.T) {
	x := robbed(t)
	x.save("devices", x.bare.Device, map[string]any{"status": "ended"})
	operator := core.NewRecord(must(x.App.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)))
	operator.SetEmail("operator@fellmoor.example")
	operator.SetPassword("a-long-password-of-theirs")
	if err := x.App.Save(operator); err != nil {
		t.Fatal(err)
	}
	token := must(operator.NewAuthToken())
	for _, to := range []string{"active", "locked"} {
		if a := x.Do("PATCH", "/api/collections/devices/records/"+x.bare.Device, token, map[string]any{"status": to}); a.Status < 400 {
			t.Errorf("made %s by the operator: %d", to, a.Status)
		}
		d := must(x.App.FindRecordById("devices", x.bare.Device))
		d.Set("status", to)
		if err := x.App.Save(kernel.AsServer(d)); err == nil {
			t.Errorf("made %s by the server", to)
		}
	}
	x.refused("the phone", x.with(x.bare.AccessToken), knocks...)
	// It holds what it held: it can still be told to remove it, and hears so.
	x.save("devices", x.bare.Device, map[string]any{"status": "wipe"})
	if a := x.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: x.bare.RefreshToken}); a.Code() != "device_wipe" {
		t.Errorf("told to wipe: %d %s", a.Status, a.Body)
	}
	// And nobody takes that order back, by whatever door: it would keep what it holds.
	for _, to := range []string{"active", "locked", "ended"} {
		if a := x.Do("PATCH", "/api/collections/devices/records/"+x.bare.Device, token, map[string]any{"status": to}); a.Status < 400 {
			t.Errorf("a wipe is taken back by the operator: %s: %d", to, a.Status)
		}
		d := must(x.App.FindRecordById("devices", x.bare.Device))
		d.Set("status", to)
		if err := x.App.Save(kernel.AsServer(d)); err == nil {
			t.Errorf("a wipe is taken back by the server: %s", to)
		}
	}
	for range 2 { // nor by a refresh token that comes twice, or a new password
		if a := x.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: x.bare.RefreshToken}); a.Code() != "device_wipe" {
			t.Errorf("told to wipe, again: %d %s", a.Status, a.Body)
		}
	}
	x.save("users", demo.Practitioner.ID, map[string]any{"password": "another password of theirs"})
	if d := must(x.App.FindRecordById("devices", x.bare.Device)); d.GetString("status") != "wipe" {
		t.Errorf("it is %s", d.GetString("status"))
	}
}

// A phone's key is the phone's own: changed, the real one stops, and a copied refresh token
// gives access to whoever has the new one.
func TestNobodyChangesAPhonesKey(t *testing.T) {
	x := robbed(t)
	operator := core.NewRecord(must(x.App.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)))
	operator.SetEmail("operator@fellmoor.example")
	operator.SetPassword("a-long-password-of-theirs")
	if err := x.App.Save(operator); err != nil {
		t.Fatal(err)
	}
	had := must(x.App.FindRecordById("devices", x.bare.Device)).GetString("public_key")
	a := x.Do("PATCH", "/api/collections/devices/records/"+x.bare.Device, must(operator.NewAuthToken()), map[string]any{"public_key": "another"})
	if has := must(x.App.FindRecordById("devices", x.bare.Device)).GetString("public_key"); a.Status != 400 || has != had {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}
