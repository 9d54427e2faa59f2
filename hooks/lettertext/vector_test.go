package lettertext

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
)

// vectorFile is mobile-contract/vectors/letter.json, which a phone runs too. Its
// answers come from a second implementation that was written from what
// LETTER.md says.
type vectorFile struct {
	Limits    map[string]int
	Languages map[string]*language
	Catalogue []Field
	Frame     map[string]json.RawMessage
	ScanFrame json.RawMessage `json:"scan_frame"`
	Vectors   []vector
}

type vector struct {
	Name  string
	Given struct {
		Source  json.RawMessage
		Repeat  *repeated
		Data    map[string]json.RawMessage
		Body    []Block
		Entries []string

		Letter struct {
			Merge Data
		}
		Template struct {
			Hash string
			Body json.RawMessage
		}
	}
	When string
	Then map[string]json.RawMessage
}

type repeated struct {
	Text  string
	Times int
}

func readVectors(t testing.TB) vectorFile {
	t.Helper()
	raw, err := os.ReadFile("../../mobile-contract/vectors/letter.json")
	if err != nil {
		t.Fatal(err)
	}
	var file vectorFile
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	return file
}

// source is the template that a vector gives.
func (v vector) source(t testing.TB) string {
	t.Helper()
	if v.Given.Repeat != nil {
		return strings.Repeat(v.Given.Repeat.Text, v.Given.Repeat.Times)
	}
	var text string
	var lines []string
	if json.Unmarshal(v.Given.Source, &text) == nil {
		return text
	}
	if err := json.Unmarshal(v.Given.Source, &lines); err != nil {
		t.Fatalf("%s: source: %v", v.Name, err)
	}
	return strings.Join(lines, "\n")
}

// data is the frame with the vector's own data laid over it.
func (v vector) data(t testing.TB, frame map[string]json.RawMessage) Data {
	t.Helper()
	data := Data{}
	for _, layer := range []map[string]json.RawMessage{frame, v.Given.Data} {
		for name, raw := range layer {
			var many struct {
				Repeat string
				Times  int
			}
			var value Value
			switch {
			case string(raw) == "null":
				delete(data, name)
			case json.Unmarshal(raw, &many) == nil && many.Times > 0:
				data[name] = One(strings.Repeat(many.Repeat, many.Times))
			default:
				if err := json.Unmarshal(raw, &value); err != nil {
					t.Fatalf("%s: %s: %v", v.Name, name, err)
				}
				data[name] = value
			}
		}
	}
	return data
}

func TestVectors(t *testing.T) {
	file := readVectors(t)
	ran := map[string]int{}
	for _, v := range file.Vectors {
		ran[v.When]++
		t.Run(v.When+": "+v.Name, func(t *testing.T) {
			got := map[string]any{}
			switch v.When {
			case "parse":
				got = parsed(v.source(t))
			case "merge":
				template, err := Parse(v.source(t))
				if err != nil {
					t.Fatal(err)
				}
				got = merged(template, v.data(t, file.Frame), v.Then)
			case "read":
				read := Read(&Document{Language: "en", Body: v.Given.Body})
				got = map[string]any{
					"words": read.Words, "sentences": read.Sentences, "syllables": read.Syllables,
					"grade": read.Grade, "average_sentence": read.AverageSentence,
				}
			case "scan":
				var doc Document
				if err := json.Unmarshal(file.ScanFrame, &doc); err != nil {
					t.Fatal(err)
				}
				doc.Body = v.Given.Body
				got["hits"] = Scan(&doc, v.Given.Entries)
			case "record":
				pack, err := ParsePack(v.Given.Template.Body)
				if err != nil {
					t.Fatal(err)
				}
				template, err := pack.Template()
				if err != nil {
					t.Fatal(err)
				}
				got = merged(template, v.Given.Letter.Merge, v.Then)
				got["content_hash"], got["template_hash"] = got["hash"], v.Given.Template.Hash
				delete(got, "hash")
			default:
				t.Fatalf("nothing is known of %q", v.When)
			}
			compare(t, got, v.Then)
		})
	}
	if ran["parse"] < 50 || ran["merge"] < 30 || ran["read"] < 4 || ran["scan"] < 7 || ran["record"] < 2 {
		t.Errorf("too few vectors ran: %v", ran)
	}
}

func parsed(source string) map[string]any {
	template, err := Parse(source)
	var wrong *Error
	if errors.As(err, &wrong) {
		return map[string]any{"error": map[string]any{"fault": wrong.Fault, "line": wrong.Line, "column": wrong.Column}}
	}
	fields := []string{}
	for _, f := range template.Fields() {
		if template.Names(f.Name) {
			fields = append(fields, f.Name)
		}
	}
	return map[string]any{"language": template.Language(), "print": template.Print(), "fields": fields, "hash": template.Hash()}
}

// merged answers with as much of the document as the vector shows.
func merged(template *Template, data Data, then map[string]json.RawMessage) map[string]any {
	doc, err := Merge(template, data)
	var wrong *MergeError
	if errors.As(err, &wrong) {
		return map[string]any{"problems": wrong.Problems}
	}
	got := map[string]any{"hash": doc.Hash()}
	if then["document"] != nil {
		got["document"] = doc
	}
	if then["body"] != nil {
		got["body"] = doc.Body
	}
	return got
}

// compare holds an answer against a vector's, as JSON values.
func compare(t *testing.T, got map[string]any, then map[string]json.RawMessage) {
	t.Helper()
	plain := func(v any) any {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var out any
		if err := json.Unmarshal(raw, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if g, w := plain(got), plain(then); !reflect.DeepEqual(g, w) {
		t.Errorf("got\n%s\nwant\n%s", cut(g), cut(w))
	}
}

func cut(v any) string { return fmt.Sprintf("%.1000s", fmt.Sprint(v)) }

func TestVectorFileHoldsTheTablesOfTheEngine(t *testing.T) {
	file := readVectors(t)
	if !reflect.DeepEqual(file.Catalogue, Catalogue()) {
		t.Error("the catalogue in the vector file is not the engine's")
	}
	if !reflect.DeepEqual(file.Languages, words) {
		t.Error("the languages in the vector file are not the engine's")
	}
	want := map[string]int{"source_bytes": MaxSource, "blocks": MaxBlocks, "fields": MaxFields, "letter": MaxDocument}
	if !reflect.DeepEqual(file.Limits, want) {
		t.Errorf("limits are %v, want %v", file.Limits, want)
	}
}
