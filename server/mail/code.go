package mail

import (
	"net/mail"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/hooks/account"
	"holdfast/hooks/clock"
)

// codeMail says the mail of a one-time code in the house's words. It goes out at once,
// past the outbox: somebody waits for it, a late one is worth nothing, and whoever
// misses one asks for another.
func (p *post) codeMail() *hook.Handler[*core.MailerRecordEvent] {
	return p.atOnce("code", func(e *core.MailerRecordEvent, l *letter) (string, error) {
		l.Code, _ = e.Meta["password"].(string)
		return "code", nil
	})
}

// resetMail says the mail of a new password's link, which leads to a page of ours
// whoever asked for it by which door. While a change of the mail's way or of their address
// is new, it says that they wait instead.
func (p *post) resetMail() *hook.Handler[*core.MailerRecordEvent] {
	return p.atOnce("reset", func(e *core.MailerRecordEvent, l *letter) (string, error) {
		until, err := account.ResetsWait(e.App, e.Record, p.now())
		if err != nil {
			return "", err
		}
		if !until.IsZero() {
			l.Until = clock.Said(until)
			return "reset_waits", nil
		}
		token, _ := e.Meta["token"].(string)
		l.Link = strings.TrimRight(e.App.Settings().Meta.AppURL, "/") + "/coordinate/reset/" + token
		return "reset", nil
	})
}

// atOnce puts PocketBase's mail of an account into a text of ours, for its reader alone.
func (p *post) atOnce(kind string, fill func(*core.MailerRecordEvent, *letter) (string, error)) *hook.Handler[*core.MailerRecordEvent] {
	return &hook.Handler[*core.MailerRecordEvent]{Id: "holdfastMail-" + kind, Func: func(e *core.MailerRecordEvent) error {
		meta := e.App.Settings().Meta
		name := oneLine(e.Record.GetString("name"))
		l := letter{To: name, Partnership: oneLine(meta.AppName)}
		kind, err := fill(e, &l)
		if err != nil {
			return err
		}
		subject, text, err := written(kind, l)
		if err != nil {
			return err
		}
		e.Message.To = []mail.Address{{Name: name, Address: e.Record.Email()}}
		e.Message.From = mail.Address{Name: oneLine(meta.SenderName), Address: meta.SenderAddress}
		e.Message.Subject, e.Message.Text, e.Message.HTML = subject, text, markup(text, l.Link)
		e.Message.Headers = map[string]string{"Message-ID": "<" + kind + "-" + security.RandomString(15) + "@" + host(meta.AppURL) + ">",
			"Auto-Submitted": "auto-generated", "Sensitivity": "Private"} // RFC 4021: for its reader alone
		if p.client != nil {
			e.Mailer = p.client
		}
		return e.Next()
	}}
}
