package mail

import (
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/asked"
)

// waiting are the lines of what waits for somebody: how much of each kind, and by when.
// Nothing of a case is in them. Where nothing waits any more there is nothing to mail.
func waiting(tx core.App, user *core.Record, at types.DateTime) ([]string, error) {
	if !user.GetBool("active") {
		return nil, errOver
	}
	today := at.Time().In(london).Format(time.DateOnly)
	all, err := asked.Waits(tx, user.Id, today)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, w := range all {
		line := fmt.Sprint(w.Count, " ", w.Words)
		switch {
		case w.Kind == asked.OverdueWaits || w.Kind == asked.DueWaits || w.Soonest == "":
		case w.Soonest < today:
			line += ", the first of them late since " + weekday(w.Soonest)
			if w.Count == 1 {
				line = fmt.Sprint(w.Count, " ", w.Words, ", late since ", weekday(w.Soonest))
			}
		case w.Soonest == today:
			line += ", by today"
		default:
			line += ", by " + weekday(w.Soonest)
		}
		lines = append(lines, line)
	}
	if lines == nil {
		return nil, errOver
	}
	return lines, nil
}

// weekday is a day as people say it.
func weekday(day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return d.Format("Monday 2 January")
}
