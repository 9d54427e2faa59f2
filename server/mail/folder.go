package mail

import (
	"bytes"
	"fmt"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/tools/mailer"
)

// folder takes mail for a demo: each is a file that a mail program opens.
type folder struct {
	path string
	now  func() time.Time
}

// Send writes one mail as a file, whole or not at all.
func (f folder) Send(m *mailer.Message) error {
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return fmt.Errorf("the folder of the demo's mail: %w", err)
	}
	var b bytes.Buffer
	body := multipart.NewWriter(&b)
	if kind := m.Headers["Sensitivity"]; kind != "" {
		fmt.Fprintf(&b, "Sensitivity: %s\r\n", kind)
	}
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: %s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=%s\r\n\r\n",
		m.From.String(), m.To[0].String(), mime.QEncoding.Encode("utf-8", m.Subject), f.now().Format(time.RFC1123Z), m.Headers["Message-ID"], body.Boundary())
	for _, part := range [][2]string{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		w, err := body.CreatePart(textproto.MIMEHeader{"Content-Type": {part[0] + "; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"}})
		if err != nil {
			return err
		}
		q := quotedprintable.NewWriter(w)
		if _, err := q.Write([]byte(part[1])); err != nil {
			return err
		}
		if err := q.Close(); err != nil {
			return err
		}
	}
	if err := body.Close(); err != nil {
		return err
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(m.Headers["Message-ID"], "<"), "@")
	name := filepath.Join(f.path, f.now().UTC().Format("20060102T150405.000")+"-"+filepath.Base(id)+".eml")
	if err := os.WriteFile(name+".part", b.Bytes(), 0o600); err != nil {
		return err
	}
	return os.Rename(name+".part", name)
}
