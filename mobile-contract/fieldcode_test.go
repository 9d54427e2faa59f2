package contract

import (
	"strings"
	"testing"
)

// Each code stands once, with a meaning and a sentence in both languages.
func TestEveryCodeHasItsSentences(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range FieldCodes {
		if seen[c.Code] {
			t.Errorf("%s stands twice", c.Code)
		}
		seen[c.Code] = true
		if c.Code == "" || c.Means == "" || !sentence(c.Title) || !sentence(c.Welsh) || c.Title == c.Welsh {
			t.Errorf("%q: %q, %q, %q", c.Code, c.Means, c.Title, c.Welsh)
		}
	}
	for _, p := range Problems {
		if !sentence(p.Title) || welsh[p.Code] == "" || !sentence(p.Welsh()) {
			t.Errorf("%s has no title in both languages: %q, %q", p.Code, p.Title, welsh[p.Code])
		}
	}
	for _, v := range VerdictSentences {
		if !sentence(v.Title) || !sentence(v.Welsh) {
			t.Errorf("%s: %q, %q", v.Verdict, v.Title, v.Welsh)
		}
	}
	spec := read(t, "SPEC.md")
	for _, v := range VerdictSentences {
		if !strings.Contains(spec, v.Title+" | "+v.Welsh+" |") {
			t.Errorf("SPEC.md does not show %s as the contract does", v.Verdict)
		}
	}
	if len(VerdictSentences) != 6 || len(welsh) != len(Problems) {
		t.Errorf("%d verdicts, %d Welsh titles for %d codes", len(VerdictSentences), len(welsh), len(Problems))
	}
}

func sentence(s string) bool { return len(s) > 8 && strings.HasSuffix(s, ".") }
