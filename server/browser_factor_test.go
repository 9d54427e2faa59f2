package main

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pquerna/otp/totp"

	"holdfast/server/demo"
)

// A manager sets up a second factor and signs in with it, in a real browser with its own
// authenticator: what is asked of it and what it answers is as browsers have it.
func TestBrowserFactor(t *testing.T) {
	chromium(t)
	s := livedIn(t)
	at := strings.Replace(s.URL, "127.0.0.1", "localhost", 1) // passkeys need a name
	c := must(s.App.FindCollectionByNameOrId("account_policies"))
	policy := core.NewRecord(c)
	policy.Load(map[string]any{"second_factor": []string{"manager"}, "device_keys": "asked", "reason": "a test"})
	if err := s.App.Save(policy); err != nil {
		t.Fatal(err)
	}
	mailed := make(chan string, 10)
	s.App.OnMailerRecordOTPSend().BindFunc(func(e *core.MailerRecordEvent) error {
		mailed <- e.Meta["password"].(string)
		return e.Next()
	})
	inBrowser(t, "factor.mjs", map[string]any{"at": at, "account": demo.Manager.Email(), "look": os.Getenv("HOLDFAST_LOOK")}, func(ask string) map[string]any {
		what, rest, _ := strings.Cut(ask, " ")
		if what == "mailed" {
			select {
			case code := <-mailed:
				return map[string]any{"code": code}
			case <-time.After(time.Minute):
				return map[string]any{"problem": "no code was mailed"}
			}
		}
		ahead, secret, _ := strings.Cut(rest, " ")
		seconds, err := strconv.Atoi(ahead)
		if err != nil {
			return map[string]any{"problem": "nobody does " + ask + " here"}
		}
		code, err := totp.GenerateCode(secret, time.Now().Add(time.Duration(seconds)*time.Second))
		if err != nil {
			return map[string]any{"problem": err.Error()}
		}
		return map[string]any{"code": code}
	})
}
