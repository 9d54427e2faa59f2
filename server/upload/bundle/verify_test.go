package bundle_test

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"holdfast/hooks/signing"
	"holdfast/server/upload/bundle"
)

var public, private, _ = ed25519.GenerateKey(nil)

func sign(key ed25519.PrivateKey, typ, id string) func(string) (string, error) {
	return func(sum string) (string, error) {
		t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, bundle.Claims{RegisteredClaims: jwt.RegisteredClaims{Subject: id}, Manifest: sum})
		t.Header["typ"] = typ
		return t.SignedString(key)
	}
}

// good is a bundle of three originals and one that is left out.
func good(t *testing.T, signed func(string) (string, error)) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := bundle.Begin(&out, t.TempDir(), bundle.Head{ID: "b1", Case: "FM-0001", Reason: `For <script>alert(1)</script> the panel`, MadeBy: "Moira Ash"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Drop()
	for _, name := range []string{"one", "two", "three"} {
		content := strings.Repeat(name, 500)
		sum := sha256.Sum256([]byte(content))
		item := bundle.Item{Evidence: name, File: "originals/" + name + ".txt", Title: `"><img src=x onerror=alert(1)>`, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content)),
			Custody: []bundle.Event{{Kind: "announced", Name: "<b>Priya</b>"}}}
		if err := w.Add(item, strings.NewReader(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Add(bundle.Item{Evidence: "four", LeftOut: "it is kept apart"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := w.End(signed); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// part is one file of a zip that a test takes apart and puts together again.
type part struct{ name, body string }

func apart(t *testing.T, b []byte) (parts []part) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part{f.Name, string(body)})
	}
	return parts
}

func together(t *testing.T, parts []part) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range parts {
		w, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(p.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func found(b []byte) string {
	_, faults := bundle.Verify(bytes.NewReader(b), int64(len(b)), public)
	var all []string
	for _, f := range faults {
		all = append(all, f.What+" "+f.Name)
	}
	return strings.Join(all, ", ")
}

func TestEveryFaultOfABundleIsNamed(t *testing.T) {
	whole := good(t, sign(private, signing.Bundle, "b1"))
	if got := found(whole); got != "" {
		t.Fatalf("a good bundle: %s", got)
	}
	parts := apart(t, whole)
	if got := found(together(t, parts)); got != "" {
		t.Fatalf("a good bundle, put together again: %s", got)
	}
	_, other, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	with := func(edit func(p []part) []part) []byte { return together(t, edit(append([]part{}, parts...))) }
	at := func(name string) int {
		for i, p := range parts {
			if p.name == name {
				return i
			}
		}
		t.Fatalf("no %s", name)
		return 0
	}
	two, sheet, sig := at("originals/two.txt"), at("manifest.json"), at("manifest.sig")
	flipped := bytes.Clone(whole)
	flipped[bytes.Index(flipped, []byte("twotwo"))] ^= 1
	hidden := bytes.Clone(whole)
	copy(hidden[bytes.Index(hidden, []byte("originals/one.txt")):], "originals/0ne.txt")
	for name, c := range map[string]struct {
		bundle []byte
		want   string
	}{
		"one flipped byte": {flipped, "altered originals/two.txt"},
		"an altered file":  {with(func(p []part) []part { p[two].body += "x"; return p }), "altered originals/two.txt"},
		"an altered index": {with(func(p []part) []part {
			i := at("index.html")
			p[i].body = strings.Replace(p[i].body, "Moira", "Nobody", 1)
			return p
		}), "altered index.html"},
		"a shortened file":          {with(func(p []part) []part { p[two].body = p[two].body[:100]; return p }), "altered originals/two.txt"},
		"a missing file":            {with(func(p []part) []part { return append(p[:two], p[two+1:]...) }), "missing originals/two.txt"},
		"an extra file":             {with(func(p []part) []part { return append(p, part{"originals/five.txt", "five"}) }), "extra originals/five.txt"},
		"an extra folder":           {with(func(p []part) []part { return append(p, part{"empty/", ""}) }), "unsafe_name empty/, altered empty/, extra empty/"},
		"a renamed file":            {with(func(p []part) []part { p[two].name = "originals/2.txt"; return p }), "renamed originals/2.txt"},
		"two names changed over":    {with(func(p []part) []part { p[two].name, p[two-1].name = p[two-1].name, p[two].name; return p }), "altered originals/two.txt, altered originals/one.txt"},
		"a name twice":              {with(func(p []part) []part { return append(p, p[two]) }), "duplicate originals/two.txt"},
		"a name twice, other bytes": {with(func(p []part) []part { return append(p, part{p[two].name, "x"}) }), "duplicate originals/two.txt, altered originals/two.txt"},
		"a name twice, in capitals": {with(func(p []part) []part { return append(p, part{"ORIGINALS/TWO.TXT", "x"}) }), "duplicate ORIGINALS/TWO.TXT, extra ORIGINALS/TWO.TXT"},
		"a way out":                 {with(func(p []part) []part { return append(p, part{"../../etc/passwd", "x"}) }), "unsafe_name ../../etc/passwd, extra ../../etc/passwd"},
		"a way out in Windows":      {with(func(p []part) []part { return append(p, part{`..\x`, "x"}) }), `unsafe_name ..\x, extra ..\x`},
		"a drive":                   {with(func(p []part) []part { return append(p, part{"C:/x", "x"}) }), "unsafe_name C:/x, extra C:/x"},
		"an absolute name":          {with(func(p []part) []part { return append(p, part{"/etc/x", "x"}) }), "unsafe_name /etc/x, extra /etc/x"},
		"a name around":             {with(func(p []part) []part { return append(p, part{"a/../b", "x"}) }), "unsafe_name a/../b, extra a/../b"},
		"two names for one file":    {hidden, "renamed originals/one.txt"},
		"cut in half":               {whole[:len(whole)/2], "truncated "},
		"the last byte cut":         {whole[:len(whole)-1], "truncated "},
		"nothing":                   {nil, "truncated "},
		"something behind":          {append(bytes.Clone(whole), "more"...), "extra "},
		"something before":          {append([]byte("MZ more"), whole...), "extra originals/one.txt"},
		"another manifest":          {with(func(p []part) []part { p[sheet].body = strings.Replace(p[sheet].body, "Moira", "Nobody", 1); return p }), "altered manifest.json"},
		"no manifest":               {with(func(p []part) []part { return append(p[:sheet], p[sheet+1:]...) }), "missing manifest.json"},
		"no signature":              {with(func(p []part) []part { return append(p[:sig], p[sig+1:]...) }), "missing manifest.sig"},
		"an empty signature":        {with(func(p []part) []part { p[sig].body = ""; return p }), "unsigned manifest.sig"},
		"another's signature":       {good(t, sign(other, signing.Bundle, "b1")), "unsigned manifest.sig"},
		"a receipt as signature":    {good(t, sign(private, signing.Receipt, "b1")), "unsigned manifest.sig"},
		"another bundle's":          {good(t, sign(private, signing.Bundle, "b2")), "malformed manifest.json"},
	} {
		if got := found(c.bundle); got != c.want {
			t.Errorf("%s: found %q, want %q", name, got, c.want)
		}
	}
}

// Every single byte of a bundle is somebody's: flipped, it is found.
func TestNoByteOfABundleCanBeFlippedUnseen(t *testing.T) {
	whole := good(t, sign(private, signing.Bundle, "b1"))
	unseen := 0
	for i := 0; i < len(whole); i += 3 { // every third: they are some ten thousand
		b := bytes.Clone(whole)
		b[i] ^= 0x41
		if found(b) == "" {
			unseen++
			if unseen < 20 {
				t.Logf("byte %d of %d: %q", i, len(whole), whole[max(0, i-8):min(len(whole), i+8)])
			}
		}
	}
	// Dates, versions and attributes in a zip's headers say nothing about the content.
	if headers := len(apart(t, whole)) * 16 / 3; unseen > headers {
		t.Errorf("%d bytes can be flipped unseen, of at most %d that carry nothing", unseen, headers)
	}
}

func TestWhatPeopleWroteIsTextInTheIndex(t *testing.T) {
	for _, p := range apart(t, good(t, sign(private, signing.Bundle, "b1"))) {
		if p.name != "index.html" {
			continue
		}
		for _, bad := range []string{"<script", "<img", "<b>"} {
			if strings.Contains(p.body, bad) {
				t.Errorf("the index holds %s", bad)
			}
		}
		for _, good := range []string{"&lt;script&gt;", "&lt;img", "it is kept apart", `href="originals/two.txt"`, "default-src &#39;none&#39;"} {
			if !strings.Contains(p.body, good) && !strings.Contains(p.body, strings.ReplaceAll(good, "&#39;", "'")) {
				t.Errorf("the index lacks %s", good)
			}
		}
	}
}

func TestAnAlteredOriginalMakesNoBundle(t *testing.T) {
	w, err := bundle.Begin(io.Discard, t.TempDir(), bundle.Head{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Drop()
	if err := w.Add(bundle.Item{File: "originals/x.txt", SHA256: strings.Repeat("0", 64), Size: 1}, strings.NewReader("x")); err == nil {
		t.Error("bytes that are not the sealed ones were signed for")
	}
}
