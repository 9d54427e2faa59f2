package mail

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"
	"github.com/pocketbase/pocketbase/tools/types"

	glassrules "holdfast/hooks/glass"
	"holdfast/hooks/kernel"
	"holdfast/hooks/tell"
)

// waits are how long after each failed try the next one comes; after the last of
// them a mail has failed, and a person is told.
var waits = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// atOnce is how many mails one round sends.
const atOnce = 100

// post is the reader of the outbox: of the mail in it, or of what goes by another way.
type post struct {
	app     core.App
	now     func() time.Time
	client  mailer.Mailer // nil: PocketBase's own
	demo    bool
	channel string  // push or text; empty: mail
	carrier carrier // of that way; nil where the server was not set up with one
	round   sync.Mutex
}

// errNowhere is a server whose own address is not set: a link in a mail would lead
// to the reader's own machine.
var errNowhere = errors.New("no mail is sent: the application's address (settings, Application URL) is not set")

// atOnceKinds are what is sent at once, before all else, and whether or not the
// application's address is set: they hold no link, or go without it.
var atOnceKinds = []string{"glass", "mail_turned", "risk", "risk_again", "risk_unanswered", "risk_resolved"}

func linkless(kind string) bool { return slices.Contains(atOnceKinds, kind) }

// insists are what is tried every minute until it has gone, and is sent again where it
// cannot be known whether it went: told twice is better than not at all. A risk's mail
// bears the same Message-ID, a push takes its own place, and of a text the service is
// asked.
func insists(kind string) bool { return linkless(kind) && kind != "mail_turned" }

// mostTries of what is tried every minute; the breaking of the glass knows no end.
const mostTries = 240

// deliver sends what is due, first of all that the glass is broken, which holds no link.
// One round at a time; a slow one is not overtaken.
func (p *post) deliver() error {
	if !p.round.TryLock() {
		return nil
	}
	defer p.round.Unlock()
	return p.sendDue()
}

// deliverNow does so after a round that is on its way, which may have looked already.
func (p *post) deliverNow() error {
	p.round.Lock()
	defer p.round.Unlock()
	return p.sendDue()
}

func (p *post) sendDue() error {
	var due []struct{ ID, Kind string }
	if err := p.app.ConcurrentDB().NewQuery(`SELECT id, kind FROM outbox WHERE status = 'queued' AND channel = {:c} AND due_at <= {:now} ORDER BY kind NOT IN ('` + strings.Join(atOnceKinds, "', '") + `'), due_at, rowid LIMIT {:n}`).
		Bind(dbx.Params{"now": stamp(p.now()).String(), "n": atOnce, "c": p.channel}).All(&due); err != nil {
		return err
	}
	nowhere := !p.demo && tell.Nowhere(p.app.Settings().Meta.AppURL)
	var problems []error
	for _, m := range due {
		if nowhere && !linkless(m.Kind) {
			return errors.Join(append(problems, errNowhere)...)
		}
		if err := p.send(m.ID); err != nil {
			problems = append(problems, fmt.Errorf("mail %s: %w", m.ID, err))
		}
	}
	return errors.Join(problems...)
}

// send claims one mail, sends it and writes down what came of it.
func (p *post) send(id string) error {
	leave, err := p.claim(id)
	if err != nil || leave == nil {
		return err
	}
	sent := leave()
	if err := p.note(id, sent); err != nil {
		return err
	}
	return sent
}

// claim makes the mail and marks it as being sent, in one transaction that is over
// before anything leaves: nobody else sends it, whatever happens then. It answers what
// sends it; nil when it is not to be sent after all.
func (p *post) claim(id string) (leave func() error, err error) {
	at := stamp(p.now())
	err = kernel.Within(p.app, kernel.Actor{Door: "mail"}, func(tx core.App) error {
		row, err := tx.FindRecordById("outbox", id)
		if err != nil || row.GetString("status") != "queued" {
			return err
		}
		leave, err = p.parcel(tx, row, at)
		switch {
		case errors.Is(err, errOver):
			leave = nil
			row.Set("status", "dropped")
			row.Set("problem", "It was no longer so when it was to be sent.")
		case err != nil:
			return err
		default:
			row.Set("status", "sending")
			row.Set("claimed_at", at)
			row.Set("tries", row.GetInt("tries")+1)
		}
		return tx.Save(kernel.AsServer(row))
	})
	if err != nil {
		return nil, err
	}
	return leave, nil
}

// parcel makes what a row is to say, and answers what hands it over.
func (p *post) parcel(tx core.App, row *core.Record, at types.DateTime) (func() error, error) {
	if p.channel == "" {
		message, err := compose(tx, row, at)
		if err != nil {
			return nil, err
		}
		return func() error { return p.mailClient().Send(message) }, nil
	}
	w, err := short(tx, row)
	if err != nil {
		return nil, err
	}
	again := row.GetInt("tries") > 0
	return func() error { return p.carry(w, again) }, nil
}

// carry hands words over, unless a try before did whose end nobody heard of.
func (p *post) carry(w words, again bool) error {
	if p.carrier == nil {
		return errNoCarrier
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	if again {
		if there, err := p.carrier.carried(ctx, w.Reference); err != nil || there {
			return err
		}
	}
	return p.carrier.carry(ctx, w)
}

// note writes down whether a mail went out, and when it is tried again.
func (p *post) note(id string, sent error) error {
	return kernel.Within(p.app, kernel.Actor{Door: "mail"}, func(tx core.App) error {
		row, err := tx.FindRecordById("outbox", id)
		if err != nil {
			return err
		}
		if row.GetString("status") != "sending" {
			return nil
		}
		kind, tries, glass := row.GetString("kind"), row.GetInt("tries"), row.GetString("kind") == "glass"
		if glass {
			if err := glassrules.GlassTold(tx, row, sent == nil); err != nil {
				return err
			}
		}
		switch {
		case sent == nil:
			row.Set("status", "sent")
			row.Set("sent_at", stamp(p.now()))
			row.Set("problem", "")
		case errors.Is(sent, errGone):
			row.Set("status", "dropped")
			row.Set("problem", brief(sent))
			if err := unsubscribe(tx, row.GetString("address")); err != nil {
				return err
			}
		case glass, insists(kind) && tries < mostTries: // every minute, until somebody knows
			row.Set("status", "queued")
			row.Set("due_at", stamp(p.now().Add(waits[0])))
			row.Set("problem", brief(sent))
		case tries > len(waits):
			row.Set("status", "failed")
			row.Set("problem", brief(sent))
		default:
			row.Set("status", "queued")
			row.Set("due_at", stamp(p.now().Add(waits[tries-1])))
			row.Set("problem", brief(sent))
		}
		return tx.Save(kernel.AsServer(row))
	})
}

// unsure marks what was claimed before an instant and never came to an end.
func (p *post) unsure(before time.Time) error {
	return kernel.Within(p.app, kernel.Actor{Door: "mail"}, func(tx core.App) error {
		rows, err := tx.FindRecordsByFilter("outbox", "status = 'sending' && claimed_at <= {:t}", "", 0, 0, dbx.Params{"t": stamp(before).String()})
		if err != nil {
			return err
		}
		for _, row := range rows {
			row.Set("status", "unsure")
			row.Set("problem", "The server stopped while it was being sent.")
			if insists(row.GetString("kind")) {
				row.Set("status", "queued")
			}
			if err := tx.Save(kernel.AsServer(row)); err != nil {
				return err
			}
		}
		return nil
	})
}

// brief is an error as the outbox keeps it: an address or a name may stand in it, so
// no more than its beginning.
func brief(err error) string {
	s := []rune(oneLine(err.Error()))
	return string(s[:min(len(s), 200)])
}

func stamp(t time.Time) types.DateTime {
	d, _ := types.ParseDateTime(t)
	return d
}
