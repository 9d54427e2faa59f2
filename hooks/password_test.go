package hooks_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

func TestAPasswordThatIsGuessedIsNotTaken(t *testing.T) {
	const name, email = "Siân O'Connor-Price", "sian.price7@fellmoor.example"
	for password, why := range map[string]string{
		"sixty four plain letters that somebody might type every morning!": "",
		"holdfast-demo":                  "house",
		"Safeguarding-2026!":             "house",
		"social-worker-children":         "house",
		"council-lantern-orchard":        "",
		"correct horse battery":          "",
		"thimble-orchard-9-lantern":      "",
		"kxwqlpzmvbnt":                   "",
		strings.Repeat("Ψ", 11) + "a-b":  "",
		"eleven-char":                    "at least 12",
		strings.Repeat("😀", 11):          "at least 12",
		strings.Repeat("x7-Q", 18) + "!": "too long",
		strings.Repeat("🐙🦊", 12):         "too long",
		"a-quiet-har\x00bour-at-night":   "typed again",
		"a-quiet-har\xffbour-at-night":   "typed again",
		"password1234":                   "commonest",
		"Passw0rd1234":                   "commonest",
		"aaaaaaaaaaaa":                   "commonest",
		"qwertyuiop12":                   "commonest",
		"liverpool2024":                  "commonest",
		"manchesterunited":               "commonest",
		"ilovePRICEverymuch":             "your name",
		"Connor-and-the-lantern":         "your name",
		"sian.price7-lantern":            "your name",
		"the-siân-of-the-orchard":        "your name",
	} {
		got := signin.PasswordProblem(password, name, email)
		if (why == "") != (got == "") || !strings.Contains(got, why) {
			t.Errorf("%q: %q, want %q", password, got, why)
		}
	}
}

// Whoever writes: the operator's accounts and workers', made and changed; and who has
// an old password keeps working with it, and changes everything else.
func TestNoWriterSetsAWeakPassword(t *testing.T) {
	app := demotest.App(t)
	supers := must(app.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers))
	made := core.NewRecord(supers)
	made.SetEmail("operator@fellmoor.example")
	made.SetPassword("operator")
	refused(t, app.Save(made), "password", "12 characters")
	made.SetPassword("operator-of-fellmoor")
	refused(t, app.Save(made), "password", "your name or your email")
	made.SetPassword("thimble-orchard-9")
	if err := app.Save(made); err != nil {
		t.Fatal(err)
	}
	if hash := made.GetString("password:hash"); !strings.HasPrefix(hash, "$2a$") || hash[4:6] < "10" {
		t.Errorf("a password is stored as %s…", hash[:min(len(hash), 7)])
	}
	made.SetPassword("short")
	refused(t, app.Save(made), "password", "12 characters")

	user := must(app.FindRecordById("users", demo.Practitioner.ID))
	user.SetPassword("aaaaaaaa")
	refused(t, app.Save(user), "password", "12 characters")
	user.SetPassword(strings.Repeat("🐙🦊", 12))
	refused(t, app.Save(user), "password", "72")

	old := must(app.FindRecordById("users", demo.Colleague.ID))
	old.SetRaw("password", &core.PasswordFieldValue{Hash: old.GetString("password:hash")})
	old.Set("job_title", "Still with an old password")
	if err := app.Save(old); err != nil {
		t.Errorf("an account with an old password cannot be changed: %v", err)
	}
	if !must(app.FindRecordById("users", demo.Colleague.ID)).ValidatePassword(demo.Password) {
		t.Error("an old password no longer signs in")
	}
}

func refused(t *testing.T, err error, field, why string) {
	t.Helper()
	fields, ok := kernel.Refusal(err)
	if !ok || fields[field] == nil || !strings.Contains(fields[field].Error(), why) {
		t.Errorf("%v, want %s: …%s…", err, field, why)
	}
}
