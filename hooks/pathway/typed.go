package pathway

import "time"

// The days that somebody types into an event are true of it, like the day that is on it.

// hasCome are the days of what was so by the time the event came; farthest is how far ahead
// people arrange a meeting.
var hasCome = []string{"noticed_on", "done_on"}

const farthest = 2 // years

// untimely says which typed day of an event cannot be true of it.
func untimely(e *Event) (reasons []Reason) {
	for _, name := range hasCome {
		if day := e.text(name); isDay(day) && day > e.by() {
			reasons = append(reasons, Reason{"data", "Give " + words(name) + " as a day that has come."})
		}
	}
	if day := e.text("meeting_on"); isDay(day) && day > yearsOn(e.by(), farthest) {
		reasons = append(reasons, Reason{"data", "Is the year of the meeting right? It lies more than two years ahead."})
	}
	return reasons
}

// by is the day on which an event was on the record: its own, or that on which it came.
func (e *Event) by() string {
	if e.ReceivedAt.IsZero() {
		return dayOf(e.OccurredAt)
	}
	return max(dayOf(e.OccurredAt), dayOf(e.ReceivedAt))
}

// yearsOn is the same day some years later.
func yearsOn(day string, n int) string {
	t, err := time.Parse(dayForm, day)
	if err != nil {
		return day
	}
	return t.AddDate(n, 0, 0).Format(dayForm)
}
