package clock

import (
	"strings"
	"time"

	"holdfast/hooks/workday"
)

var london = workday.London

// Why a day and an hour name no instant.
const (
	NoTime = "Enter a day and a time, such as 2026-12-01 and 09:30"
	NoHour = "There is no such hour on this day: the clocks go forward from 1am to 2am. Enter a time before or after it"
)

// hours are how people write an hour.
var hours = []string{"15:04", "15.04", "3:04pm", "3.04pm", "3pm"}

// Local is the instant at which clocks in the United Kingdom show a day and an hour, or
// why there is none. Of an hour that comes twice, when the clocks go back, it is the
// first: nobody who comes to it is late.
func Local(day, hour string) (time.Time, string) {
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return time.Time{}, NoTime
	}
	hour = strings.ToLower(strings.Join(strings.Fields(hour), ""))
	for _, form := range hours {
		shown, err := time.Parse(time.DateOnly+form, day+hour)
		if err != nil {
			continue
		}
		at := time.Date(shown.Year(), shown.Month(), shown.Day(), shown.Hour(), shown.Minute(), 0, 0, london)
		const face = "2006-01-02 15:04"
		if at.Format(face) != shown.Format(face) {
			return time.Time{}, NoHour
		}
		if before := at.Add(-time.Hour); before.Format(face) == at.Format(face) {
			at = before
		}
		return at, ""
	}
	return time.Time{}, NoTime
}
