package upload

import (
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks"
	contract "holdfast/mobile-contract"
)

// original delivers sealed bytes to a member of the case, whole or in ranges. Who
// was sent them is on the record before the first byte goes.
func (r *Room) original(e *core.RequestEvent) error {
	guardAnswer(e)
	row, err := r.sealed(e)
	if err != nil {
		return err
	}
	fs, err := e.App.NewFilesystem()
	if err != nil {
		return err
	}
	defer fs.Close()
	file, err := fs.GetReader(row.BaseFilesPath() + "/" + row.GetString("file"))
	if err != nil {
		return fmt.Errorf("opening the original of %s: %w", row.Id, err)
	}
	defer file.Close()
	if err := r.delivered(e, row, "file"); err != nil {
		return err
	}

	known, ext := formats[row.GetString("mime")], ".bin"
	kind := "application/octet-stream"
	if known.ext != "" {
		kind, ext = row.GetString("mime"), known.ext
	}
	if strings.HasPrefix(kind, "text/") {
		kind += "; charset=utf-8"
	}
	h := e.Response.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fileName(row.GetString("title"), row.Id) + ext}))
	h.Set("ETag", `"`+row.GetString("sha256")+`"`)
	if err := deadlines(e, time.Time{}, time.Now().Add(patience(file.Size()))); err != nil {
		return err
	}
	http.ServeContent(e.Response, e.Request, "", row.GetDateTime("sealed_at").Time(), file)
	return nil
}

// sealed is the evidence that a request names, when its bytes are whole and the
// caller may see it.
func (r *Room) sealed(e *core.RequestEvent) (*core.Record, error) {
	row, err := r.evidence(e, e.Request.PathValue("id"))
	if err != nil {
		return nil, err
	}
	if row.GetString("status") != sealed {
		return nil, refuse(contract.NotSealed, "")
	}
	return row, nil
}

// delivered writes who is being sent which of a row's files.
func (r *Room) delivered(e *core.RequestEvent, row *core.Record, what string) error {
	entry := hooks.Entry{Verb: "file", Collection: "evidence", Record: row.Id, Case: row.GetString("case"), Fields: []string{what}, Count: 1}
	return hooks.Audit(e.App, hooks.ActorFrom(e), entry)
}

// guardAnswer lets no cache keep an answer and no browser run it.
func guardAnswer(e *core.RequestEvent) {
	h := e.Response.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
}

// patience is how long an answer of so many bytes may take: 8 KiB a second, on the
// worst line that is still one.
func patience(size int64) time.Duration {
	return time.Minute + time.Duration(size/(8<<10))*time.Second
}

// fileName is a title made safe to be a file's name on any system, or the id.
func fileName(title, id string) string {
	var b []rune
	for _, c := range title {
		switch {
		case unicode.IsLetter(c), unicode.IsDigit(c), c == '-', c == '_':
			b = append(b, c)
		case unicode.IsSpace(c), c == '.', c == ',':
			if len(b) > 0 && b[len(b)-1] != ' ' {
				b = append(b, ' ')
			}
		}
		if len(b) == 80 {
			break
		}
	}
	if name := strings.TrimSpace(string(b)); name != "" {
		return name
	}
	return id
}
