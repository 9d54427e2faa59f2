package coordinate

import (
	"regexp"
	"strings"
	"testing"

	"holdfast/server/demo"
)

// A password is hidden as it is typed, and whatever keeps people's passwords for them may
// fill it in: each such field says which it is, and nothing stops a paste.
func TestAPasswordIsTypedUnseenAndMayBePasted(t *testing.T) {
	field := regexp.MustCompile(`<input[^>]*(?:name="(?:password|again)"|autocomplete="[a-z]+-password")[^>]*>`)
	files, err := pageFiles.ReadDir("page")
	if err != nil {
		t.Fatal(err)
	}
	fields := 0
	for _, f := range files {
		raw, err := pageFiles.ReadFile("page/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range field.FindAllString(string(raw), -1) {
			fields++
			for _, must := range []string{`type="password"`, `-password"`, `autocapitalize="none"`} {
				if !strings.Contains(in, must) {
					t.Errorf("%s: %s lacks %s", f.Name(), in, must)
				}
			}
			for _, never := range []string{`autocomplete="off"`, "maxlength", "readonly", "onpaste"} {
				if strings.Contains(in, never) {
					t.Errorf("%s: %s has %s", f.Name(), in, never)
				}
			}
		}
	}
	if fields < 5 {
		t.Errorf("only %d fields of passwords are seen", fields)
	}
}

// A password is what was typed, to the letter; an address may come as phones type it.
func TestAPasswordIsTakenToTheLetter(t *testing.T) {
	d := openDesk(t)
	for _, typed := range []string{
		strings.ToUpper(demo.Password), " " + demo.Password, demo.Password + " ", demo.Password[:len(demo.Password)-1], demo.Password + "o",
	} {
		if a := d.browser().post("/coordinate/sign-in", credentials(demo.Coordinator.Email(), typed)); a.status == 303 {
			t.Errorf("%q signs in", typed)
		}
		d.now = d.now.Add(3600e9)
	}
	if a := d.browser().post("/coordinate/sign-in", credentials(demo.Coordinator.Email(), demo.Password)); a.status != 303 {
		t.Errorf("the password itself answered %d: the refusals above prove nothing", a.status)
	}
}

// Who signs in anew in the same browser leaves no older session behind that a copied
// cookie would still open.
func TestSigningInAnewEndsTheSessionBefore(t *testing.T) {
	d := openDesk(t)
	b := d.browser()
	old := b.post("/coordinate/sign-in", credentials(demo.Coordinator.Email(), demo.Password)).header.Get("Set-Cookie")
	old, _, _ = strings.Cut(old, ";")
	if a := d.browser().get("/coordinate", "Cookie", old); a.status != 200 {
		t.Fatalf("the first session answers %d", a.status)
	}
	anew := b.post("/coordinate/sign-in", credentials(demo.Coordinator.Email(), demo.Password)).header.Get("Set-Cookie")
	if strings.HasPrefix(anew, old) {
		t.Error("the second session is the first one")
	}
	if a := d.browser().get("/coordinate", "Cookie", old); a.status == 200 {
		t.Error("the session before goes on")
	}
}

// What a page showed is in no store of the browser's that outlives it, and nothing is
// taken from another window.
func TestThePagesKeepNothingInABrowser(t *testing.T) {
	scripts, err := assets.ReadDir("assets")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, f := range scripts {
		if !strings.HasSuffix(f.Name(), ".mjs") {
			continue
		}
		raw, err := assets.ReadFile("assets/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		read++
		for _, never := range []string{"localStorage", "sessionStorage", "indexedDB", "document.cookie", "caches.", "postMessage", "\"message\"", "innerHTML", "eval(", "document.write", "import("} {
			if strings.Contains(string(raw), never) {
				t.Errorf("%s uses %s", f.Name(), never)
			}
		}
	}
	if read < 2 {
		t.Errorf("only %d scripts are read", read)
	}
}
