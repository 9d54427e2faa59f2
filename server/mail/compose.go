package mail

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"html"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"text/template"
	"time"
	"unicode"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/account"
	"holdfast/hooks/clock"
	"holdfast/hooks/scheme"
	"holdfast/hooks/tell"
	"holdfast/hooks/workday"
)

//go:embed text/*.txt
var texts embed.FS

// wording is every kind of mail, in our own words; the first line is the subject and
// holds nothing that anybody typed.
var wording = template.Must(template.ParseFS(texts, "text/*.txt"))

// errOver is a mail whose reason is no more: the registration went on without it.
var errOver = errors.New("the reason for this mail is over")

// wanted are the statuses in which a mail still makes sense; none listed: always.
var wanted = map[string][]string{
	"agreement": {"awaiting_manager"}, "renewal": {"active", "renewed", "lapsed"}, "reminder": {"active", "renewed", "on_leave"}, "lapsed": {"lapsed"},
	"first_meeting": {"active", "renewed"},
}

// letter is what a text may name. Each is one line without a control character.
type letter struct {
	To, Applicant, JobTitle, Agency, Partnership string
	Reason                                       string
	Link, Until, Code                            string
	Days                                         int
	Next                                         string // the next network meeting: when and where
	Named                                        string // whom an operator named to be told
	Phone, When                                  string
	Address                                      string   // with which somebody signs in now
	Unproven                                     bool     // the phone does not prove itself
	Waits                                        []string // what waits for somebody, a line each; no family is named
	Clock                                        string   // the time of the day
}

// compose makes a mail as things are now. A manager's link is made here, in the same
// transaction as the claim.
func compose(tx core.App, row *core.Record, at types.DateTime) (*mailer.Message, error) {
	kind := row.GetString("kind")
	r, err := tx.FindRecordById(row.GetString("collection"), row.GetString("record"))
	if err != nil {
		return nil, errOver
	}
	if over, err := riskOver(tx, kind, r); err != nil || over {
		return nil, cmp.Or(err, errOver)
	}
	if in := wanted[kind]; in != nil && !slices.Contains(in, r.GetString("status")) {
		return nil, errOver
	}
	meta := tx.Settings().Meta
	l := letter{To: oneLine(row.GetString("to_name")), Applicant: oneLine(r.GetString("name")), JobTitle: oneLine(r.GetString("job_title")),
		Partnership: oneLine(meta.AppName), Until: clock.Day(r.GetString("valid_until")), Days: row.GetInt("days")}
	if a, err := tx.FindRecordById("agencies", r.GetString("agency")); err == nil {
		l.Agency = oneLine(a.GetString("name"))
	}
	switch kind {
	case "agreement", "renewal":
		if !strings.EqualFold(r.GetString("manager_email"), row.GetString("to")) || (kind == "renewal" && !r.GetBool("renewal_asked")) {
			return nil, errOver // asked of another address meanwhile, or answered
		}
		token, err := scheme.NewLink(tx, r, kind, at)
		if err != nil {
			return nil, err
		}
		link, _, err := scheme.OpenLink(tx, token, at)
		if err != nil {
			return nil, fmt.Errorf("the link that was just made: %w", err)
		}
		l.Link = strings.TrimRight(meta.AppURL, "/") + "/coordinate/agreement/" + token
		l.Until = clock.Said(link.GetDateTime("expires_at").Time())
	case "invitation":
		if !account.InvitationOf(row, r) {
			return nil, errOver // withdrawn, used, or sent again meanwhile
		}
		token, err := account.InvitationToken(tx, r)
		if err != nil {
			return nil, err
		}
		l.Link = strings.TrimRight(meta.AppURL, "/") + "/coordinate/invitation/" + token
		l.Until = clock.Said(r.GetDateTime("invited_until").Time())
	case "first_meeting":
		if l.Until, l.Next, err = firstMeeting(tx, r, at); err != nil {
			return nil, err
		}
	case "glass", "mail_turned":
		l.When = clock.Said(row.GetDateTime("created").Time())
		l.Reason, l.Named = oneLine(r.GetString("reason")), oneLine(r.GetString("told_name"))
		l.Until = clock.Said(r.GetDateTime("ends_at").Time())
	case "new_phone", "new_phone_of", "copied_phone", "copied_phone_of":
		ofPhone(tx, &l, r, row)
	case "address_changed", "address_changed_of", "account_made_of", "rights_changed", "rights_changed_of", "signed_out":
		l.Address, l.When = oneLine(r.Email()), clock.Said(row.GetDateTime("created").Time())
	case "digest", "asked":
		if l.Waits, err = waiting(tx, r, at); err != nil {
			return nil, err
		}
		l.Link = strings.TrimRight(meta.AppURL, "/") + "/coordinate"
	case "policy_loosened":
		l.Reason, l.When = oneLine(r.GetString("reason")), clock.Said(row.GetDateTime("created").Time())
	case "risk", "risk_again", "risk_unanswered", "risk_resolved":
		if err := l.ofRisk(tx, kind, r); err != nil {
			return nil, err
		}
		if !tell.Nowhere(meta.AppURL) {
			l.Link = strings.TrimRight(meta.AppURL, "/") + "/coordinate/risks"
		}
	case "declined", "lapsed":
		if l.Reason, err = lastReason(tx, r.Id, kind); err != nil {
			return nil, err
		}
	}
	subject, text, err := written(kind, l)
	if err != nil {
		return nil, err
	}
	headers := map[string]string{"Message-ID": "<" + row.Id + "@" + host(meta.AppURL) + ">", "Auto-Submitted": "auto-generated"}
	if of := row.GetString("collection"); of == "devices" || of == "risk_alarms" || kind == "invitation" {
		headers["Sensitivity"] = "Private" // RFC 4021: for its reader alone
	}
	return &mailer.Message{
		From:    mail.Address{Name: oneLine(meta.SenderName), Address: meta.SenderAddress},
		To:      []mail.Address{{Name: l.To, Address: row.GetString("to")}},
		Subject: subject, Text: text, HTML: markup(text, l.Link),
		Headers: headers,
	}, nil
}

// ofPhone says which phone, whose, and when it happened.
func ofPhone(tx core.App, l *letter, device, row *core.Record) {
	l.Phone, l.Applicant, l.Unproven = l.Applicant, "", !device.GetBool("proves")
	l.When = clock.Said(row.GetDateTime("created").Time())
	if u, err := tx.FindRecordById("users", device.GetString("user")); err == nil {
		l.Applicant = oneLine(u.GetString("name"))
	}
}

// written is the subject and text of a mail.
func written(kind string, l letter) (subject, text string, err error) {
	var b bytes.Buffer
	if err := wording.ExecuteTemplate(&b, kind+".txt", l); err != nil {
		return "", "", fmt.Errorf("the text of %s: %w", kind, err)
	}
	subject, text, _ = strings.Cut(b.String(), "\n")
	return oneLine(subject), strings.TrimSpace(text) + "\n", nil
}

// markup is the same text as HTML: paragraphs, and the link as one. Everything that
// anybody wrote is text.
func markup(text, link string) string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"></head><body style="font-family:Arial,sans-serif;font-size:16px;line-height:1.5">`)
	for _, paragraph := range strings.Split(strings.TrimSpace(text), "\n\n") {
		inner := strings.ReplaceAll(html.EscapeString(paragraph), "\n", "<br>")
		if link != "" && strings.TrimSpace(paragraph) == link {
			inner = `<a href="` + html.EscapeString(link) + `">` + html.EscapeString(link) + `</a>`
		}
		b.WriteString("<p>" + inner + "</p>")
	}
	b.WriteString("</body></html>")
	return b.String()
}

// oneLine is a text as one line without control characters or turns of the reading
// direction: it can begin no header and no paragraph of its own.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

// because are the acts that give the reason of a mail.
var because = map[string]string{"declined": "(act = 'refuse' || act = 'decline' || act = 'refuse_renewal')", "lapsed": "act = 'lapse'"}

// lastReason is why somebody said no or a champion's time ended, as the history has it.
func lastReason(tx core.App, registration, kind string) (string, error) {
	rows, err := tx.FindRecordsByFilter("champion_history", "registration = {:r} && "+because[kind], "-at,-created", 1, 0,
		map[string]any{"r": registration})
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return oneLine(rows[0].GetString("reason")), nil
}

// firstMeeting is by when a champion should have been to a network meeting, and which
// comes next. One who was at one meanwhile is not asked any more.
func firstMeeting(tx core.App, r *core.Record, at types.DateTime) (until, next string, err error) {
	if waits, err := scheme.AwaitsMeeting(tx, r.Id); err != nil || !waits {
		return "", "", cmp.Or(err, errOver)
	}
	policy, err := scheme.PolicyOn(tx, at.Time().In(london).Format(time.DateOnly))
	if err != nil {
		return "", "", err
	}
	by := policy.FirstMeetingBy(r.GetString("active_since"))
	if by == "" {
		return "", "", errOver // the area asks nobody any more
	}
	ahead, err := tx.FindRecordsByFilter("network_events", "kind = 'meeting' && status = 'planned' && starts_at > {:now}", "starts_at", 1, 0, map[string]any{"now": at})
	if err != nil {
		return "", "", err
	}
	for _, e := range ahead {
		next = clock.Said(e.GetDateTime("starts_at").Time())
		if place := oneLine(e.GetString("place")); place != "" {
			next += ", " + place
		}
	}
	return clock.Day(by), next, nil
}

func host(address string) string {
	if u, err := url.Parse(address); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return "holdfast.invalid"
}

var london = workday.London
