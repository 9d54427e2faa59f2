package mail

import (
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"
)

// Room sends mail.
type Room struct {
	Folder string // where a demo writes its mail instead of sending it; empty: it is sent
}

// Open begins to read the outbox, every minute.
func (r Room) Open(e *core.ServeEvent) error {
	p := &post{app: e.App, now: time.Now}
	if r.Folder != "" {
		p.client, p.demo = folder{r.Folder, time.Now}, true
		e.App.OnMailerSend().Bind(p.accountMail())
	}
	e.App.OnMailerRecordOTPSend("users").Bind(p.codeMail())
	e.App.OnMailerRecordPasswordResetSend("users").Bind(p.resetMail())
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
	now := run(p.deliverNow)
	// That an operator opened the families' files is told at once, not with the minute; so
	// is that the mail turns, which waits until it is told.
	e.App.OnRecordAfterCreateSuccess("outbox").BindFunc(func(e *core.RecordEvent) error {
		if linkless(e.Record.GetString("kind")) {
			go now()
		}
		return e.Next()
	})
	return e.App.Cron().Add("mail", "* * * * *", run(p.deliver))
}

// mailClient is PocketBase's own, as the operator set it up, unless there is another.
func (p *post) mailClient() mailer.Mailer {
	if p.client != nil {
		return p.client
	}
	return p.app.NewMailClient()
}
