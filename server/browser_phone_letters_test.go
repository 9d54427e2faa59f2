package main

import "testing"

// Letters and evidence with the app: a practitioner writes and photographs without signal and
// is killed in the middle, a manager sends back and approves on their own phone, and the bytes
// at the server are those of the phone. Each page is read by axe, narrow, wide, dark and large.
func TestBrowserPhoneLetters(t *testing.T) { inApp(t, "phone_letters.mjs", livedIn, nil) }
