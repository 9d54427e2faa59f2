package main

import (
	"bytes"
	"compress/gzip"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"os"
	"path"
	"strings"
	"testing"

	"holdfast/hooks/tell"
	app "holdfast/mobile-contract/phone"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// inApp runs a walk through the app, where there is a browser and the app is built.
func inApp(t *testing.T, script string, fill func(*testing.T) *demotest.Server, answer func(s *demotest.Server, ask string) map[string]any) {
	t.Helper()
	chromium(t)
	if _, err := app.Built.ReadFile("built/main.js"); err != nil {
		t.Skip("the app is not built: make phone")
	}
	s := fill(t)
	inBrowser(t, script, map[string]any{"at": s.URL, "look": os.Getenv("HOLDFAST_LOOK"), "quick": os.Getenv("HOLDFAST_QUICK") != ""}, func(ask string) map[string]any {
		if answer == nil {
			return map[string]any{"problem": "nobody does " + ask + " here"}
		}
		return answer(s, ask)
	})
}

// A practitioner's day with the app: signing in, Today, a family, recording without signal,
// kills, risks raised and answered, what two people changed, what could not be saved, a
// locked phone. Each page is read by axe, narrow, wide, dark and large.
func TestBrowserPhone(t *testing.T) { inApp(t, "phone.mjs", livedIn, nil) }

// A champion's day, a partner school's, and a manager's decision about an ending.
func TestBrowserPhoneDays(t *testing.T) {
	inApp(t, "phone_days.mjs", func(t *testing.T) *demotest.Server { return filledBy(t, demo.FillAll) }, ended)
}

// Being alerted, as somebody chooses it. The push service of a browser is out there: what it
// would give is put in its place, and what it would bring is delivered to the worker.
func TestBrowserPhoneAlerts(t *testing.T) {
	offering := func(t *testing.T) *demotest.Server {
		s := livedIn(t)
		key := must(ecdh.P256().GenerateKey(rand.Reader))
		tell.OfferPush(s.App, base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()), tell.PushServices...)
		return s
	}
	inApp(t, "phone_alerts.mjs", offering, func(s *demotest.Server, _ string) map[string]any {
		all := []map[string]any{}
		for _, r := range must(s.App.FindAllRecords("push_subscriptions")) {
			all = append(all, map[string]any{"user": r.GetString("user"), "asked": r.GetBool("asked"), "from": r.GetString("quiet_from"), "until": r.GetString("quiet_until")})
		}
		return map[string]any{"all": all}
	})
}

func ended(s *demotest.Server, _ string) map[string]any {
	family := must(s.App.FindFirstRecordByData("cases", "family_name", "Ostrowska"))
	p := must(s.App.FindFirstRecordByData("pathways", "case", family.Id))
	return map[string]any{"state": p.GetString("state"), "ended": p.GetBool("ended")}
}

// What a phone in the hills has to fetch before it shows anything.
func TestTheAppIsLight(t *testing.T) {
	if _, err := app.Built.ReadFile("built/main.js"); err != nil {
		t.Skip("the app is not built: make phone")
	}
	all, words := 0, 0 // of the words, a phone fetches those of one language
	for _, f := range must(app.Built.ReadDir("built")) {
		if path.Ext(f.Name()) != ".js" || f.Name() == "worker.js" {
			continue
		}
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, _ = w.Write(must(app.Built.ReadFile("built/" + f.Name())))
		_ = w.Close()
		if strings.HasPrefix(f.Name(), "en-") || strings.HasPrefix(f.Name(), "cy-") {
			words = max(words, packed.Len())
			continue
		}
		all += packed.Len()
	}
	if words == 0 || all+words > 150_000 {
		t.Errorf("the script is %d bytes packed, its words %d: 150,000 are the most", all, words)
	}
	t.Logf("the script is %d bytes packed, with the words of one language %d", all, all+words)
}
