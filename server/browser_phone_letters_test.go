package main

import (
	"os"
	"testing"

	app "holdfast/mobile-contract/phone"
)

// Letters and evidence with the app: a practitioner writes and photographs without signal and
// is killed in the middle, a manager sends back and approves on their own phone, and the bytes
// at the server are those of the phone. Each page is read by axe, narrow, wide, dark and large.
func TestBrowserPhoneLetters(t *testing.T) {
	chromium(t)
	if _, err := app.Built.ReadFile("built/main.js"); err != nil {
		t.Skip("the app is not built: make phone")
	}
	s := livedIn(t)
	inBrowser(t, "phone_letters.mjs", map[string]any{"at": s.URL, "look": os.Getenv("HOLDFAST_LOOK")}, func(ask string) map[string]any {
		return map[string]any{"problem": "nobody does " + ask + " here"}
	})
}
