package champion

import (
	"slices"
	"strings"
	"time"
)

// Step is one line of the history: a registration as it stood from an instant on.
type Step struct {
	Registration, Agency, Locality string
	Groups                         []string
	To                             Status
	Lead                           bool
	At                             time.Time
	Seq                            int64 // settles two steps of one instant
}

// Order puts steps in the order in which they held.
func Order(steps []Step) {
	slices.SortStableFunc(steps, func(a, b Step) int {
		if c := strings.Compare(a.Registration, b.Registration); c != 0 {
			return c
		}
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return int(a.Seq - b.Seq)
	})
}

// Standing is every registration as it stood at an instant: of each the last step
// that had happened. The steps must be in order.
func Standing(steps []Step, at time.Time) []Step {
	var out []Step
	for i := 0; i < len(steps); {
		last := -1
		id := steps[i].Registration
		for ; i < len(steps) && steps[i].Registration == id; i++ {
			if !steps[i].At.After(at) {
				last = i
			}
		}
		if last >= 0 {
			out = append(out, steps[last])
		}
	}
	return out
}
