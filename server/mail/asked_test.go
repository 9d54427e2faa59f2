package mail

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/tell"
	"holdfast/server/demo"
)

// Who wanted so is rung for what they are asked, in words that say neither what nor whose;
// what was answered meanwhile is not rung for.
func TestWhatIsAskedRingsABrowserWithoutANameWhileItWaits(t *testing.T) {
	o := openOffice(t)
	o.at = time.Now().Add(time.Second)
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
	subscription := b.subscription()
	subscription["asked"], subscription["quiet_from"], subscription["quiet_until"] = true, "21:00", "07:00"
	if _, err := o.by(demo.School, "push_subscriptions", subscription); err != nil {
		t.Fatal(err)
	}
	var action *core.Record
	asks := func() {
		t.Helper()
		if action, err = o.by(demo.Practitioner, "actions", map[string]any{"case": demo.CaseID(1), "what": "Ring Tess Marlowe", "owner": "Saskia", "owner_user": demo.School.ID, "due_on": o.at.AddDate(0, 0, 3).Format(time.DateOnly)}); err != nil {
			t.Fatal(err)
		}
	}
	rings := func(meanwhile func()) {
		t.Helper()
		noon := time.Date(o.at.Year(), o.at.Month(), o.at.Day(), 12, 0, 0, 0, time.UTC)
		if err := tell.RingAsked(o.app, noon); err != nil {
			t.Fatal(err)
		}
		meanwhile()
		if err := p.deliver(); err != nil {
			t.Fatal(err)
		}
	}
	asks()
	rings(func() {})
	rings(func() {})
	if len(b.got) != 1 || b.got[0]["kind"] != "asked" || b.got[0]["tag"] != "asked" {
		t.Fatalf("%v", b.got)
	}
	o.namesNobody(b.got[0]["title"], b.got[0]["body"])
	for _, never := range []string{"Saskia", "Priya", "risk", "child", "action"} {
		if strings.Contains(strings.ToLower(b.got[0]["title"]+b.got[0]["body"]), strings.ToLower(never)) {
			t.Errorf("it says %q: %v", never, b.got[0])
		}
	}
	asks()
	rings(func() {
		if _, err := o.app.DB().NewQuery(`UPDATE requests SET standing = 'answered' WHERE "user" = {:u}`).Bind(dbx.Params{"u": demo.School.ID}).Execute(); err != nil {
			t.Fatal(err)
		}
	})
	if len(b.got) != 1 {
		t.Errorf("it rings for %s, which is answered", action.Id)
	}
}
