package letter

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks"
	"holdfast/hooks/feed"
	"holdfast/hooks/letterpage"
	"holdfast/hooks/lettertext"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// Open binds the room to a server: a letter as a page and as paper, and the page's
// stylesheet.
func Open(e *core.ServeEvent) error {
	e.Router.GET("/api/letters/{id}/html", deliver("text/html; charset=utf-8", letterpage.HTML))
	e.Router.GET("/api/letters/{id}/pdf", deliver("application/pdf", letterpage.PDF))
	e.Router.GET(letterpage.StylesheetPath, func(e *core.RequestEvent) error {
		return e.Blob(http.StatusOK, "text/css; charset=utf-8", []byte(letterpage.Stylesheet))
	})
	return nil
}

// deliver renders one letter for a member of its case. A letter of another case and
// one that does not exist get the same answer; what is delivered is audited first.
func deliver(kind string, render func(w io.Writer, d *lettertext.Document) error) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		if e.Auth == nil {
			return reply.Error(contract.Unauthorised, "")
		}
		l, err := e.App.FindRecordById("letters", e.Request.PathValue("id"))
		held := false
		if err == nil {
			held, err = feed.Holds(e.App.ConcurrentDB(), e.Auth.Id, "case:"+l.GetString("case"))
		}
		if err != nil || !held {
			return reply.Error(contract.NotFound, "")
		}
		d, err := hooks.LetterDocument(e.App, l)
		if unresolved := (*lettertext.MergeError)(nil); errors.As(err, &unresolved) {
			return e.BadRequestError("The letter has fields to fill in first: "+strings.Join(unresolved.Unresolved(), ", "), nil)
		}
		if err != nil {
			return err
		}
		var page bytes.Buffer
		if err := render(&page, d); err != nil {
			var glyphs *letterpage.UnprintableError
			if errors.As(err, &glyphs) {
				return e.BadRequestError(glyphs.Error(), nil)
			}
			return err
		}
		entry := hooks.Entry{Verb: "read", Collection: "letters", Record: l.Id, Case: l.GetString("case"), Count: 1}
		if err := hooks.Audit(e.App, hooks.ActorFrom(e), entry); err != nil {
			return err
		}
		h := e.Response.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'")
		return e.Blob(http.StatusOK, kind, page.Bytes())
	}
}
