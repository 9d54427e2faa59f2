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

	"holdfast/hooks/tell"
	"holdfast/server/demo"
)

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
	tell.OfferPush(o.app, public, "127.0.0.1")
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
