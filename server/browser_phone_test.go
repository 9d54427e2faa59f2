package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"testing"

	app "holdfast/mobile-contract/phone"
)

// A practitioner's day with the app: signing in, Today, a family, recording without signal,
// kills, risks raised and answered, what two people changed, what could not be saved, a
// locked phone. Each page is read by axe, narrow, wide, dark and large.
func TestBrowserPhone(t *testing.T) {
	chromium(t)
	if _, err := app.Built.ReadFile("built/main.js"); err != nil {
		t.Skip("the app is not built: make phone")
	}
	s := livedIn(t)
	inBrowser(t, "phone.mjs", map[string]any{"at": s.URL, "look": os.Getenv("HOLDFAST_LOOK")}, func(ask string) map[string]any {
		return map[string]any{"problem": "nobody does " + ask + " here"}
	})
}

// What a phone in the hills has to fetch before it shows anything.
func TestTheAppIsLight(t *testing.T) {
	script, err := app.Built.ReadFile("built/main.js")
	if err != nil {
		t.Skip("the app is not built: make phone")
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write(script)
	_ = w.Close()
	if packed.Len() > 150_000 {
		t.Errorf("the script is %d bytes packed: 150,000 are the most", packed.Len())
	}
	t.Logf("the script is %d bytes packed", packed.Len())
}
