package coordinate

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func TestTheLookIsPlainUntilItIsBuilt(t *testing.T) {
	bare := fstest.MapFS{}
	for _, name := range []string{"plain.css", "holdfast.css", "holdfast.mjs", "icon.svg", "built/README"} {
		raw, err := fs.ReadFile(assets, "assets/"+name)
		if err != nil {
			t.Fatal(err)
		}
		bare["assets/"+name] = &fstest.MapFile{Data: raw}
	}
	plain, err := loadLook(bare)
	if err != nil || !strings.Contains(plain.Styles[0], "plain.css") || len(plain.Scripts) != 1 {
		t.Fatalf("without a build: %v %v %v", plain.Styles, plain.Scripts, err)
	}
	bare["assets/built/govuk.css"] = &fstest.MapFile{Data: []byte("p{}")}
	bare["assets/built/govuk.mjs"] = &fstest.MapFile{Data: []byte("export {}")}
	built, err := loadLook(bare)
	if err != nil || !strings.Contains(built.Styles[0], "govuk.css") || len(built.Scripts) != 2 {
		t.Fatalf("with a build: %v %v %v", built.Styles, built.Scripts, err)
	}
	if plain.files["README"].content != nil {
		t.Error("the placeholder is served")
	}
}

func TestAssetsAreServedAndNothingElse(t *testing.T) {
	d := openDesk(t)
	b := d.browser()
	page := b.get("/coordinate/sign-in")
	found := regexp.MustCompile(`(?:href|src)="(/coordinate/assets/[^"]+)"`).FindAllStringSubmatch(page.text(), -1)
	if len(found) < 4 {
		t.Fatalf("the page asks for %v", found)
	}
	for _, m := range found {
		a := b.get(m[1])
		wants(t, a, 200)
		if kind := a.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/") && !strings.HasPrefix(kind, "image/svg+xml") || !strings.HasSuffix(kind, "; charset=utf-8") {
			t.Errorf("%s is of type %q", m[1], kind)
		}
		if !strings.Contains(a.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s is not kept: %q", m[1], a.header.Get("Cache-Control"))
		}
	}
	for _, path := range []string{"README", "package.json", "build.mjs", "../room.go", "%2e%2e/room.go", "built/govuk.css", ""} {
		if a := b.get("/coordinate/assets/" + path); a.status == 200 {
			t.Errorf("%s is served", path)
		}
	}
}

// TestNothingRunsFromInsideAPage: the policy would stop it in a browser; a page
// that has it would be broken there.
func TestNothingRunsFromInsideAPage(t *testing.T) {
	inline := regexp.MustCompile(`(?i)\sstyle\s*=|\son[a-z]+\s*=|<style|javascript:|<script(?:[^>]*)>[^<]|https?://`)
	files, err := pageFiles.ReadDir("page")
	if err != nil || len(files) < 8 {
		t.Fatal(len(files), err)
	}
	for _, f := range files {
		raw, err := pageFiles.ReadFile("page/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if m := inline.Find(raw); m != nil {
			t.Errorf("%s has %q", f.Name(), m)
		}
	}
}

// TestTheBuildLeavesOutWhatIsGOVUKs looks at what make built, when it did.
func TestTheBuildLeavesOutWhatIsGOVUKs(t *testing.T) {
	raw, err := os.ReadFile("assets/built/govuk.css")
	if err != nil {
		t.Skip("the GOV.UK look is not built here")
	}
	for _, left := range []string{"GDS Transport", "@font-face", "crest", "crown.", "royal", "url(/assets"} {
		if strings.Contains(string(raw), left) {
			t.Errorf("the built style sheet holds %q", left)
		}
	}
	if !strings.Contains(string(raw), ".govuk-button") {
		t.Error("the built style sheet is not GOV.UK Frontend's")
	}
}
