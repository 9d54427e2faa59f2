package mail

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

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
	if err := o.app.Save(kernel.AsServer(u)); err != nil {
		t.Fatal(err)
	}
	o.raises()
	if err := p.deliver(); err != nil || len(x.texts) != 0 {
		t.Fatalf("the area has no texts, and %d went out, %v", len(x.texts), err)
	}
	policy := core.NewRecord(must(o.app.FindCachedCollectionByNameOrId("risk_policies")))
	policy.Load(map[string]any{"again_after": 15, "times": 4, "text": true, "reason": "The board has a service."})
	if err := o.app.Save(kernel.AsServer(policy)); err != nil {
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
