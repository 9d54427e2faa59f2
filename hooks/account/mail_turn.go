package account

import (
	"context"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/glass"
	"holdfast/hooks/kernel"
	"holdfast/hooks/signin"
	"holdfast/hooks/tell"
)

// Where this server's mail goes decides who chooses a new password: whoever has the mail
// server, or the address to which the links lead, becomes anybody. So once a person's
// account is in use it is turned with the glass broken only, and the people who are to know
// are told before it turns, by the way mail goes until then; and for a day no link for a
// new password is mailed. It is not refused outright: mail servers are renamed and moved,
// and a house whose mail is down is one in which nobody is told of anything.

// ResetsWaitFor is how long no link for a new password is mailed once mail goes elsewhere,
// or somebody's address was changed: who was told of it has that time to say that it is
// wrong.
const ResetsWaitFor = 24 * time.Hour

// turnPatience is how long a change of the mail waits until it is told: the outbox is read
// at once, or a minute later while a round is on its way.
const turnPatience = 75 * time.Second

// ErrUntold is the answer to an operator who would turn the mail away where nobody can be
// told before.
var ErrUntold = kernel.Wrong("settings", "untold", "Nobody could be told before it changes, by the mail settings as they are, so nothing was changed. Where no mail leaves at all they can be changed a day after the glass was first broken.")

// InUse reports whether any person signs in here: before that a house is being set up.
func InUse(app core.App) (bool, error) {
	n, err := app.CountRecords("users", dbx.HashExp{"active": true})
	return n > 0, err
}

// TellMailTurns tells of a change of the mail's way whom the opening's operator named, the
// data protection officers and the leads of agencies, and comes back when it has left.
func TellMailTurns(ctx context.Context, app core.App, actor kernel.Actor, operator *core.Record) error {
	opening, err := glass.OpenGlass(app, operator.Id)
	if err != nil {
		return err
	}
	if opening == nil {
		return glass.ErrGlass
	}
	event := "mail_turned/" + signin.FactorEvent() + "/"
	err = kernel.Within(app, actor, func(tx core.App) error {
		told, err := tx.FindAllRecords("users", dbx.NewExp(`active AND (id = {:t} OR `+collections.DPO.In("roles")+` OR `+collections.AgencyLead.In("roles")+`)`, dbx.Params{"t": opening.GetString("told")}))
		if err != nil {
			return err
		}
		for _, p := range told {
			if err := tell.Post(tx, tell.Mail{Reason: event + p.Id, Kind: "mail_turned", Collection: "glass_openings", Record: opening.Id, To: p.Email(), Name: p.GetString("name")}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("telling that the mail turns: %w", err)
	}
	if left, err := leaves(ctx, app, event); err != nil || left {
		return err
	}
	// It could not be said. A mail server that is gone for good must be changed all the
	// same, by somebody of whom Health has said for a day that nobody could be told.
	var n int
	if err := app.ConcurrentDB().NewQuery(`SELECT count(*) FROM outbox WHERE kind = 'glass' AND status != 'sent' AND tries > 0 AND created <= {:t}`).
		Bind(dbx.Params{"t": Stored(time.Now().Add(-ResetsWaitFor))}).Row(&n); err != nil {
		return err
	}
	if n > 0 {
		return kernel.Within(app, actor, func(tx core.App) error {
			return kernel.Audit(tx, actor, kernel.Entry{Verb: "not_told", Collection: "glass_openings", Record: opening.Id, Count: 1})
		})
	}
	err = kernel.Within(app, actor, func(tx core.App) error {
		rows, err := tx.FindAllRecords("outbox", dbx.NewExp("reason BETWEEN {:from} AND {:to} AND status = 'queued'", ofEvent(event)))
		for _, r := range rows {
			r.Set("status", "dropped")
			r.Set("problem", "It was not changed after all: nobody could be told.")
			if err := tx.Save(kernel.AsServer(r)); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("taking back what could not be told: %w", err)
	}
	return ErrUntold
}

// leaves waits until mails of an event were tried, and reports whether one has left.
func leaves(ctx context.Context, app core.App, event string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, turnPatience)
	defer cancel()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		var left, untried int
		if err := app.ConcurrentDB().NewQuery(`SELECT coalesce(sum(status = 'sent'), 0), coalesce(sum(status = 'sending' OR status = 'queued' AND tries = 0), 0) FROM outbox WHERE reason BETWEEN {:from} AND {:to}`).
			Bind(ofEvent(event)).Row(&left, &untried); err != nil {
			return false, err
		}
		if untried == 0 {
			return left > 0, nil
		}
		select {
		case <-ctx.Done():
			return left > 0, nil
		case <-again.C:
		}
	}
}

func ofEvent(event string) dbx.Params {
	return dbx.Params{"from": event, "to": event[:len(event)-1] + "0"}
}

// ResetsWait reports until when no link for a new password is mailed to an account; zero
// when one is.
func ResetsWait(app core.App, account *core.Record, at time.Time) (until time.Time, err error) {
	var since string
	err = app.ConcurrentDB().NewQuery(`SELECT coalesce(max(created), '') FROM outbox WHERE created > {:t}
		AND (kind = 'mail_turned' AND status != 'dropped' OR kind IN ('address_changed', 'address_changed_of') AND record = {:r})`).
		Bind(dbx.Params{"t": Stored(at.Add(-ResetsWaitFor)), "r": account.Id}).Row(&since)
	if err != nil || since == "" {
		return time.Time{}, err
	}
	began, err := time.Parse("2006-01-02 15:04:05.000Z", since)
	return began.Add(ResetsWaitFor), err
}

func Stored(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05.000Z") }
