package scheme

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/champion"
	"holdfast/hooks/clock"
	"holdfast/hooks/kernel"
	"holdfast/hooks/tell"
)

// TurnScheme writes what time has brought to the scheme at an instant: champions
// whose time is over lapse, those whose time nears its end are reminded. Written as
// records, once each, so that a server that was away catches up: a lapse takes hold
// at its own midnight in the United Kingdom, whenever it is written. One that cannot
// be written does not keep the others from it.
func TurnScheme(app core.App, at types.DateTime) error {
	today := at.Time().In(kernel.London).Format(time.DateOnly)
	policy, err := PolicyOn(app, today)
	if err != nil {
		return err
	}
	horizon := at.Time().In(kernel.London).AddDate(0, 0, policy.RemindDays[0]).Format(time.DateOnly)
	var due []string
	if err := app.ConcurrentDB().NewQuery(`SELECT id FROM champion_registrations
		WHERE status IN ('active', 'renewed', 'on_leave') AND valid_until != '' AND valid_until <= {:h}`).
		Bind(dbx.Params{"h": horizon}).Column(&due); err != nil {
		return err
	}
	var problems []error
	for _, id := range due {
		err := kernel.Within(app, kernel.Actor{Door: "server"}, func(tx core.App) error { return turnOne(tx, id, policy, today) })
		if err != nil {
			problems = append(problems, fmt.Errorf("registration %s: %w", id, err))
		}
	}
	return errors.Join(append(problems, turnMissed(app, at, policy), remindFirst(app, policy, today))...)
}

// overtaken is why a reminder is noted and not sent.
const overtaken = "The server was away; a later reminder went out."

func turnOne(tx core.App, id string, policy champion.Policy, today string) error {
	r, err := tx.FindRecordById("champion_registrations", id)
	if err != nil {
		return err
	}
	until := r.GetString("valid_until")
	switch status := champion.Status(r.GetString("status")); {
	case !status.Serves() && status != champion.OnLeave: // changed since it was listed
		return nil
	case until < today:
		over, err := champion.Midnight(until, kernel.London)
		if err != nil {
			return err
		}
		stamp, err := types.ParseDateTime(over)
		if err != nil {
			return err
		}
		return Take(tx, r, kernel.Taken{Act: champion.Lapse, Reason: "It was not confirmed again by " + clock.Day(until) + ".", At: stamp})
	}
	for _, d := range policy.Due(until, today) {
		m := tell.Mail{
			Kind: "reminder", Reason: "reminder " + id + " " + until + " " + strconv.Itoa(d.Days),
			Collection: "champion_registrations", Record: id, To: r.GetString("work_email"), Name: r.GetString("name"), Days: d.Days,
		}
		if !d.Sent {
			m.Overtaken = overtaken
		}
		if err := tell.Post(tx, m); err != nil {
			return err
		}
	}
	return nil
}

// turnMissed lapses champions who missed so many network meetings in a row since they
// were last made one, renewed or back from leave (domain 4.2). It takes hold at the
// midnight after the miss was written down, so that it undoes nothing that was done
// meanwhile; apologies are no miss, and what nobody recorded is none either.
func turnMissed(app core.App, at types.DateTime, policy champion.Policy) error {
	if policy.MissedMeetings <= 0 {
		return nil
	}
	var rows []struct {
		Registration string         `db:"registration"`
		Answer       string         `db:"answer"`
		Held         types.DateTime `db:"held"`
		Known        types.DateTime `db:"known"`
	}
	err := app.ConcurrentDB().NewQuery(`SELECT r.id AS registration, a.answer, e.starts_at AS held,
			max(e.starts_at, a.updated, (SELECT max(h.at) FROM champion_history h WHERE h.registration = r.id)) AS known
		FROM champion_registrations r JOIN network_attendance a ON a."user" = r."user" JOIN network_events e ON e.id = a.event
		WHERE r.status IN ('active', 'renewed') AND e.kind = 'meeting' AND e.status != 'cancelled' AND a.answer IN ('attended', 'apologies', 'missed')
			AND r."user" IN (SELECT "user" FROM network_attendance WHERE answer = 'missed' GROUP BY "user" HAVING count(*) >= {:n})
			AND e.starts_at <= {:now}
			AND e.starts_at > (SELECT max(h.at) FROM champion_history h WHERE h.registration = r.id AND h.act IN ('activate', 'renew', 'return'))
		ORDER BY r.id, e.starts_at DESC`).Bind(dbx.Params{"n": policy.MissedMeetings, "now": at.String()}).All(&rows)
	if err != nil {
		return fmt.Errorf("the meetings that were missed: %w", err)
	}
	met := map[string][]champion.Met{}
	for _, r := range rows {
		met[r.Registration] = append(met[r.Registration], champion.Met{Missed: r.Answer == "missed", Held: r.Held.Time(), Known: r.Known.Time()})
	}
	var problems []error
	for _, id := range slices.Sorted(maps.Keys(met)) {
		last, out := policy.MissedOut(met[id])
		if !out {
			continue
		}
		over, err := champion.Midnight(last.Known.In(kernel.London).Format(time.DateOnly), kernel.London)
		if err != nil || over.After(at.Time()) {
			problems = append(problems, err)
			continue
		}
		problems = append(problems, kernel.Within(app, kernel.Actor{Door: "server"}, func(tx core.App) error {
			r, err := tx.FindRecordById("champion_registrations", id)
			if err != nil || !champion.Status(r.GetString("status")).Serves() { // changed since it was listed
				return err
			}
			stamp, err := types.ParseDateTime(over)
			if err != nil {
				return err
			}
			why := fmt.Sprintf("The last %d network meetings were missed, the latest on %s.", policy.MissedMeetings, clock.DayOf(last.Held))
			return Take(tx, r, kernel.Taken{Act: champion.Lapse, Reason: why, At: stamp})
		}))
	}
	return errors.Join(problems...)
}
