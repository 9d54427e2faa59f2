package collections

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// When says what a day or a moment is of, and so which ones can be true. Every field
// that holds one declares it; hooks hold every writer to it, by one rule.
type When string

const (
	Happened When = "happened" // it is over or begins now: never later than now
	Waits    When = "waits"    // it happened, and may come dated ahead by a fast clock: kept, and counted nowhere until then
	Arrives  When = "arrives"  // it happened; dated ahead by a fast clock, it counts from when it came
	Planned  When = "planned"  // it may lie ahead: until when something holds
	Arranged When = "arranged" // it may lie ahead as far as people arrange: a meeting, a review, a day by which
	Near     When = "near"     // it may lie ahead a little: the day on a letter, the beginning of a plan
	Born     When = "born"     // a birth, or the day one is expected
	ByClock  When = "by_clock" // what a phone's clock showed: for people to read, never judged (M84)
)

// The bounds of what is taken.
const (
	Earliest = 1900             // the first year
	Ahead    = 30               // years that what is planned may lie ahead
	Arranges = 2                // years that what is arranged may lie ahead
	Nearly   = 90               // days that what is near may
	Waiting  = 7                // days that a fast clock may date ahead: whatever is more is a slip, and is asked about
	Expected = 1                // years that a birth may be expected ahead
	Grace    = 15 * time.Minute // by which a clock may go ahead and be taken for right
)

// Bounds are the first and the last instant that can be true at now.
func (w When) Bounds(now time.Time) (first, last time.Time) {
	first = time.Date(Earliest, 1, 1, 0, 0, 0, 0, time.UTC)
	switch w {
	case Happened:
		return first, now.Add(Grace)
	case Planned:
		return first, now.AddDate(Ahead, 0, 0)
	case Arranged:
		return first, now.AddDate(Arranges, 0, 0)
	case Near:
		return first, now.AddDate(0, 0, Nearly)
	case Waits, Arrives:
		return first, now.AddDate(0, 0, Waiting)
	case Born:
		return first, now.AddDate(Expected, 0, 0)
	}
	return time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
}

// Told is what the schema of a record says of it: phones know what is planned, and how far
// ahead each may lie is SPEC.md's (M278).
func (w When) Told() When {
	if w == Arranged || w == Near {
		return Planned
	}
	return w
}

// kinds are what each day and moment declared, by its field.
var kinds = map[core.Field]When{}

// WhenOf is what a field's day or moment is of; empty for a field of neither.
func WhenOf(f core.Field) When { return kinds[f] }

// Times are the noun's fields that hold a day or a moment, by name.
func (n *Noun) Times() map[string]When { return times[n.Name] }

var times = func() map[string]map[string]When {
	out := map[string]map[string]When{}
	for _, n := range all {
		of := map[string]When{}
		for _, f := range n.Fields {
			if w := kinds[f]; w != "" {
				of[f.GetName()] = w
			}
		}
		out[n.Name] = of
	}
	return out
}()

// dayForm is how a day is written, and all that a field's own pattern holds it to:
// whether there is such a day is asked as it is saved.
const dayForm = `^(\d{4}-\d{2}-\d{2})?$`

// IsDay reports whether a field holds a civil day.
func IsDay(f core.Field) bool {
	t, ok := f.(*core.TextField)
	return ok && t.Pattern == dayForm
}

// day is a civil date, YYYY-MM-DD, or empty.
func day(name string, w When) *core.TextField {
	f := &core.TextField{Name: name, Max: 10, Pattern: dayForm}
	kinds[f] = w
	return f
}

// moment is an instant, or empty.
func moment(name string, w When) *core.DateField {
	f := &core.DateField{Name: name}
	kinds[f] = w
	return f
}

func requiredMoment(name string, w When) *core.DateField {
	f := moment(name, w)
	f.Required = true
	return f
}

func hidden(f *core.DateField) *core.DateField { f.Hidden = true; return f }
