package pathway_test

import (
	"fmt"
	"testing"

	"holdfast/hooks/pathway"
)

// thousand is a history of a thousand events, far longer than any real one.
func thousand(t testing.TB) *story {
	s := tell(t, bundled(t, early)).assessed()
	for i := len(s.events); i < 1000; i++ {
		switch i % 5 {
		case 0:
			s.missed(practitioner, "phone", "no_answer")
		case 1:
			s.does(school, "child.seen", data{"children": []any{"ada", "ben"}})
		case 2:
			s.does(practitioner, "plan.agreed", data{"agreement": "verbal"})
		case 3:
			s.does(practitioner, "letter.drafted", data{"letter_id": fmt.Sprint("l", i), "letter": "final"})
		case 4:
			s.does(colleague, "closure.approved", approval()) // refused
		}
	}
	return s
}

func BenchmarkEvaluateThousandEvents(b *testing.B) {
	s := thousand(b)
	for b.Loop() {
		if _, err := pathway.Evaluate(s.template, s.cal, s.c, s.events, s.now); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEvaluateTwentyEvents(b *testing.B) {
	s := tell(b, bundled(b, early)).proposed("needs_met")
	for b.Loop() {
		if _, err := pathway.Evaluate(s.template, s.cal, s.c, s.events, s.now); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	raw := body(b, early)
	for b.Loop() {
		if _, err := pathway.Parse(raw); err != nil {
			b.Fatal(err)
		}
	}
}
