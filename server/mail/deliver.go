package mail

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks"
)

// waits are how long after each failed try the next one comes; after the last of
// them a mail has failed, and a person is told.
var waits = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// atOnce is how many mails one round sends.
const atOnce = 100

// post is the reader of the outbox.
type post struct {
	app    core.App
	now    func() time.Time
	client mailer.Mailer // nil: PocketBase's own
	demo   bool
	round  sync.Mutex
}

// errNowhere is a server whose own address is not set: a link in a mail would lead
// to the reader's own machine.
var errNowhere = errors.New("no mail is sent: the application's address (settings, Application URL) is not set")

// linkless are mails that are sent at once and hold no link, so that they go out whether
// or not the application's address is set.
func linkless(kind string) bool { return kind == "glass" || kind == "mail_turned" }

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
	if err := p.app.ConcurrentDB().NewQuery(`SELECT id, kind FROM outbox WHERE status = 'queued' AND due_at <= {:now} ORDER BY kind NOT IN ('glass', 'mail_turned'), due_at, rowid LIMIT {:n}`).
		Bind(dbx.Params{"now": stamp(p.now()).String(), "n": atOnce}).All(&due); err != nil {
		return err
	}
	nowhere := !p.demo && hooks.Nowhere(p.app.Settings().Meta.AppURL)
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
	message, err := p.claim(id)
	if err != nil || message == nil {
		return err
	}
	sent := p.mailClient().Send(message)
	if err := p.note(id, sent); err != nil {
		return err
	}
	return sent
}

// claim makes the mail and marks it as being sent, in one transaction that is over
// before anything leaves: nobody else sends it, whatever happens then. Nil when it is
// not to be sent after all.
func (p *post) claim(id string) (message *mailer.Message, err error) {
	at := stamp(p.now())
	err = hooks.Within(p.app, hooks.Actor{Door: "mail"}, func(tx core.App) error {
		row, err := tx.FindRecordById("outbox", id)
		if err != nil || row.GetString("status") != "queued" {
			return err
		}
		message, err = compose(tx, row, at)
		switch {
		case errors.Is(err, errOver):
			message = nil
			row.Set("status", "dropped")
			row.Set("problem", "It was no longer so when it was to be sent.")
		case err != nil:
			return err
		default:
			row.Set("status", "sending")
			row.Set("claimed_at", at)
			row.Set("tries", row.GetInt("tries")+1)
		}
		return tx.Save(hooks.AsServer(row))
	})
	if err != nil {
		return nil, err
	}
	return message, nil
}

// note writes down whether a mail went out, and when it is tried again.
func (p *post) note(id string, sent error) error {
	return hooks.Within(p.app, hooks.Actor{Door: "mail"}, func(tx core.App) error {
		row, err := tx.FindRecordById("outbox", id)
		if err != nil {
			return err
		}
		if row.GetString("status") != "sending" {
			return nil
		}
		tries, glass := row.GetInt("tries"), row.GetString("kind") == "glass"
		if glass {
			if err := hooks.GlassTold(tx, row, sent == nil); err != nil {
				return err
			}
		}
		switch {
		case sent == nil:
			row.Set("status", "sent")
			row.Set("sent_at", stamp(p.now()))
			row.Set("problem", "")
		case glass: // every minute, until somebody knows
			row.Set("status", "queued")
			row.Set("due_at", stamp(p.now().Add(waits[0])))
			row.Set("problem", short(sent))
		case tries > len(waits):
			row.Set("status", "failed")
			row.Set("problem", short(sent))
		default:
			row.Set("status", "queued")
			row.Set("due_at", stamp(p.now().Add(waits[tries-1])))
			row.Set("problem", short(sent))
		}
		return tx.Save(hooks.AsServer(row))
	})
}

// unsure marks what was claimed before an instant and never came to an end.
func (p *post) unsure(before time.Time) error {
	return hooks.Within(p.app, hooks.Actor{Door: "mail"}, func(tx core.App) error {
		rows, err := tx.FindRecordsByFilter("outbox", "status = 'sending' && claimed_at <= {:t}", "", 0, 0, dbx.Params{"t": stamp(before).String()})
		if err != nil {
			return err
		}
		for _, row := range rows {
			row.Set("status", "unsure")
			row.Set("problem", "The server stopped while it was being sent.")
			if row.GetString("kind") == "glass" { // told twice is better than not at all
				row.Set("status", "queued")
			}
			if err := tx.Save(hooks.AsServer(row)); err != nil {
				return err
			}
		}
		return nil
	})
}

// short is an error as the outbox keeps it: an address or a name may stand in it, so
// no more than its beginning.
func short(err error) string {
	s := []rune(oneLine(err.Error()))
	return string(s[:min(len(s), 200)])
}

func stamp(t time.Time) types.DateTime {
	d, _ := types.ParseDateTime(t)
	return d
}
