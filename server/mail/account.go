package mail

import (
	"html"
	"regexp"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/security"
)

// accountMail puts what PocketBase itself would send of an account, such as a new
// password's link, where a demo's other mail goes. Such a mail is a key to the account,
// so that it is for its reader alone.
func (p *post) accountMail() *hook.Handler[*core.MailerEvent] {
	return &hook.Handler[*core.MailerEvent]{Id: "holdfastAccountMail", Func: func(e *core.MailerEvent) error {
		m := e.Message
		if m.Headers == nil {
			m.Headers = map[string]string{}
		}
		if m.Headers["Message-ID"] == "" {
			m.Headers["Message-ID"] = "<account-" + security.RandomString(15) + "@" + host(e.App.Settings().Meta.AppURL) + ">"
		}
		m.Headers["Sensitivity"] = "Private" // RFC 4021
		if m.Text == "" {
			m.Text = plain(m.HTML)
		}
		e.Mailer = p.client
		return e.Next()
	}}
}

var (
	anchor  = regexp.MustCompile(`(?s)<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>`)
	lineEnd = regexp.MustCompile(`(?i)</p>|<br */?>|</div>`)
	element = regexp.MustCompile(`(?s)<[^>]*>`)
	blank   = regexp.MustCompile(`[ \t]*\n[ \t\n]*`)
)

// plain is the text of PocketBase's own templates: a paragraph a line, and where a link
// leads on a line of its own.
func plain(markup string) string {
	if _, body, ok := strings.Cut(markup, "<body>"); ok { // what stands before are styles
		markup = body
	}
	text := anchor.ReplaceAllString(markup, "$2\n$1\n")
	text = element.ReplaceAllString(lineEnd.ReplaceAllString(text, "\n"), "")
	return strings.TrimSpace(blank.ReplaceAllString(html.UnescapeString(text), "\n\n")) + "\n"
}
