package letterpage

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"holdfast/hooks/lettertext"
)

// starter parses every bundled template, by file name.
func starter(t testing.TB) map[string]*lettertext.Template {
	t.Helper()
	files, err := filepath.Glob("../../collections/packs/letters/L*.json")
	if err != nil || len(files) < 19 {
		t.Fatalf("%d starter letters found: %v", len(files), err)
	}
	templates := map[string]*lettertext.Template{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		pack, err := lettertext.ParsePack(raw)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		if templates[name], err = pack.Template(); err != nil {
			t.Fatal(err)
		}
	}
	return templates
}

// sample is a value for every field of the catalogue.
func sample(t testing.TB) lettertext.Data {
	t.Helper()
	raw, err := os.ReadFile("../../hooks/lettertext/testdata/sample.json")
	if err != nil {
		t.Fatal(err)
	}
	var data lettertext.Data
	if err := json.Unmarshal(raw, &data); err != nil {
		t.Fatal(err)
	}
	return data
}

// merged is a starter letter with the sample data, some of it changed.
func merged(t testing.TB, name string, change lettertext.Data) *lettertext.Document {
	t.Helper()
	data := sample(t)
	for field, value := range change {
		data[field] = value
	}
	doc, err := lettertext.Merge(starter(t)[name], data)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func rendered(t testing.TB, doc *lettertext.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := PDF(&b, doc, Paper{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// said is the letter's text in reading order, without any white space or the marks of
// bullets: where lines and pages break makes no difference to it, nor that the last list
// is set as one paragraph where that brings the letter on one sheet.
func said(doc *lettertext.Document) string {
	var b strings.Builder
	add := func(texts ...string) {
		for _, text := range texts {
			b.WriteString(text)
		}
	}
	add(doc.Sender...)
	add(doc.Return)
	add(doc.Recipient...)
	add(doc.Labels.Reference, ":", doc.Reference, doc.DateText, doc.Salutation)
	for _, block := range doc.Body {
		add(block.Text())
	}
	add(doc.Closing, doc.Signatory.Name, doc.Signatory.Role, doc.Signatory.Organisation)
	if len(doc.Copies) > 0 {
		add(doc.Labels.Copies, ":")
		add(doc.Copies...)
	}
	return squeeze(b.String())
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// stress are letters that strain the page, by what is odd about each.
func stress(t testing.TB) map[string]*lettertext.Document {
	t.Helper()
	const (
		name60 = "Wilhelmina Aleksandra Featherstonehaugh-Brzęczyszczykiewicza"
		plain  = "L1_missed.en.standard"
		final  = "L_final.en.standard"
	)
	if n := len([]rune(name60)); n != 60 {
		t.Fatalf("a name of %d characters", n)
	}
	one, many := lettertext.One, lettertext.Many
	eight := many("Flat 12b, The Old Schoolhouse", "Almshouses Court", "Trading Estate Road North", "Lower Middleton",
		"Middleton-under-Ŵybren", "Near Great Łódź", "Anytown", "County of Anyshire")
	sixties := make([]string, 8)
	for i := range sixties {
		sixties[i] = strings.Repeat("Abcde fghi ", 5) + "12345"
	}
	hundred := strings.Repeat("Partnership ", 8) + "1234"
	sentences := strings.Repeat("If we still cannot meet, we will talk with the people who know your family. ", 60)
	return map[string]*lettertext.Document{
		"60-character names": merged(t, plain, lettertext.Data{
			"recipient.name": one(name60), "recipient.salutation_name": one(name60),
			"contact.name": one(name60), "signatory.name": one(name60), "area.name": one(name60), "child.first_names": many(name60, name60),
		}),
		"eight address lines":                  merged(t, plain, lettertext.Data{"recipient.name": one(name60), "recipient.address_lines": eight}),
		"eight address lines of 60 characters": merged(t, plain, lettertext.Data{"recipient.name": one(name60), "recipient.address_lines": many(sixties...)}),
		"a long sender": merged(t, "L0_invite.en.easy_read", lettertext.Data{
			"area.name":          one(strings.Repeat("Partnership ", 10)),
			"area.address_lines": many(hundred, hundred, hundred, hundred, hundred, hundred),
		}),
		"Welsh and Polish": merged(t, "L1_missed.cy.standard", lettertext.Data{
			"recipient.name": one("Żółć Gęślą Jaźń ĄĆĘŁŃÓŚŹŻ ąćęłńóśźż"),
			"signatory.name": one("Ŵŵ Ŷŷ ẀẁẂẃẄẅ Ỳỳ Ïï Êê Ôô"),
		}),
		"one long paragraph":          merged(t, final, lettertext.Data{"consequence_text": one(sentences)}),
		"a word of 10,000 characters": merged(t, final, lettertext.Data{"consequence_text": one(strings.Repeat("m", 10_000))}),
		"10,000 letters and spaces":   merged(t, final, lettertext.Data{"consequence_text": one(strings.Repeat("m ", 5_000))}),
		"fifty bullets":               merged(t, plain, lettertext.Data{"support_offered": many(strings.Fields(strings.Repeat("something ", 50))...)}),
		"large print":                 merged(t, "L1_missed.en.easy_read", lettertext.Data{"recipient.address_lines": eight, "contact.name": one(name60)}),
		"twenty copies":               merged(t, plain, lettertext.Data{"cc": many(strings.Fields(strings.Repeat("Somebody ", 20))...)}),
		"markup, braces and brackets": merged(t, final, lettertext.Data{
			"contact.name":   one(`<b onclick="x()">**{{letter.ref}}** (\) # - &amp;`),
			"recipient.name": one("{{#missed}}{{/missed}} <script>alert(1)</script>"), "letter.ref": one(`)>>/JS (app.alert\)`),
		}),
		"controls and overrides": merged(t, final, lettertext.Data{
			"contact.name":   one("abc\u202egnp.exe\u202c\x00\x07\x1b[31m"),
			"recipient.name": one("Ms\r\nBcc: x@example.org"), "letter.ref": one("A\u2066B\x00C"),
		}),
		"accents apart": merged(t, plain, lettertext.Data{"recipient.name": one("w\u0302y\u0302 Z\u0307o\u0301\u0142c\u0301")}),
	}
}

var every struct {
	sync.Mutex
	letters map[string]*lettertext.Document
	files   map[string]readFile
}

// everyLetter is each starter letter and each stress case, by name. They are made
// once: no test may change them.
func everyLetter(t testing.TB) map[string]*lettertext.Document {
	t.Helper()
	every.Lock()
	defer every.Unlock()
	if every.letters == nil {
		all := stress(t)
		for name := range starter(t) {
			all[name] = merged(t, name, nil)
		}
		every.letters, every.files = all, map[string]readFile{}
	}
	return maps.Clone(every.letters)
}

// readOnce is the PDF of one of everyLetter, taken apart.
func readOnce(t testing.TB, name string, doc *lettertext.Document) readFile {
	t.Helper()
	every.Lock()
	defer every.Unlock()
	file, ok := every.files[name]
	if !ok {
		file = readPDF(t, rendered(t, doc))
		every.files[name] = file
	}
	return file
}
