package sync

import (
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/subscriptions"

	"holdfast/collections"
)

// quiet is how long news is gathered before phones are woken: many writes, one
// wake-up each.
const quiet = 250 * time.Millisecond

// Topic is the realtime topic on which a phone hears that there is news, and
// nothing else.
const Topic = "sync"

// news is a record that was written, or somebody whose rights changed.
type news struct{ collection, record, user string }

// listen notes what commits and wakes the phones that it concerns. A wake-up is
// lost with the process, and costs a phone nothing but time: it pulls anyway.
func (e *Engine) listen(app core.App) {
	e.heard = make(chan news, 4096)
	note := func() *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Func: func(ev *core.RecordEvent) error {
			if n := collections.ByID(ev.Record.Collection().Id); n != nil && n.Sync != nil {
				item := news{collection: ev.Record.Collection().Id, record: ev.Record.Id}
				for _, s := range collections.EntitledBy() {
					if s.Table == n.Name && s.User != "id" {
						item.user = ev.Record.GetString(s.User)
					}
				}
				select {
				case e.heard <- item:
				default: // so much news that everybody is woken already
				}
			}
			return ev.Next()
		}}
	}
	app.OnRecordAfterCreateSuccess().Bind(note())
	app.OnRecordAfterUpdateSuccess().Bind(note())
	app.OnRecordAfterDeleteSuccess().Bind(note())
	stop := make(chan struct{})
	app.OnTerminate().BindFunc(func(t *core.TerminateEvent) error {
		close(stop)
		e.ears.close()
		return t.Next()
	})
	go e.gather(stop)
}

// gather collects news for a while, then wakes each phone once.
func (e *Engine) gather(stop <-chan struct{}) {
	for {
		var batch []news
		select {
		case <-stop:
			return
		case n := <-e.heard:
			batch = append(batch, n)
		}
		timer := time.After(quiet)
		for waiting := true; waiting; {
			select {
			case <-stop:
				return
			case n := <-e.heard:
				batch = append(batch, n)
			case <-timer:
				waiting = false
			}
		}
		if err := e.wake(batch); err != nil {
			e.app.Logger().Error("Waking phones", "error", err)
		}
	}
}

// wake tells those whose scopes changed, and nobody else, that there is news.
func (e *Engine) wake(batch []news) error {
	listeners := e.listeners()
	if len(listeners) == 0 && !e.ears.any() {
		return nil
	}
	concerned := map[string]bool{}
	seen := map[news]bool{}
	for _, n := range batch {
		if seen[n] {
			continue
		}
		seen[n] = true
		if n.user != "" {
			concerned[n.user] = true // who lost a right holds it no longer, and must hear of it
		}
		rows, err := e.stmt.holders.Query(n.record, n.collection)
		if err != nil {
			return err
		}
		for rows.Next() {
			var user string
			if err := rows.Scan(&user); err != nil {
				rows.Close()
				return err
			}
			concerned[user] = true
		}
		if err := rows.Err(); err != nil {
			return err
		}
	}
	e.ears.wake(concerned)
	for user, clients := range listeners {
		if concerned[user] {
			for _, c := range clients {
				c.Send(subscriptions.Message{Name: Topic, Data: []byte(`{"news":true}`)})
			}
		}
	}
	return nil
}

// listeners are the phones that listen now, by user.
func (e *Engine) listeners() map[string][]subscriptions.Client {
	out := map[string][]subscriptions.Client{}
	for _, c := range e.app.SubscriptionsBroker().Clients() {
		user, _ := c.Get(apis.RealtimeClientAuthKey).(*core.Record)
		if user == nil {
			continue
		}
		for topic := range c.Subscriptions() {
			if name, _, _ := strings.Cut(topic, "?"); name == Topic {
				out[user.Id] = append(out[user.Id], c)
				break
			}
		}
	}
	return out
}
