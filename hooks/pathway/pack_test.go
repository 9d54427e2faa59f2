package pathway_test

import (
	"bytes"
	"testing"

	"holdfast/collections/packs"
	"holdfast/hooks/pathway"
)

// bundled is a template of the content packs, parsed.
func bundled(t testing.TB, key string) *pathway.Template {
	t.Helper()
	template, err := pathway.Parse(body(t, key))
	if err != nil {
		t.Fatal(err)
	}
	return template
}

func body(t testing.TB, key string) []byte {
	t.Helper()
	for _, p := range packs.Pathways() {
		if p.Key == key {
			return p.Body
		}
	}
	t.Fatalf("no bundled pathway %q", key)
	return nil
}

func TestEveryBundledPathwayCanBeRun(t *testing.T) {
	if n := len(packs.Pathways()); n != 4 {
		t.Fatalf("%d bundled pathways, want 4", n)
	}
	for _, p := range packs.Pathways() {
		template, err := pathway.Parse(p.Body)
		if err != nil {
			t.Errorf("%s: %v", p.Key, err)
			continue
		}
		if template.Key != p.Key {
			t.Errorf("the file %s holds the template %s", p.Key, template.Key)
		}
		if len(template.Hash()) != 64 {
			t.Errorf("%s: hash %q", p.Key, template.Hash())
		}
	}
}

// Words are kind: a pathway says what was tried, never what a family is.
func TestTheWordsJudgeNobody(t *testing.T) {
	for _, p := range packs.Pathways() {
		for _, word := range []string{"resist", "hard to reach", "non-compli", "disguised", "failed to", "refuses to engage"} {
			if bytes.Contains(bytes.ToLower(p.Body), []byte(word)) {
				t.Errorf("%s says %q", p.Key, word)
			}
		}
	}
}
