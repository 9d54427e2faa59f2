package lettertext

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// FuzzParse looks for a template that panics, hangs, is placed wrongly, parses
// differently the second time, or lets a value change the shape of a letter.
func FuzzParse(f *testing.F) {
	for _, v := range readVectors(f).Vectors {
		if v.Given.Source != nil {
			f.Add(v.source(f))
		}
	}
	for _, pack := range bundled(f) {
		f.Add(strings.Join(pack.Body, "\n"))
	}
	plain, hostile := sample(f), hostileData(sample(f))
	f.Fuzz(func(t *testing.T, src string) {
		template, err := Parse(src)
		if err != nil {
			var wrong *Error
			if !errors.As(err, &wrong) {
				t.Fatalf("an error that is no *Error: %v", err)
			}
			checkPlace(t, src, wrong)
			return
		}
		again, err := Parse(template.Source())
		if err != nil || again.Hash() != template.Hash() || !slices.EqualFunc(again.Fields(), template.Fields(), sameField) {
			t.Fatalf("the source it keeps parses differently: %v", err)
		}
		one, err := Merge(template, plain)
		two, err2 := Merge(template, hostile)
		if (err == nil) != (err2 == nil) && !tooLong(err) && !tooLong(err2) {
			t.Fatalf("the values decide whether it merges: %v, %v", err, err2)
		}
		if err == nil && err2 == nil && !slices.Equal(shapeOf(one), shapeOf(two)) {
			t.Fatalf("a value changed the shape of the letter: %v, %v", shapeOf(one), shapeOf(two))
		}
	})
}

// hostileData replaces every text value by one that tries to be markup.
func hostileData(data Data) Data {
	const markup = "**# - {{letter.ref}} {{#missed}} \\ @language cy \u202e\x00<b>"
	out := Data{}
	for name, value := range data {
		f := catalogueIndex[name]
		switch {
		case value.shape == shapeTexts:
			texts := slices.Clone(value.texts)
			for i := range texts {
				texts[i] = markup
			}
			out[name] = Many(texts...)
		case value.shape == shapeRows:
			var rows []Row
			for _, row := range value.rows {
				hostile := Row{}
				for key, text := range row {
					if hostile[key] = text; f.itemField(key).Type == Text {
						hostile[key] = markup
					}
				}
				rows = append(rows, hostile)
			}
			out[name] = Table(rows...)
		case f.Type == Text:
			out[name] = One(markup[:min(len(markup), f.Max)])
		default:
			out[name] = value
		}
	}
	return out
}

func sameField(a, b Field) bool { return a.Name == b.Name }

func tooLong(err error) bool {
	var wrong *MergeError
	return errors.As(err, &wrong) && slices.ContainsFunc(wrong.Problems, func(p Problem) bool { return p.Code == TooLong })
}

func shapeOf(d *Document) []Kind {
	var kinds []Kind
	for _, block := range d.Body {
		kinds = append(kinds, block.Kind)
	}
	return kinds
}

// checkPlace holds a fault's place against the source: it is inside it.
func checkPlace(t *testing.T, src string, e *Error) {
	t.Helper()
	lines := strings.Split(strings.ReplaceAll(src, "\r\n", "\n"), "\n")
	if e.Line < 1 || e.Line > len(lines) || e.Column < 1 || e.Column > len([]rune(lines[e.Line-1]))+1 {
		t.Fatalf("%v is outside of a source of %d lines", e, len(lines))
	}
	if len([]rune(e.Detail)) > 64 {
		t.Fatalf("a detail of %d code points", len([]rune(e.Detail)))
	}
}

// Each source is the worst for a scan that looks ahead or counts from the start again
// and again. Sixteen times the source may take about sixteen times as long, not 256: a
// machine that is interrupted for a while is asked again, a scan that is quadratic never
// comes under the line.
func TestTheWorstTemplatesAreReadInLinearTime(t *testing.T) {
	timed := func(src string, times int) time.Duration {
		best := time.Hour
		for range times {
			started := time.Now()
			_, _ = Parse(src)
			best = min(best, time.Since(started))
		}
		return best
	}
	for _, piece := range []string{
		"{{", "}}", "**", "*", `\{`, "{{x}}", "**a", "**ŵ", "{", "- a\n", "# a\n", "@a\n", "{{#missed}}\n",
		"{{#missed}}\n- {{date}}\n{{/missed}}\n", "{{contact.name}}", "ŵ", "\t", "\r\n", "\x80", "\u202e",
	} {
		n := MaxSource / len(piece)
		whole, part := strings.Repeat(piece, n), strings.Repeat(piece, n/16)
		short, long := timed(part, 9), timed(whole, 9)
		for try := 0; try < 30 && long > 100*max(short, 5*time.Microsecond); try++ {
			short, long = timed(part, 9), min(long, timed(whole, 9))
		}
		if long > 100*max(short, 5*time.Microsecond) {
			t.Errorf("%q: %v for a sixteenth of the source, %v for the whole", piece, short, long)
		}
	}
}

// The largest letter that the limits allow: every item of a full list written by
// the most blocks, each value as long as it may be.
func TestTheLargestMergeEndsAtOnce(t *testing.T) {
	template, err := Parse("{{#concerns}}\n" + strings.Repeat("- {{what}}\n", 199) + "{{/concerns}}")
	if err != nil {
		t.Fatal(err)
	}
	data := sample(t)
	rows := make([]Row, MaxItems)
	for i := range rows {
		rows[i] = Row{"date": "2026-01-01", "what": strings.Repeat("ŵ", MaxValue)}
	}
	data["concerns"] = Table(rows...)
	started := time.Now()
	if _, err := Merge(template, data); !tooLong(err) {
		t.Errorf("got %v, want a letter that is too long", err)
	}
	if took := time.Since(started); took > time.Minute {
		t.Errorf("took %v: it hangs", took)
	}
}

func BenchmarkParseAndMerge(b *testing.B) {
	file := filepath.Join("../../collections/packs/letters", "L_final.en.standard.json")
	raw, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	pack, err := ParsePack(raw)
	if err != nil {
		b.Fatal(err)
	}
	src, data := strings.Join(pack.Body, "\n"), sample(b)
	for b.Loop() {
		template, err := Parse(src)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Merge(template, data); err != nil {
			b.Fatal(err)
		}
	}
}
