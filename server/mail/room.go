package mail

import (
	"errors"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"

	"holdfast/hooks/tell"
)

// Room sends mail, and, where the area has them, web pushes and texts.
type Room struct {
	Folder string // where a demo writes its mail instead of sending it; empty: it is sent
	Push   Push
	Text   Text
}

// Open begins to read the outbox, every minute, each way by itself: none waits for
// another that is slow.
func (r Room) Open(e *core.ServeEvent) error {
	p := &post{app: e.App, now: time.Now}
	if r.Folder != "" {
		p.client, p.demo = folder{r.Folder, time.Now}, true
		e.App.OnMailerSend().Bind(p.accountMail())
	}
	e.App.OnMailerRecordOTPSend("users").Bind(p.codeMail())
	e.App.OnMailerRecordPasswordResetSend("users").Bind(p.resetMail())
	others, err := r.others(e.App)
	if err != nil {
		return err
	}
	ways := append([]*post{p}, others...)
	if err := p.unsure(time.Now()); err != nil { // claimed by a server that is no more
		return err
	}
	run := func(round func() error) func() {
		return func() {
			if err := round(); err != nil {
				e.App.Logger().Error("Sending mail", "error", err)
			}
		}
	}
	// That an operator opened the families' files, or that a child is in danger, is told at
	// once, not with the minute; so is that the mail turns, which waits until it is told.
	e.App.OnRecordAfterCreateSuccess("outbox").BindFunc(func(e *core.RecordEvent) error {
		if linkless(e.Record.GetString("kind")) {
			for _, way := range ways {
				if way.channel == e.Record.GetString("channel") {
					go run(way.deliverNow)()
				}
			}
		}
		return e.Next()
	})
	for _, way := range ways {
		if err := e.App.Cron().Add("mail"+way.channel, "* * * * *", run(way.deliver)); err != nil {
			return err
		}
	}
	return nil
}

// others are the ways that are not mail, as the server was set up with them. What is to go
// by one that it was not set up with stays in the outbox, in sight of Health.
func (r Room) others(app core.App) ([]*post, error) {
	push, text := &post{app: app, now: time.Now, channel: "push"}, &post{app: app, now: time.Now, channel: "text"}
	if r.Push.Key != "" {
		if r.Push.Contact == "" {
			return nil, errors.New("web push: say whom the push services turn to (--push-contact)")
		}
		public, err := r.Push.Public()
		if err != nil {
			return nil, err
		}
		push.carrier = &webPush{app: app, keys: r.Push, public: public, client: outside()}
		tell.OfferPush(app, public, tell.PushServices...)
	}
	if r.Text.Key != "" {
		service, err := r.Text.open(&http.Client{Timeout: patience}, time.Now)
		if err != nil {
			return nil, err
		}
		text.carrier = service
	}
	return []*post{push, text}, nil
}

// mailClient is PocketBase's own, as the operator set it up, unless there is another.
func (p *post) mailClient() mailer.Mailer {
	if p.client != nil {
		return p.client
	}
	return p.app.NewMailClient()
}
