package scheme

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/champion"
	"holdfast/hooks/kernel"
	"holdfast/hooks/tell"
)

// NoMeetingYet is SQL that holds of a registration r of somebody who is a champion and
// has been to no network meeting since the day on which they offered to be one.
const NoMeetingYet = `r.status IN ('active', 'renewed') AND r.active_since != '' AND NOT EXISTS (
	SELECT 1 FROM network_attendance a JOIN network_events e ON e.id = a.event
	WHERE a."user" = r."user" AND a.answer = 'attended' AND e.kind = 'meeting' AND e.status != 'cancelled' AND e.starts_at >= substr(r.created, 1, 10))`

// AwaitsMeeting reports whether that holds of one registration.
func AwaitsMeeting(app core.App, registration string) (bool, error) {
	var n int
	err := app.ConcurrentDB().NewQuery(`SELECT count(*) FROM champion_registrations r WHERE r.id = {:id} AND ` + NoMeetingYet).Bind(dbx.Params{"id": registration}).Row(&n)
	return n > 0, err
}

// remindFirst reminds champions whose first months near their end without a network
// meeting (domain 4.2), on the days before it on which they are reminded of other
// ends. When the months are over it is for the coordinator to speak to them: nobody
// lapses by it.
func remindFirst(app core.App, policy champion.Policy, today string) error {
	from := policy.LateSince(today)
	if from == "" {
		return nil
	}
	var due []struct {
		ID    string `db:"id"`
		Since string `db:"active_since"`
		To    string `db:"work_email"`
		Name  string `db:"name"`
	}
	soon, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return err
	}
	until := policy.LateSince(soon.AddDate(0, 0, policy.RemindDays[0]+1).Format(time.DateOnly))
	if err := app.ConcurrentDB().NewQuery(`SELECT r.id, r.active_since, r.work_email, r.name FROM champion_registrations r
		WHERE r.active_since >= {:from} AND r.active_since < {:until} AND ` + NoMeetingYet).Bind(dbx.Params{"from": from, "until": until}).All(&due); err != nil {
		return fmt.Errorf("who has been to no meeting: %w", err)
	}
	var problems []error
	for _, r := range due {
		problems = append(problems, kernel.Within(app, kernel.Actor{Door: "server"}, func(tx core.App) error {
			for _, d := range policy.Due(policy.FirstMeetingBy(r.Since), today) {
				m := tell.Mail{Kind: "first_meeting", Reason: "first_meeting " + r.ID + " " + r.Since + " " + strconv.Itoa(d.Days),
					Collection: "champion_registrations", Record: r.ID, To: r.To, Name: r.Name, Days: d.Days}
				if !d.Sent {
					m.Overtaken = overtaken
				}
				if err := tell.Post(tx, m); err != nil {
					return fmt.Errorf("registration %s: %w", r.ID, err)
				}
			}
			return nil
		}))
	}
	return errors.Join(problems...)
}
