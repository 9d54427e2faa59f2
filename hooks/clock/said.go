package clock

import "time"

// Day is a civil day, YYYY-MM-DD, as people in the United Kingdom say it: Thursday
// 19 November 2026. What is no day is left as it is.
func Day(day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return d.Format("Monday 2 January 2006")
}

// DayOf is the day of an instant in the United Kingdom, as people there say it; nothing
// for no instant.
func DayOf(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(london).Format("Monday 2 January 2006")
}

// Said is an instant as people in the United Kingdom say it: Thursday 19 November 2026,
// 3:15pm; nothing for no instant.
func Said(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return DayOf(at) + ", " + Hour(at)
}

// Hour is an instant's time of day in the United Kingdom: 3:15pm, 9am, midday, midnight.
func Hour(at time.Time) string {
	switch at = at.In(london); {
	case at.Minute() != 0:
		return at.Format("3:04pm")
	case at.Hour() == 0:
		return "midnight"
	case at.Hour() == 12:
		return "midday"
	}
	return at.Format("3pm")
}
