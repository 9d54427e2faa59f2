package champion

import "time"

// Step is one line of the history: a registration as it stood from an instant on.
type Step struct {
	Registration, Agency string
	Groups               []string
	To                   Status
	Lead                 bool
	At                   time.Time
	Seq                  int64 // settles two steps of one instant
}

// Standing is every registration as it stood at each of some instants: of each the
// last step that had happened by then, in the order in which the steps first name
// them. The steps come in any order, the instants one after another.
func Standing(steps []Step, at ...time.Time) [][]*Step {
	seats := map[string]int{}
	last := make([][]*Step, len(at))
	for i := range steps {
		s := &steps[i]
		seat, seen := seats[s.Registration]
		if !seen {
			seat = len(seats)
			seats[s.Registration] = seat
			for m := range last {
				last[m] = append(last[m], nil)
			}
		}
		for m := len(at) - 1; m >= 0 && !s.At.After(at[m]); m-- {
			if was := last[m][seat]; was == nil || s.follows(was) {
				last[m][seat] = s
			}
		}
	}
	for m := range last {
		stand := last[m][:0]
		for _, s := range last[m] {
			if s != nil {
				stand = append(stand, s)
			}
		}
		last[m] = stand
	}
	return last
}

// follows reports whether a step held after another of the same registration.
func (s *Step) follows(other *Step) bool {
	if c := s.At.Compare(other.At); c != 0 {
		return c > 0
	}
	return s.Seq > other.Seq
}
