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
	deliver := func() {
		if err := p.deliver(); err != nil {
			e.App.Logger().Error("Sending mail", "error", err)
		}
	}
	// That an operator opened the families' files is told at once, not with the minute.
	e.App.OnRecordAfterCreateSuccess("outbox").BindFunc(func(e *core.RecordEvent) error {
		if e.Record.GetString("kind") == "glass" {
			go deliver()
		}
		return e.Next()
	})
	return e.App.Cron().Add("mail", "* * * * *", deliver)
}

// mailClient is PocketBase's own, as the operator set it up, unless there is another.
func (p *post) mailClient() mailer.Mailer {
	if p.client != nil {
		return p.client
	}
	return p.app.NewMailClient()
}
