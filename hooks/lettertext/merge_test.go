package lettertext

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func parse(t testing.TB, lines ...string) *Template {
	t.Helper()
	template, err := Parse(strings.Join(lines, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return template
}

// Whatever a value holds, the letter shows what Clean makes of it, and nothing
// else in the letter changes.
func TestAValueIsOnlyEverText(t *testing.T) {
	template := parse(t, "# A **{{contact.name}}** B", "", "- C {{contact.role}}", "{{#support_offered}}", "- {{item}} D", "{{/support_offered}}")
	base := sample(t)
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.String(), rapid.StringMatching(`[{}#/*\\@ -]{0,12}(missed|letter\.ref)?[{}*]{0,4}`)).
			Filter(func(s string) bool { return Clean(s) != "" && len([]rune(s)) <= 200 }).Draw(t, "value")
		data := Data{}
		for name, v := range base {
			data[name] = v
		}
		data["contact.name"], data["contact.role"], data["support_offered"] = One(value), One(value), Many(value, value)
		doc, err := Merge(template, data)
		if err != nil {
			t.Fatal(err)
		}
		shown := Clean(value)
		want := []Block{
			{Kind: Heading, Spans: []Span{{"A", false}, {" " + shown, true}, {" B", false}}},
			{Kind: Bullet, Spans: []Span{{"C " + shown, false}}},
			{Kind: Bullet, Spans: []Span{{shown + " D", false}}},
			{Kind: Bullet, Spans: []Span{{shown + " D", false}}},
		}
		if !slices.EqualFunc(doc.Body, want, func(a, b Block) bool { return a.Kind == b.Kind && slices.Equal(a.Spans, b.Spans) }) {
			t.Fatalf("got %+v, want %+v", doc.Body, want)
		}
	})
}

func TestCleanLeavesNothingThatHidesOrTurns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		out := Clean(rapid.String().Draw(t, "value"))
		for _, r := range out {
			if c := classOf(r); c != ordinary && r != ' ' {
				t.Fatalf("%U is left in %q", r, out)
			}
		}
		if Clean(out) != out {
			t.Fatalf("cleaning twice differs: %q", out)
		}
	})
	if got := Clean("a\xffb\xc3"); got != "a\uFFFDb\uFFFD" {
		t.Errorf("broken bytes became %q", got)
	}
}

func TestUnresolvedFieldsAreNamedOnce(t *testing.T) {
	template := parse(t, "{{contact.name}} {{contact.name}}", "{{#missed}}", "{{date}}", "{{/missed}}")
	data := sample(t)
	delete(data, "contact.name")
	delete(data, "missed") // where it may be without any, no line of it stands
	delete(data, "letter.ref")
	_, err := Merge(template, data)
	var wrong *MergeError
	if !errors.As(err, &wrong) {
		t.Fatal(err)
	}
	if got, want := wrong.Unresolved(), []string{"contact.name", "letter.ref"}; !slices.Equal(got, want) {
		t.Errorf("unresolved are %v, want %v", got, want)
	}
	if !strings.Contains(err.Error(), "letter.ref is unresolved") {
		t.Errorf("the error does not say so: %v", err)
	}
}

func TestTheSameDataIsTheSameSnapshotAndLetter(t *testing.T) {
	template := parse(t, "{{contact.name}}")
	data := sample(t)
	first, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := Merge(template, data)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 { // a map is walked in a different order each time
		var back Data
		if err := json.Unmarshal(first, &back); err != nil {
			t.Fatal(err)
		}
		if again, _ := json.Marshal(back); string(again) != string(first) {
			t.Fatalf("the snapshot changed:\n%s\n%s", first, again)
		}
		if again, err := Merge(template, back); err != nil || again.Hash() != doc.Hash() {
			t.Fatalf("the letter changed: %v", err)
		}
	}
	data["contact.name"] = One("Another")
	if other, _ := Merge(template, data); other.Hash() == doc.Hash() {
		t.Error("another letter has the same hash")
	}
}

func TestDataTakesNothingButTexts(t *testing.T) {
	for _, raw := range []string{`{"attempt_count": 3}`, `{"letter.ref": null}`, `{"cc": [1]}`, `{"missed": [{"date": 1}]}`, `{"cc": {"a": "b"}}`, `{"cc": [["a"]]}`, `{"letter.ref": true}`} {
		var data Data
		if err := json.Unmarshal([]byte(raw), &data); err == nil {
			t.Errorf("%s was taken", raw)
		}
	}
}

func TestFieldsAreWhatTheLetterShows(t *testing.T) {
	var names []string
	for _, f := range parse(t, "{{next.date}}", "{{#missed}}", "{{place}}", "{{/missed}}").Fields() {
		names = append(names, f.Name)
	}
	want := []string{
		"area.name", "area.address_lines", "area.return_line", "area.crest", "letter.date", "letter.ref", "recipient.name", "recipient.salutation_name",
		"recipient.address_lines", "recipient.postcode", "missed", "next.date", "signatory.name", "signatory.role", "cc",
	}
	if !slices.Equal(names, want) {
		t.Errorf("fields are %v, want %v", names, want)
	}
	Catalogue()[0].Name = "changed"
	if Catalogue()[0].Name != "area.name" {
		t.Error("a caller's change is in the catalogue")
	}
}

// Hard blocks 1 and 2 of section 3.4: the only address and postcode are the
// recipient's and the organisation's, and both stand in the frame alone.
func TestTheCatalogueHasNoPlaceForAnotherAddress(t *testing.T) {
	for _, f := range Catalogue() {
		if strings.Contains(f.Name, "address") || strings.Contains(f.Name, "postcode") {
			if f.Place != Frame || !strings.HasPrefix(f.Name, "recipient.") && !strings.HasPrefix(f.Name, "area.") {
				t.Errorf("%s may stand in %s", f.Name, f.Place)
			}
		}
		if strings.HasSuffix(f.Name, "id") || strings.Contains(f.Name, "surname") {
			t.Errorf("%s names a record or a whole name", f.Name)
		}
	}
}
