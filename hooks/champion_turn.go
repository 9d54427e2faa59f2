package hooks

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/champion"
)

// TurnScheme writes what time has brought to the scheme at an instant: champions
// whose time is over lapse, those whose time nears its end are reminded. Written as
// records, once each, so that a server that was away catches up: a lapse takes hold
// at its own midnight in the United Kingdom, whenever it is written. One that cannot
// be written does not keep the others from it.
func TurnScheme(app core.App, at types.DateTime) error {
	today := at.Time().In(london).Format(time.DateOnly)
	policy, err := PolicyOn(app, today)
	if err != nil {
		return err
	}
	horizon := at.Time().In(london).AddDate(0, 0, policy.RemindDays[0]).Format(time.DateOnly)
	var due []string
	if err := app.ConcurrentDB().NewQuery(`SELECT id FROM champion_registrations
		WHERE status IN ('active', 'renewed', 'on_leave') AND valid_until != '' AND valid_until <= {:h}`).
		Bind(dbx.Params{"h": horizon}).Column(&due); err != nil {
		return err
	}
	var problems []error
	for _, id := range due {
		err := Within(app, Actor{Door: "server"}, func(tx core.App) error { return turnOne(tx, id, policy, today) })
		if err != nil {
			problems = append(problems, fmt.Errorf("registration %s: %w", id, err))
		}
	}
	return errors.Join(problems...)
}

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
		over, err := champion.Midnight(until, london)
		if err != nil {
			return err
		}
		stamp, err := types.ParseDateTime(over)
		if err != nil {
			return err
		}
		return Take(tx, r, Taken{Act: champion.Lapse, Reason: "Not confirmed again by " + until + ".", At: stamp})
	}
	for _, d := range policy.Due(until, today) {
		m := Mail{
			Kind: "reminder", Reason: "reminder " + id + " " + until + " " + strconv.Itoa(d.Days),
			Collection: "champion_registrations", Record: id, To: r.GetString("work_email"), Name: r.GetString("name"), Days: d.Days,
		}
		if !d.Sent {
			m.Overtaken = "The server was away; a later reminder went out."
		}
		if err := Post(tx, m); err != nil {
			return err
		}
	}
	return nil
}
