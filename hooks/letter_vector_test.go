package hooks_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	"holdfast/hooks/letter"
	"holdfast/server/demo/demotest"
)

var writeDrafts = flag.Bool("drafts", false, "write the answers of letter-draft.json anew")

const draftVectors = "../mobile-contract/vectors/letter-draft.json"

// draftVectorFile says what a letter is filled with and what stands in its way, from the
// records that a phone holds.
type draftVectorFile struct {
	About     []string                   `json:"about"`
	Rules     json.RawMessage            `json:"rules"`
	Templates map[string]json.RawMessage `json:"templates"`  // bodies, by key.language.variant
	AlsoWords []string                   `json:"also_words"` // names that are words as well
	Particles []string                   `json:"particles"`  // parts of names that are none of their own
	Frame     []frameRecord              `json:"frame"`
	Vectors   []draftVector              `json:"vectors"`
}

type frameRecord struct {
	Collection string         `json:"collection"`
	Record     map[string]any `json:"record"`
}

type draftVector struct {
	Name  string `json:"name"`
	When  string `json:"when"`
	Given struct {
		Now      string         `json:"now"`
		Records  []frameRecord  `json:"records"`
		Template string         `json:"template"`
		Letter   map[string]any `json:"letter"`
	} `json:"given"`
	Then *drafted `json:"then"`
}

type drafted struct {
	Reference   string          `json:"reference"`
	Merge       json.RawMessage `json:"merge"`
	Children    json.RawMessage `json:"children"`
	ContentHash string          `json:"content_hash"`
	Blocks      []stands        `json:"blocks"`
}

type stands struct {
	Field  string `json:"field"`
	Code   string `json:"code"`
	Reason bool   `json:"reason"`
}

// A phone without signal fills a letter in as the server does, and knows what stands in its
// way: both are answered from the same records.
func TestADraftIsFilledInAsThePhonesVectorsSay(t *testing.T) {
	var file draftVectorFile
	raw := must(os.ReadFile(draftVectors))
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	app := demotest.App(t)
	if *writeDrafts {
		fillTables(t, app, &file)
	}
	if also, particle := letter.NameWords(); !slices.Equal(also, file.AlsoWords) || !slices.Equal(particle, file.Particles) {
		t.Error("the words that names are looked for by are not those of the file")
	}
	save := func(app core.App, list []frameRecord) error {
		for _, f := range list {
			r := core.NewRecord(must(app.FindCollectionByNameOrId(f.Collection)))
			r.Load(f.Record)
			if f.Collection == "users" {
				r.SetRandomPassword()
			}
			if err := app.Save(kernel.AsServer(r)); err != nil {
				return fmt.Errorf("%s %v: %w", f.Collection, f.Record["id"], err)
			}
		}
		return nil
	}
	if err := save(app, file.Frame); err != nil {
		t.Fatal(err)
	}
	for i := range file.Vectors {
		v := &file.Vectors[i]
		t.Run(v.Name, func(t *testing.T) {
			defer setNow(must(types.ParseDateTime(v.Given.Now)))()
			var got *drafted
			err := app.RunInTransaction(func(tx core.App) error {
				if err := save(tx, v.Given.Records); err != nil {
					return err
				}
				template := wordingOf(tx, v.Given.Template)
				if !sameJSON(t, []byte(template.GetString("body")), file.Templates[v.Given.Template]) {
					t.Errorf("the body of %s in the file is not the bundled one", v.Given.Template)
				}
				l := core.NewRecord(must(tx.FindCollectionByNameOrId("letters")))
				l.Load(v.Given.Letter)
				l.Set("template", template.Id)
				l.Set("author", "") // it is whoever sends it
				author := must(tx.FindRecordById("users", fmt.Sprint(v.Given.Letter["author"])))
				if err := kernel.Within(tx, kernel.Actor{User: author, Door: "test"}, func(tx core.App) error { return tx.Save(l) }); err != nil {
					return err
				}
				got = &drafted{Reference: l.GetString("reference"), Merge: json.RawMessage(l.GetString("merge")), Children: json.RawMessage(l.GetString("children")), ContentHash: l.GetString("content_hash")}
				if err := json.Unmarshal([]byte(l.GetString("blocks")), &got.Blocks); err != nil {
					return err
				}
				return os.ErrClosed // nothing stays
			})
			if err != os.ErrClosed {
				t.Fatal(err)
			}
			if *writeDrafts {
				v.Then = got
			} else if !sameJSON(t, plainJSON(t, got), plainJSON(t, v.Then)) {
				t.Errorf("got\n%s\nwant\n%s", plainJSON(t, got), plainJSON(t, v.Then))
			}
		})
	}
	if len(file.Vectors) < 12 {
		t.Errorf("only %d vectors", len(file.Vectors))
	}
	if *writeDrafts {
		writeDraftVectors(t, file)
	}
}

// wordingOf is the published wording of a name: key.language.variant.
func wordingOf(app core.App, name string) *core.Record {
	part := strings.Split(name, ".")
	return must(app.FindFirstRecordByFilter("letter_templates", "key = {:k} && language = {:l} && variant = {:v} && status = 'published'",
		dbx.Params{"k": part[0], "l": part[1], "v": part[2]}))
}

// fillTables puts the bodies that the vectors name into the file, and the rules.
func fillTables(t *testing.T, app core.App, file *draftVectorFile) {
	t.Helper()
	file.Templates = map[string]json.RawMessage{}
	for _, v := range file.Vectors {
		r := wordingOf(app, v.Given.Template)
		file.Templates[v.Given.Template] = json.RawMessage(r.GetString("body"))
	}
	file.AlsoWords, file.Particles = letter.NameWords()
	file.Rules = json.RawMessage(must(app.FindFirstRecordByFilter("letter_rules", "status = 'published'")).GetString("body"))
}

func writeDraftVectors(t *testing.T, file draftVectorFile) {
	t.Helper()
	var b bytes.Buffer
	line := func(v any) string {
		var one bytes.Buffer
		enc := json.NewEncoder(&one)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
		return string(bytes.TrimSpace(one.Bytes()))
	}
	b.WriteString("{\n  \"about\": [\n")
	for i, a := range file.About {
		b.WriteString("    " + line(a) + comma(i, len(file.About)) + "\n")
	}
	b.WriteString("  ],\n  \"rules\": " + line(file.Rules) + ",\n  \"templates\": " + line(file.Templates) + ",\n  \"also_words\": " + line(file.AlsoWords) + ",\n  \"particles\": " + line(file.Particles) + ",\n  \"frame\": [\n")
	for i, f := range file.Frame {
		b.WriteString("    " + line(f) + comma(i, len(file.Frame)) + "\n")
	}
	b.WriteString("  ],\n  \"vectors\": [\n")
	for i, v := range file.Vectors {
		b.WriteString("    {\n      \"name\": " + line(v.Name) + ", \"when\": " + line(v.When) + ",\n      \"given\": " + line(v.Given) + ",\n      \"then\": " + line(v.Then) + "\n    }" + comma(i, len(file.Vectors)) + "\n")
	}
	b.WriteString("  ]\n}\n")
	if err := os.WriteFile(draftVectors, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func comma(i, n int) string {
	if i < n-1 {
		return ","
	}
	return ""
}

func plainJSON(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal(a, &x); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &y); err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(x, y)
}
