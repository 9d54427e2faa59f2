package coordinate

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"holdfast/hooks/clock"
)

// mailShown is how many of the latest mails the page shows.
const mailShown = 50

// mailLine is one line of a mail's text; a link to this server is one here too.
type mailLine struct{ Text, Address string }

// shownMail is one mail that the demo would have sent.
type shownMail struct {
	To, Subject, When string
	Lines             []mailLine
	Withheld          string // the file, when the mail is somebody else's alone
}

// mailPage shows, in a demo only, the mails that were written to a folder instead of
// being sent.
func mailPage(v *visit) error {
	if v.room.mail == "" {
		return errMissing
	}
	names, err := filepath.Glob(filepath.Join(v.room.mail, "*.eml"))
	if err != nil {
		return err
	}
	slices.Sort(names)
	slices.Reverse(names) // a name begins with its time
	var shown []shownMail
	for _, name := range names[:min(len(names), mailShown)] {
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		m, private, err := readMail(raw, v.App.Settings().Meta.AppURL)
		if err != nil {
			return err
		}
		if private != "" && !strings.EqualFold(private, v.user.Email()) { // a code to sign in as somebody else
			m.Lines, m.Withheld = nil, filepath.Base(name)
		}
		shown = append(shown, m)
	}
	return v.show(http.StatusOK, "mail", page{Title: "Mail", Body: shown})
}

// readMail is a mail to be shown, and whose alone it is.
func readMail(raw []byte, app string) (out shownMail, private string, err error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return out, "", err
	}
	if m.Header.Get("Sensitivity") != "" {
		to, err := mail.ParseAddress(m.Header.Get("To"))
		if err != nil {
			return out, "", err
		}
		private = to.Address
	}
	words := new(mime.WordDecoder)
	if out.Subject, err = words.DecodeHeader(m.Header.Get("Subject")); err != nil {
		return out, private, err
	}
	if out.To, err = words.DecodeHeader(m.Header.Get("To")); err != nil {
		return out, private, err
	}
	if at, err := m.Header.Date(); err == nil {
		out.When = clock.Said(at)
	}
	text, err := plainText(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
	if err != nil {
		return out, private, err
	}
	for _, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		l := mailLine{Text: line}
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), strings.TrimSuffix(app, "/")+"/coordinate"); ok {
			l.Address = "/coordinate" + path
		}
		out.Lines = append(out.Lines, l)
	}
	return out, private, nil
}

// plainText is a mail's part for reading without markup.
func plainText(kind, encoding string, body io.Reader) (string, error) {
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(media, "multipart/") {
		switch strings.ToLower(encoding) {
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		}
		raw, err := io.ReadAll(io.LimitReader(body, 64<<10))
		return string(raw), err
	}
	parts := multipart.NewReader(body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if err != nil {
			return "", err
		}
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/plain") {
			return plainText(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)
		}
	}
}
