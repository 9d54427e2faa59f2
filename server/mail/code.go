package mail

import (
	"net/mail"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/security"
)

// codeMail says the mail of a one-time code in the house's words. It goes out at once,
// past the outbox: somebody waits for it, a late one is worth nothing, and whoever
// misses one asks for another.
func (p *post) codeMail() *hook.Handler[*core.MailerRecordEvent] {
	return &hook.Handler[*core.MailerRecordEvent]{Id: "holdfastCodeMail", Func: func(e *core.MailerRecordEvent) error {
		code, _ := e.Meta["password"].(string)
		meta := e.App.Settings().Meta
		name := oneLine(e.Record.GetString("name"))
		subject, text, err := written("code", letter{To: name, Partnership: oneLine(meta.AppName), Code: code})
		if err != nil {
			return err
		}
		e.Message.To = []mail.Address{{Name: name, Address: e.Record.Email()}}
		e.Message.From = mail.Address{Name: oneLine(meta.SenderName), Address: meta.SenderAddress}
		e.Message.Subject, e.Message.Text, e.Message.HTML = subject, text, markup(text, "")
		e.Message.Headers = map[string]string{"Message-ID": "<code-" + security.RandomString(15) + "@" + host(meta.AppURL) + ">",
			"Auto-Submitted": "auto-generated", "Sensitivity": "Private"} // RFC 4021: for its reader alone
		if p.client != nil {
			e.Mailer = p.client
		}
		return e.Next()
	}}
}
