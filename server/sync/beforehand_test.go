package sync

import (
	"iter"
	"slices"
	"testing"
)

// The same values in the same order, however many are asked for; nothing is made once it
// has returned, and what goes wrong in the making goes wrong for who asked.
func TestWhatIsMadeBeforehandIsTheSame(t *testing.T) {
	made, ended := 0, false
	to := func(n int) iter.Seq[int] {
		return func(yield func(int) bool) {
			made, ended = 0, false
			defer func() { ended = true }()
			for i := range n {
				made++
				if !yield(i) {
					return
				}
			}
		}
	}
	for _, n := range []int{0, 1, 2, 100} {
		if got, want := slices.Collect(beforehand(to(n))), slices.Collect(to(n)); !slices.Equal(got, want) {
			t.Errorf("of %d: %v", n, got)
		}
	}
	for stop := range 5 {
		for i := range beforehand(to(100)) {
			if i == stop {
				break
			}
		}
		if !ended || made > stop+3 { // the one asked for, one waiting, and one under way
			t.Errorf("stopped at %d: %d were made, ended %v", stop, made, ended)
		}
	}
	defer func() {
		if p := recover(); p != "broken" {
			t.Errorf("it went wrong with %v", p)
		}
	}()
	for range beforehand(func(yield func(int) bool) { yield(1); panic("broken") }) {
	}
	t.Error("what went wrong was swallowed")
}
