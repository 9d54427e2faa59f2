package chronology

import "testing"

// A code that somebody chose is told in words; what they wrote stays as they wrote it.
func TestAnEventIsToldInWords(t *testing.T) {
	for _, c := range []struct{ kind, data, want string }{
		{"closure.proposed", `{"reason":"needs_met","why":"All is well. They say so too."}`, "Closure proposed. Needs met. All is well. They say so too."},
		{"closure.consulted", `{"answer":"no objection"}`, "Closure consulted. No objection."},
		{"barrier.identified", `{"area":"work_pattern","plan":"Come after four."}`, "Barrier identified. Come after four."},
		{"risk.raised", `{"what":"see FILE_7"}`, "Risk raised. See FILE_7."},
	} {
		if got := tellEvent(&record{A: c.kind, B: c.data}); got != c.want {
			t.Errorf("%s: %q, want %q", c.kind, got, c.want)
		}
	}
}
