package letter

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	letterrules "holdfast/hooks/letter"
	"holdfast/hooks/letterpage"
	"holdfast/hooks/lettertext"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// Open binds the room to a server: a letter as a page and as paper, and the page's
// stylesheet.
func Open(e *core.ServeEvent) error {
	e.Router.GET("/api/letters/{id}/html", deliver(page))
	e.Router.GET("/api/letters/{id}/pdf", deliver(paper))
	e.Router.GET(letterpage.StylesheetPath, func(e *core.RequestEvent) error {
		return e.Blob(http.StatusOK, "text/css; charset=utf-8", []byte(letterpage.Stylesheet))
	})
	return nil
}

// answer is one letter in one form.
type answer struct {
	kind string
	body []byte
}

// deliver renders one letter for a member of its case. A letter of another case and
// one that does not exist get the same answer; what is delivered is audited first.
func deliver(render func(*core.RequestEvent, *core.Record) (answer, error)) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		if e.Auth == nil {
			return reply.Error(contract.Unauthorised, "")
		}
		if severalAsked(e.Request) {
			return reply.Error(contract.LetterOne, "")
		}
		l, err := kernel.Held(e.App, "letters", e.Auth.Id, e.Request.PathValue("id"))
		if err != nil {
			return err
		}
		if l == nil {
			return reply.Error(contract.NotFound, "")
		}
		a, err := render(e, l)
		if err != nil {
			return err
		}
		entry := kernel.Entry{Verb: "read", Collection: "letters", Record: l.Id, Case: l.GetString("case"), Count: 1}
		if err := kernel.Audit(e.App, kernel.ActorFrom(e), entry); err != nil {
			return err
		}
		h := e.Response.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		return e.Blob(http.StatusOK, a.kind, a.body)
	}
}

// severalAsked: no door puts two letters into one document. Pages of two families' were
// once mixed at a printer (domain 3.4, hard block 7).
func severalAsked(r *http.Request) bool {
	if strings.ContainsAny(r.PathValue("id"), ",;+ ") {
		return true
	}
	for name := range r.URL.Query() {
		if slices.Contains([]string{"id", "ids", "letter", "letters", "and", "with"}, strings.TrimSuffix(strings.ToLower(name), "[]")) {
			return true
		}
	}
	return false
}

// page is the letter with how it stands above it; a draft bears its mark.
func page(e *core.RequestEvent, l *core.Record) (answer, error) {
	d, err := letterrules.LetterDocument(e.App, l)
	if unresolved := (*lettertext.MergeError)(nil); err != nil && !errors.As(err, &unresolved) {
		return answer{}, err
	}
	a, err := about(e.App, l)
	if err != nil {
		return answer{}, err
	}
	var b bytes.Buffer
	if err := letterpage.View(&b, d, a); err != nil {
		return answer{}, err
	}
	return answer{"text/html; charset=utf-8", b.Bytes()}, nil
}

// paper is the letter as it is printed, once it is approved and while nothing has come
// between; of one that has gone, the record of it.
func paper(e *core.RequestEvent, l *core.Record) (answer, error) {
	if !printable(l.GetString("status")) {
		return answer{}, reply.Error(contract.LetterNotReady, "Have it approved first.")
	}
	between, err := letterrules.ComeBetween(e.App, l)
	if err != nil {
		return answer{}, err
	}
	if len(between) > 0 {
		return answer{}, reply.Error(contract.LetterNotReady, strings.Join(between, " ")+" "+orAnew)
	}
	d, err := letterrules.LetterDocument(e.App, l)
	if err != nil {
		return answer{}, err
	}
	bears, err := letterrules.PaperOf(e.App, l, d)
	if err != nil {
		return answer{}, err
	}
	var b bytes.Buffer
	var glyphs *letterpage.UnprintableError
	switch err := letterpage.PDF(&b, d, bears); {
	case errors.As(err, &glyphs):
		return answer{}, reply.Error(contract.LetterNotReady, "Send it as a page: the paper's type has no shape for some of its letters.")
	case err != nil:
		return answer{}, err
	}
	sum := sha256.Sum256(b.Bytes())
	hash := hex.EncodeToString(sum[:])
	e.Response.Header().Set("ETag", `"`+hash+`"`)
	if bears.Copy != "" { // what was approved is the same sheets without the line above them
		bears.Copy = ""
		if hash, err = letterpage.SHA256(d, bears); err != nil {
			return answer{}, err
		}
	}
	if hash != l.GetString("pdf_sha256") { // approved under another version of the renderer
		e.Response.Header().Set("Letter-Bytes", "changed")
	}
	return answer{"application/pdf", b.Bytes()}, nil
}

// orAnew is what is left where what came between cannot be put right.
const orAnew = "Or withdraw this letter and draft another."

func printable(status string) bool {
	return slices.Contains([]string{"approved", "issued", "returned"}, status)
}
