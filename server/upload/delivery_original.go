package upload

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/pocketbase/pocketbase/core"

	evidencerules "holdfast/hooks/evidence"
	"holdfast/hooks/intake"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

// original delivers sealed bytes to a member of the case, whole or in a range. Who
// was sent them is on the record before the first byte goes.
func (r *Room) original(e *core.RequestEvent) error {
	row, err := r.sealed(e)
	if err != nil {
		return err
	}
	known, ok := intake.FormatOf(row.GetString("mime"))
	kind := "application/octet-stream"
	if ok {
		kind = row.GetString("mime")
	} else {
		known.Ext = ".bin"
	}
	if strings.HasPrefix(kind, "text/") {
		kind += "; charset=utf-8"
	}
	return r.deliver(e, row, piece{
		key: row.BaseFilesPath() + "/" + row.GetString("file"), what: "file", kind: kind, hash: row.GetString("sha256"),
		place: "attachment", name: fileName(row.GetString("title"), row.Id) + known.Ext, at: row.GetDateTime("sealed_at").Time(),
	})
}

// piece is one file of a row: its original or a copy.
type piece struct {
	key, copy   string // in storage; the id of the copy, if it is one
	what        string // for the audit
	kind, hash  string // media type, SHA-256
	place, name string // attachment or inline, and the file's name
	at          time.Time
}

// deliver sends a piece, whole or in one range.
func (r *Room) deliver(e *core.RequestEvent, row *core.Record, p piece) error {
	fs, err := e.App.NewFilesystem()
	if err != nil {
		return err
	}
	defer fs.Close()
	file, err := fs.GetReader(p.key)
	if err != nil {
		return fmt.Errorf("opening %s of %s: %w", p.what, row.Id, err)
	}
	defer file.Close()
	if err := r.delivered(e, row, p); err != nil {
		return err
	}
	h := e.Response.Header()
	h.Set("Content-Type", p.kind)
	h.Set("Content-Disposition", mime.FormatMediaType(p.place, map[string]string{"filename": p.name}))
	h.Set("ETag", `"`+p.hash+`"`)
	if err := deadlines(e, time.Time{}, time.Now().Add(patience(file.Size()))); err != nil {
		return err
	}
	if strings.Contains(e.Request.Header.Get("Range"), ",") {
		e.Request.Header.Del("Range") // many ranges at once are answered with the whole (RFC 9110, 14.2)
	}
	http.ServeContent(&unkept{ResponseWriter: e.Response}, e.Request, "", p.at, file)
	return nil
}

// unkept keeps the ban on caches on a refused range too, which net/http takes off there,
// and refuses it in the contract's words.
type unkept struct {
	http.ResponseWriter
	refused bool
}

func (u *unkept) WriteHeader(status int) {
	guardHeader(u.Header())
	u.refused = status == http.StatusRequestedRangeNotSatisfiable
	if !u.refused {
		u.ResponseWriter.WriteHeader(status)
		return
	}
	said, _ := json.Marshal(refuse(contract.RangeBad, "")) // texts: they encode
	u.Header().Set("Content-Type", "application/json")
	u.Header().Del("Content-Length")
	u.Header().Del("Content-Disposition")
	u.ResponseWriter.WriteHeader(status)
	_, _ = u.ResponseWriter.Write(said)
}

func (u *unkept) Write(b []byte) (int, error) {
	if u.refused {
		return len(b), nil
	}
	return u.ResponseWriter.Write(b)
}

// sealed is the evidence that a request names, when its bytes are whole, found clean
// or never scanned, and the caller may see it.
func (r *Room) sealed(e *core.RequestEvent) (*core.Record, error) {
	row, err := r.evidence(e, e.Request.PathValue("id"))
	if err != nil {
		return nil, err
	}
	switch row.GetString("status") {
	case sealed:
		return row, nil
	case scanning:
		return nil, later(e, contract.BeingScanned, 10*time.Second)
	case disposed:
		return nil, refuse(contract.Disposed, "")
	}
	return nil, refuse(contract.NotSealed, "")
}

// delivered writes who is being sent which of a row's files: each delivery into the
// audit log, the first of an hour into the chain of custody.
func (r *Room) delivered(e *core.RequestEvent, row *core.Record, p piece) error {
	actor := kernel.ActorFrom(e)
	if e.Get(byLink) != nil {
		actor.Door = "link"
	}
	return kernel.Within(e.App, actor, func(tx core.App) error {
		entry := kernel.Entry{Verb: "file", Collection: "evidence", Record: row.Id, Case: row.GetString("case"), Fields: []string{p.what}, Count: 1}
		if err := kernel.Audit(tx, actor, entry); err != nil {
			return err
		}
		return evidencerules.Viewed(tx, row, p.copy)
	})
}

// guardAnswer lets no cache keep an answer and no browser run it.
func guardAnswer(e *core.RequestEvent) error {
	guardHeader(e.Response.Header())
	return e.Next()
}

func guardHeader(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'")
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
