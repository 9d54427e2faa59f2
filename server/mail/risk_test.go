package mail

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks"
	"holdfast/server/demo"
)

// by saves a record as a person does.
func (o *office) by(p demo.Person, noun string, values map[string]any) (*core.Record, error) {
	o.t.Helper()
	c, err := o.app.FindCachedCollectionByNameOrId(noun)
	if err != nil {
		o.t.Fatal(err)
	}
	u, err := o.app.FindRecordById("users", p.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.Load(values)
	return r, hooks.Within(o.app, hooks.Actor{User: u, Door: "rest"}, func(tx core.App) error { return tx.Save(r) })
}

// raises has the school raise a risk on the first family, and answers the event.
func (o *office) raises() *core.Record {
	o.t.Helper()
	p, err := o.app.FindFirstRecordByFilter("pathways", "case = {:c}", dbx.Params{"c": demo.CaseID(1)})
	if err != nil {
		t, err := o.app.FindFirstRecordByFilter("pathway_templates", "key = 'early-help-engagement' && status = 'published'")
		if err != nil {
			o.t.Fatal(err)
		}
		if p, err = o.by(demo.Practitioner, "pathways", map[string]any{"case": demo.CaseID(1), "template": t.Id, "opened_at": types.NowDateTime(), "trigger": "missed_contact"}); err != nil {
			o.t.Fatal(err)
		}
	}
	r, err := o.by(demo.School, "pathway_events", map[string]any{"case": demo.CaseID(1), "pathway": p.Id, "kind": "immediate_risk.raised", "data": map[string]any{"what": "Ivy slept outside."}})
	if err != nil {
		o.t.Fatal(err)
	}
	o.at = time.Now().Add(time.Second)
	return r
}

// namesNobody holds words to what a locked screen may show: no family, no child, no case.
func (o *office) namesNobody(words ...string) {
	o.t.Helper()
	for _, q := range []string{"SELECT family_name FROM cases", "SELECT reference FROM cases", "SELECT name FROM people", "SELECT id FROM cases"} {
		var all []string
		if err := o.app.ConcurrentDB().NewQuery(q).Column(&all); err != nil || len(all) == 0 {
			o.t.Fatal(len(all), err)
		}
		for _, secret := range append(all, "slept outside") {
			for _, w := range words {
				if strings.Contains(w, secret) {
					o.t.Errorf("%q is said in %q", secret, w)
				}
			}
		}
	}
}

// A risk is mailed at once to those who answer for the case, in words that name no family,
// whatever the application's address; and no more once somebody has answered.
func TestAnImmediateRiskIsMailedAtOnce(t *testing.T) {
	o := openOffice(t)
	risk := o.raises()
	o.app.Settings().Meta.AppURL = "http://localhost:8090"
	if err := o.app.Save(o.app.Settings()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := o.deliver(); err != nil {
			t.Fatal(err)
		}
	}
	if len(o.sack.mails) != 2 {
		t.Fatalf("%d mails", len(o.sack.mails))
	}
	for _, m := range o.sack.mails {
		o.namesNobody(m.Subject, m.Text, m.HTML)
		for _, says := range []string{demo.School.Name, "Harbour School", "01632 960 100", "999"} {
			if !strings.Contains(m.Text, says) {
				t.Errorf("it does not say %q:\n%s", says, m.Text)
			}
		}
		if m.Headers["Sensitivity"] != "Private" {
			t.Error("anybody may read it")
		}
	}
	if err := hooks.TellAgain(o.app, time.Now().Add(16*time.Minute)); err != nil {
		t.Fatal(err)
	}
	notice, err := o.app.FindFirstRecordByFilter("notices", "user = {:u} && timer ~ {:r}", dbx.Params{"u": demo.Manager.ID, "r": risk.Id})
	if err != nil {
		t.Fatal(err)
	}
	u, err := o.app.FindRecordById("users", demo.Manager.ID)
	if err != nil {
		t.Fatal(err)
	}
	if done, err := hooks.Acknowledge(o.app, hooks.Actor{User: u, Door: "coordinate"}, notice.Id, false); err != nil || !done {
		t.Fatal(done, err)
	}
	o.at = time.Now().Add(time.Hour)
	if err := o.deliver(); err != nil || len(o.sack.mails) != 2 {
		t.Errorf("answered, and %d more mails, %v", len(o.sack.mails)-2, err)
	}
}

// browser is somebody's browser, with a push service in front of it: it opens what was
// sealed for it, and knows who sent it.
type browser struct {
	t       *testing.T
	key     *ecdh.PrivateKey
	auth    []byte
	server  *httptest.Server
	sender  string // the public key that it subscribed with
	answers int
	got     []map[string]string
	topics  []string
}

func openBrowser(t *testing.T, sender string) *browser {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, key: key, auth: make([]byte, 16), sender: sender, answers: http.StatusCreated}
	_, _ = rand.Read(b.auth)
	b.server = httptest.NewTLSServer(http.HandlerFunc(b.take))
	t.Cleanup(b.server.Close)
	return b
}

func (b *browser) take(w http.ResponseWriter, r *http.Request) {
	if b.answers != http.StatusCreated {
		w.WriteHeader(b.answers)
		return
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		b.t.Error(err)
	}
	head := strings.TrimPrefix(r.Header.Get("Authorization"), "vapid t=")
	token, key, _ := strings.Cut(head, ", k=")
	point, err := base64.RawURLEncoding.DecodeString(key)
	if key != b.sender || err != nil {
		b.t.Errorf("it is from %s, %v", key, err)
	}
	public := &ecdsa.PublicKey{Curve: elliptic.P256(), X: new(big.Int).SetBytes(point[1:33]), Y: new(big.Int).SetBytes(point[33:])}
	claims := jwt.MapClaims{}
	if _, err := jwt.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return public, nil }, jwt.WithAudience(b.server.URL), jwt.WithSubject("mailto:duty@fellmoor.example"), jwt.WithValidMethods([]string{"ES256"})); err != nil {
		b.t.Errorf("its sender did not sign it: %v", err)
	}
	said := map[string]string{}
	if err := json.Unmarshal(b.open(raw), &said); err != nil {
		b.t.Error(err)
	}
	b.got, b.topics = append(b.got, said), append(b.topics, r.Header.Get("Topic"))
	w.WriteHeader(http.StatusCreated)
}

// open unseals a push (RFC 8291), as a browser does.
func (b *browser) open(raw []byte) []byte {
	b.t.Helper()
	salt, n := raw[:16], int(raw[20])
	theirs, sealed := raw[21:21+n], raw[21+n:]
	point, err := ecdh.P256().NewPublicKey(theirs)
	if err != nil {
		b.t.Fatal(err)
	}
	shared, err := b.key.ECDH(point)
	if err != nil {
		b.t.Fatal(err)
	}
	derive := func(secret, salt []byte, info string, n int) []byte {
		out, err := hkdf.Key(sha256.New, secret, salt, info, n)
		if err != nil {
			b.t.Fatal(err)
		}
		return out
	}
	ikm := derive(shared, b.auth, "WebPush: info\x00"+string(b.key.PublicKey().Bytes())+string(theirs), 32)
	block, err := aes.NewCipher(derive(ikm, salt, "Content-Encoding: aes128gcm\x00", 16))
	if err != nil {
		b.t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		b.t.Fatal(err)
	}
	plain, err := gcm.Open(nil, derive(ikm, salt, "Content-Encoding: nonce\x00", 12), sealed, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return []byte(strings.TrimRight(string(plain), "\x00\x02"))
}

func (b *browser) subscription() map[string]any {
	return map[string]any{"endpoint": b.server.URL + "/push/" + base64.RawURLEncoding.EncodeToString(b.auth),
		"p256dh": base64.RawURLEncoding.EncodeToString(b.key.PublicKey().Bytes()), "auth": base64.RawURLEncoding.EncodeToString(b.auth)}
}

// A manager's browser is rung at once, by a push that is sealed for it and signed by the
// area; a browser that is no more is forgotten, and the same one is its last owner's.
func TestAnImmediateRiskRingsABrowser(t *testing.T) {
	o := openOffice(t)
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	keys := Push{Key: base64.RawURLEncoding.EncodeToString(key.Bytes()), Contact: "duty@fellmoor.example"}
	public, err := keys.Public()
	if err != nil {
		t.Fatal(err)
	}
	b := openBrowser(t, public)
	p := &post{app: o.app, now: o.now, channel: "push", carrier: &webPush{app: o.app, keys: keys, public: public, client: b.server.Client()}}
	if _, err := o.by(demo.Practitioner, "push_subscriptions", b.subscription()); err != nil {
		t.Fatal(err)
	}
	mine, err := o.by(demo.Manager, "push_subscriptions", b.subscription()) // on the same browser, after her
	if err != nil || mine.GetString("user") != demo.Manager.ID {
		t.Fatal(mine.GetString("user"), err)
	}
	o.raises()
	for range 3 {
		if err := p.deliver(); err != nil {
			t.Fatal(err)
		}
	}
	if len(b.got) != 1 || b.topics[0] == "" || b.got[0]["tag"] != b.topics[0] || !strings.Contains(b.got[0]["body"], demo.School.Name) {
		t.Fatalf("%v %v", b.got, b.topics)
	}
	o.namesNobody(b.got[0]["title"], b.got[0]["body"])

	b.answers = http.StatusServiceUnavailable
	o.raises()
	if err := p.deliver(); err == nil {
		t.Error("the service was down, and nobody says so")
	}
	b.answers = http.StatusCreated
	o.at = o.at.Add(time.Minute)
	if err := p.deliver(); err != nil || len(b.got) != 2 {
		t.Errorf("a minute later: %d, %v", len(b.got), err)
	}
	b.answers = http.StatusGone
	o.raises()
	_ = p.deliver() // it says that it is gone
	if n, err := o.app.CountRecords("push_subscriptions"); err != nil || n != 0 {
		t.Errorf("%d subscriptions are left, %v", n, err)
	}
	if n, err := o.app.CountRecords("outbox", dbx.HashExp{"channel": "push", "status": "dropped"}); err != nil || n != 1 {
		t.Errorf("%d dropped, %v", n, err)
	}
}

// No subscription makes the server knock inside its own house.
func TestAPushGoesToPublicAddressesAlone(t *testing.T) {
	inside := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it came in") }))
	defer inside.Close()
	for _, address := range []string{inside.URL, "https://10.0.0.1/", "https://169.254.169.254/", "https://[::1]:1/", "https://[fd00::1]/", "https://100.64.0.1/"} {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := outside().Do(r); err == nil || !strings.Contains(err.Error(), "not a public one") {
			t.Errorf("%s: %v", address, err)
		}
		cancel()
	}
}

// texter is the area's text service, as GOV.UK Notify answers.
type texter struct {
	t      *testing.T
	server *httptest.Server
	texts  []map[string]any
	lose   bool // it takes a text, and its answer is lost
}

const textKey = "fellmoor-11111111-2222-4333-8444-555555555555-66666666-7777-4888-8999-aaaaaaaaaaaa"

func openTexter(t *testing.T) *texter {
	t.Helper()
	x := &texter{t: t}
	x.server = httptest.NewTLSServer(http.HandlerFunc(x.take))
	t.Cleanup(x.server.Close)
	return x
}

func (x *texter) take(w http.ResponseWriter, r *http.Request) {
	claims := jwt.MapClaims{}
	if _, err := jwt.ParseWithClaims(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), claims,
		func(*jwt.Token) (any, error) { return []byte("66666666-7777-4888-8999-aaaaaaaaaaaa"), nil },
		jwt.WithIssuer("11111111-2222-4333-8444-555555555555"), jwt.WithValidMethods([]string{"HS256"})); err != nil {
		x.t.Errorf("not by its key: %v", err)
		w.WriteHeader(http.StatusForbidden)
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "POST /v2/notifications/sms":
		var said map[string]any
		if err := json.NewDecoder(r.Body).Decode(&said); err != nil {
			x.t.Error(err)
		}
		x.texts = append(x.texts, said)
		if x.lose {
			x.lose = false
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"id":"x"}`)
	case "GET /v2/notifications":
		var found []map[string]any
		for _, one := range x.texts {
			if one["reference"] == r.URL.Query().Get("reference") {
				found = append(found, map[string]any{"reference": one["reference"]})
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"notifications": found})
	default:
		x.t.Errorf("asked for %s", r.URL)
	}
}

// Where the area has texts a risk is texted to who has a number: once, though the answer
// is lost, though the server dies as it sends.
func TestAnImmediateRiskIsTextedOnce(t *testing.T) {
	o := openOffice(t)
	x := openTexter(t)
	service, err := Text{URL: x.server.URL, Key: textKey, Template: "t1"}.open(x.server.Client(), o.now)
	if err != nil {
		t.Fatal(err)
	}
	p := &post{app: o.app, now: o.now, channel: "text", carrier: service}
	u, err := o.app.FindRecordById("users", demo.Manager.ID)
	if err != nil {
		t.Fatal(err)
	}
	u.Set("phone", "07700 900 444")
	if err := o.app.Save(hooks.AsServer(u)); err != nil {
		t.Fatal(err)
	}
	o.raises()
	if err := p.deliver(); err != nil || len(x.texts) != 0 {
		t.Fatalf("the area has no texts, and %d went out, %v", len(x.texts), err)
	}
	policy := core.NewRecord(must(o.app.FindCachedCollectionByNameOrId("risk_policies")))
	policy.Load(map[string]any{"again_after": 15, "times": 4, "text": true, "reason": "The board has a service."})
	if err := o.app.Save(hooks.AsServer(policy)); err != nil {
		t.Fatal(err)
	}
	o.raises()
	x.lose = true
	if err := p.deliver(); err == nil {
		t.Error("the answer was lost, and nobody says so")
	}
	o.at = o.at.Add(time.Minute)
	if err := p.deliver(); err != nil || len(x.texts) != 1 {
		t.Fatalf("%d texts, %v", len(x.texts), err)
	}
	if x.texts[0]["phone_number"] != "07700 900 444" || x.texts[0]["template_id"] != "t1" {
		t.Errorf("%v", x.texts[0])
	}
	o.namesNobody(string(must(json.Marshal(x.texts[0]))))
	o.raises()
	dies := &dying{carrier: service}
	p.carrier = dies
	func() {
		defer func() { _ = recover() }()
		_ = p.deliver()
	}()
	if len(x.texts) != 2 {
		t.Fatalf("%d texts as it died", len(x.texts))
	}
	again := &post{app: o.app, now: o.now, channel: "text", carrier: service} // the server that comes after
	if err := again.unsure(o.at); err != nil {
		t.Fatal(err)
	}
	if err := again.deliver(); err != nil || len(x.texts) != 2 {
		t.Errorf("after its death %d texts, %v", len(x.texts), err)
	}
	if n, err := o.app.CountRecords("outbox", dbx.HashExp{"channel": "text", "status": "sent"}); err != nil || n != 2 {
		t.Errorf("%d sent, %v", n, err)
	}
}

// dying is a server that dies when a text has left.
type dying struct{ carrier }

func (d *dying) carry(ctx context.Context, w words) error {
	if err := d.carrier.carry(ctx, w); err != nil {
		return err
	}
	panic("the server died")
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
