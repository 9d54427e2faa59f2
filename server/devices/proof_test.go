package devices

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	accountrules "holdfast/hooks/account"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// area has its area decide whether phones must prove themselves.
func area(t *testing.T, s *demotest.Server, keys string) {
	t.Helper()
	r := newRecord(t, s, "account_policies", map[string]any{"device_keys": keys, "reason": "Decided."})
	if err := s.App.Save(r); err != nil {
		t.Fatal(err)
	}
}

func jwkOf(t *testing.T, p *demotest.Phone) string {
	t.Helper()
	jwk, err := contract.ProofKey(&p.Key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(jwk)
}

// A phone learns the first nonce from a refusal, works with it, and goes on when its
// server names another. Its clock may say what it likes.
func TestAPhoneProvesItselfAtEveryCall(t *testing.T) {
	s := house(t)
	p := s.Phone(demo.Practitioner)
	bare := s.Do("GET", "/api/sync/status", "", nil, "Authorization", "DPoP "+p.AccessToken)
	if bare.Status != 401 || bare.Code() != "use_dpop_nonce" || bare.Header.Get("DPoP-Nonce") == "" ||
		!strings.HasPrefix(bare.Header.Get("WWW-Authenticate"), `DPoP error="use_dpop_nonce"`) {
		t.Errorf("without a proof: %d %s %v", bare.Status, bare.Body, bare.Header)
	}
	a := p.Do("GET", "/api/sync/status", nil)
	if a.Status != 200 || a.Header.Get("DPoP-Nonce") == "" {
		t.Fatalf("with one: %d %s", a.Status, a.Body)
	}
	for _, clock := range []int64{1, time.Now().AddDate(70, 0, 0).Unix()} {
		proof := contract.NewProof("GET", s.URL+"/api/sync/status", a.Header.Get("DPoP-Nonce"), p.AccessToken)
		proof.At = clock
		text, err := proof.Sign(p.Key)
		if err != nil {
			t.Fatal(err)
		}
		if a := s.Do("GET", "/api/sync/status", "", nil, "Authorization", "DPoP "+p.AccessToken, "DPoP", text); a.Status != 200 {
			t.Errorf("by a clock of %d: %d %s", clock, a.Status, a.Body)
		}
	}
	for range 2 {
		if a := p.Refresh(); a.Status != 200 {
			t.Fatalf("refreshing: %d %s", a.Status, a.Body)
		}
		if a := p.Do("GET", "/api/collections/cases/records", nil); a.Status != 200 || !strings.Contains(string(a.Body), "Marlowe") {
			t.Errorf("REST: %d", a.Status)
		}
		if a := p.Do("POST", "/api/collections/users/auth-refresh", nil); a.Status != 200 || !strings.Contains(string(a.Body), p.AccessToken) {
			t.Errorf("a phone's token, refreshed as the official SDK does: %d %s", a.Status, a.Body)
		}
	}
	d, err := s.App.FindRecordById("devices", p.Device)
	if err != nil || !d.GetBool("proves") {
		t.Errorf("what is kept of it: %v (%v)", d, err)
	}
}

// A refresh token alone, of a phone that proves itself, is worth nothing, and is not
// spent by who cannot prove.
func TestARefreshTokenIsItsPhones(t *testing.T) {
	s := house(t)
	p, other := s.Phone(demo.Practitioner), s.Phone(demo.School)
	other.Do("GET", "/api/sync/status", nil)
	const path = "/api/sync/devices/refresh"
	ask := contract.RefreshRequest{RefreshToken: p.RefreshToken}
	for what, header := range map[string][]string{
		"without a proof":            nil,
		"with another phone's proof": {"DPoP", other.Prove("POST", path, "")},
		"with a proof for a pull":    {"DPoP", p.Prove("POST", "/api/sync/pull", "")},
	} {
		if a := s.Do("POST", path, "", ask, header...); a.Status != 401 {
			t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
	}
	if a := p.Refresh(); a.Status != 200 {
		t.Errorf("the phone itself: %d %s", a.Status, a.Body)
	}
}

// Where an area requires it, a phone is registered with a key and a proof, and one from
// before is told to register anew. The policy holds from the next call.
func TestWherePhonesMustProveThemselves(t *testing.T) {
	s := house(t)
	bare, bound := registered(t, s, demo.Practitioner), s.Phone(demo.Practitioner)
	pull := func(token string) demotest.Answer {
		return s.Do("GET", "/api/collections/cases/records", token, nil)
	}
	if a := pull(bare.AccessToken); a.Status != 200 {
		t.Fatalf("asked: %d %s", a.Status, a.Body)
	}
	area(t, s, "required")
	if a := pull(bare.AccessToken); a.Status != 403 || a.Code() != "key_needed" {
		t.Errorf("a phone without a key: %d %s", a.Status, a.Body)
	}
	if a := s.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: bare.RefreshToken}); a.Code() != "key_needed" {
		t.Errorf("its refresh token: %d %s", a.Status, a.Body)
	}
	for what, key := range map[string]string{"no key": "", "a key and no proof": jwkOf(t, bound)} {
		a := s.Do("POST", "/api/sync/devices", s.SignIn(demo.Practitioner), contract.DeviceRequest{Name: "x", PublicKey: key})
		if a.Status != 403 || a.Code() != "key_needed" || a.Header.Get("DPoP-Nonce") == "" {
			t.Errorf("registering with %s: %d %s", what, a.Status, a.Body)
		}
	}
	if a := bound.Do("GET", "/api/collections/cases/records", nil); a.Status != 200 {
		t.Errorf("a phone that proves itself: %d %s", a.Status, a.Body)
	}
	if a := s.Phone(demo.Practitioner).Do("GET", "/api/sync/status", nil); a.Status != 200 {
		t.Errorf("a new one: %d %s", a.Status, a.Body)
	}
	area(t, s, "asked")
	if a := pull(bare.AccessToken); a.Status != 200 {
		t.Errorf("asked again: %d %s", a.Status, a.Body)
	}
}

// A proof at registering is by the key that is registered.
func TestAPhoneIsBoundToTheKeyItShows(t *testing.T) {
	s := house(t)
	p := s.Phone(demo.Practitioner)
	p.Do("GET", "/api/sync/status", nil) // it knows a nonce
	other := s.Phone(demo.Practitioner)
	for what, key := range map[string]string{"another key": jwkOf(t, other), "none": "", "one of another kind": `{"kty":"OKP","crv":"Ed25519","x":"` + strings.Repeat("A", 43) + `"}`} {
		a := s.Do("POST", "/api/sync/devices", s.SignIn(demo.Practitioner), contract.DeviceRequest{Name: "x", PublicKey: key}, "DPoP", p.Prove("POST", "/api/sync/devices", ""))
		if a.Status != 401 && a.Status != 400 {
			t.Errorf("a proof by one key, registering %s: %d %s", what, a.Status, a.Body)
		}
	}
}

// What a proof is held to, of what nobody sees on the way.
func TestAProofIsOfOneRequestAtOneTime(t *testing.T) {
	key := demotest.NewKey(t)
	jwk, err := contract.ProofKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public, thumbprint, err := contract.ReadProofKey(jwk)
	if err != nil {
		t.Fatal(err)
	}
	r, begun := &Room{}, time.Now()
	first := r.nonces.now(begun)
	ask := func(at time.Time, app, host, proof string) error {
		q := httptest.NewRequest("POST", "http://"+host+"/api/sync/pull?x=1", nil)
		if proof != "" {
			q.Header.Set("DPoP", proof)
		}
		return r.check(q, app, public, thumbprint, "token", at)
	}
	with := func(url, nonce string) string {
		text, err := contract.NewProof("POST", url, nonce, "token").Sign(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	const url = "https://holdfast.example/api/sync/pull"
	for what, c := range map[string]struct{ app, host, url string }{
		"as it came in":                    {"", "holdfast.example", url},
		"with its port":                    {"", "holdfast.example:443", url},
		"behind a proxy with its own name": {"https://holdfast.example", "10.0.0.7:8090", url},
		"under a path of the proxy's":      {"https://area.example/holdfast/", "10.0.0.7:8090", "https://area.example/holdfast/api/sync/pull"},
		"in capitals":                      {"", "holdfast.example", "HTTPS://Holdfast.Example/api/sync/pull"},
	} {
		if err := ask(begun, c.app, c.host, with(c.url, first)); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, c := range map[string]struct{ host, url string }{
		"another host":   {"holdfast.example", "https://evil.example/api/sync/pull"},
		"another path":   {"holdfast.example", "https://holdfast.example/api/sync/push"},
		"another port":   {"holdfast.example", "https://holdfast.example:8443/api/sync/pull"},
		"no address":     {"holdfast.example", "/api/sync/pull"},
		"another scheme": {"holdfast.example", "ftp://holdfast.example/api/sync/pull"},
	} {
		if err := ask(begun, "https://holdfast.example", c.host, with(c.url, first)); err == nil {
			t.Errorf("%s is taken", what)
		}
	}
	for what, change := range map[string]func(header, claims map[string]any){
		"another type":        func(h, _ map[string]any) { h["typ"] = "JWT" },
		"a header to heed":    func(h, _ map[string]any) { h["crit"] = []string{"exp"} },
		"no key":              func(h, _ map[string]any) { delete(h, "jwk") },
		"with the private d":  func(h, _ map[string]any) { h["jwk"].(map[string]any)["d"] = "AAAA" },
		"no id":               func(_, c map[string]any) { delete(c, "jti") },
		"a long id":           func(_, c map[string]any) { c["jti"] = strings.Repeat("x", 101) },
		"no time":             func(_, c map[string]any) { delete(c, "iat") },
		"no token":            func(_, c map[string]any) { delete(c, "ath") },
		"no nonce":            func(_, c map[string]any) { delete(c, "nonce") },
		"a nonce of its own":  func(_, c map[string]any) { c["nonce"] = "mine" },
		"no method":           func(_, c map[string]any) { delete(c, "htm") },
		"a lower-case method": func(_, c map[string]any) { c["htm"] = "post" },
	} {
		h := map[string]any{"typ": "dpop+jwt", "alg": "ES256", "jwk": members(jwk)}
		c := map[string]any{"htm": "POST", "htu": url, "jti": what, "iat": 1, "nonce": first, "ath": contract.TokenHash("token")}
		change(h, c)
		token := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims(c))
		token.Header = h
		text, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		if ask(begun, "", "holdfast.example", text) == nil {
			t.Errorf("%s: taken", what)
		}
	}

	// As long as its nonce lives a proof is remembered, and then it is too old.
	once := with(url, first)
	if err := ask(begun, "", "holdfast.example", once); err != nil {
		t.Fatal(err)
	}
	for _, after := range []time.Duration{0, fresh - time.Second, fresh, 2*fresh - time.Second, 2 * fresh, time.Hour} {
		if err := ask(begun.Add(after), "", "holdfast.example", once); err == nil {
			t.Errorf("after %s it is taken again", after)
		}
	}
	if err := ask(begun.Add(time.Hour), "", "holdfast.example", with(url, first)); err != errNonce {
		t.Errorf("a nonce of an hour ago: %v", err)
	}
	if len(r.nonces.latest.seen)+len(r.nonces.before.seen) > 0 {
		t.Error("proofs are remembered longer than their nonce")
	}
}

// A phone that asks without end is told to wait; others are not in its way.
func TestProofsAreRememberedWithinBounds(t *testing.T) {
	var n nonces
	at := time.Now()
	nonce := n.now(at)
	for i := range proofsEach {
		if err := n.once(nonce, "hasty", http.StatusText(200)+string(rune(i+0x10000)), at); err != nil {
			t.Fatal(i, err)
		}
	}
	if err := n.once(nonce, "hasty", "one more", at); err != errTooFew {
		t.Errorf("one more: %v", err)
	}
	if err := n.once(nonce, "another", "one", at); err != nil {
		t.Errorf("another phone: %v", err)
	}
	if err := n.once(n.now(at.Add(fresh)), "hasty", "one more", at.Add(fresh)); err != nil {
		t.Errorf("with the next nonce: %v", err)
	}
}

// Who signs out of a phone ends it, and nothing else of theirs.
func TestAPhoneSignsItselfOut(t *testing.T) {
	s := house(t)
	p, other, signIn := s.Phone(demo.Practitioner), registered(t, s, demo.Practitioner), s.SignIn(demo.Practitioner)
	if a := p.Do("DELETE", "/api/sync/devices", nil); a.Status != 204 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if a := p.Do("GET", "/api/sync/status", nil); a.Code() != "device_ended" {
		t.Errorf("afterwards: %d %s", a.Status, a.Body)
	}
	if a := p.Refresh(); a.Code() != "device_ended" {
		t.Errorf("its refresh token: %d %s", a.Status, a.Body)
	}
	if a := s.Do("GET", "/api/sync/status", other.AccessToken, nil); a.Status != 200 {
		t.Errorf("the other phone: %d", a.Status)
	}
	if a := s.Do("DELETE", "/api/sync/devices", signIn, nil); a.Code() != "device_needed" {
		t.Errorf("a sign-in signs no phone out: %d", a.Status)
	}
}

// Nobody has more than eight phones in use; those whose sign-in is over are none.
func TestNobodyHasMoreThanEightPhones(t *testing.T) {
	s := house(t)
	var all []contract.DeviceAnswer
	for range accountrules.PhonesEach {
		all = append(all, registered(t, s, demo.Practitioner))
	}
	register := func() demotest.Answer {
		return s.Do("POST", "/api/sync/devices", s.SignIn(demo.Practitioner), contract.DeviceRequest{Name: "phone"})
	}
	if a := register(); a.Status != 409 || a.Code() != "too_many_devices" {
		t.Fatalf("a ninth: %d %s", a.Status, a.Body)
	}
	registered(t, s, demo.School) // others are not in the way
	turn(t, s, all[0].Device, "locked")
	if a := register(); a.Status != 409 {
		t.Errorf("one is locked, and can be unlocked: %d", a.Status)
	}
	if _, err := s.App.NonconcurrentDB().NewQuery(`UPDATE device_sessions SET used = 1 WHERE device = '` + all[1].Device + `'`).Execute(); err != nil {
		t.Fatal(err)
	}
	if a := register(); a.Status != 200 {
		t.Fatalf("one's sign-in is over: %d %s", a.Status, a.Body)
	}
	if got := stateOf(t, s, all[1].Device); got != "ended" {
		t.Errorf("that one is %s", got)
	}
	if a := s.Do("GET", "/api/sync/status", all[2].AccessToken, nil); a.Status != 200 {
		t.Errorf("the others: %d", a.Status)
	}
	turn(t, s, all[3].Device, "ended")
	if a := register(); a.Status != 200 {
		t.Errorf("one was ended: %d %s", a.Status, a.Body)
	}
}

// A new phone, and a copy that was seen, are told to its owner and to who answers for
// them, and the copy is on record.
func TestWhatHappensToAPhoneIsTold(t *testing.T) {
	s := house(t)
	before := s.SignIn(demo.Practitioner)
	d := registered(t, s, demo.Practitioner)
	told := func(kind string) (to []string) {
		t.Helper()
		if err := s.App.ConcurrentDB().NewQuery(`SELECT "to" FROM outbox WHERE record = {:d} AND kind LIKE {:k} ORDER BY kind`).
			Bind(map[string]any{"d": d.Device, "k": kind + "%"}).Column(&to); err != nil {
			t.Fatal(err)
		}
		return to
	}
	want := demo.Practitioner.Email() + " " + demo.Manager.Email()
	if got := strings.Join(told("new_phone"), " "); got != want {
		t.Errorf("of a new phone is told: %s", got)
	}
	first := d.RefreshToken
	for range 2 {
		s.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: d.RefreshToken}).JSON(t, &d)
	}
	for range 2 { // shown twice it is told once
		if a := s.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: first}); a.Code() != "device_ended" {
			t.Fatalf("the spent token: %d %s", a.Status, a.Body)
		}
	}
	if got := strings.Join(told("copied_phone"), " "); got != want {
		t.Errorf("of a copy is told: %s", got)
	}
	if a := s.Do("GET", "/api/sync/status", d.AccessToken, nil); a.Code() != "device_ended" {
		t.Errorf("the latest access token: %d %s", a.Status, a.Body)
	}
	if a := s.Do("POST", "/api/sync/devices", before, contract.DeviceRequest{Name: "x"}); a.Status != 401 {
		t.Errorf("the sign-in that lies on it too: %d", a.Status)
	}
	var lines int
	if err := s.App.ConcurrentDB().NewQuery(`SELECT count(*) FROM audit_log WHERE verb = 'copy_seen' AND record = {:d} AND device = {:d}`).
		Bind(map[string]any{"d": d.Device}).Row(&lines); err != nil || lines != 1 {
		t.Errorf("%d lines in the audit log (%v)", lines, err)
	}
}
