package coordinate

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/hooks/reply"
)

// policy lets a page load what this server itself serves and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// frame is around every answer: the headers that browsers obey, the refusal of
// posts from other sites, and a page for whatever goes wrong.
func (r *Room) frame(e *core.RequestEvent) (err error) {
	reply.Framed(e.Response.Header(), policy, "no-store", "same-origin")
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
		if err != nil {
			err = r.refuse(e, err)
		}
	}()
	if r.origin.Check(e.Request) != nil {
		return errOrigin
	}
	return e.Next()
}

// refuse answers an error with a page. One that is not a refusal is told to the
// operator, and to the visitor only by its number.
func (r *Room) refuse(e *core.RequestEvent, err error) error {
	if e.Written() {
		return err
	}
	var why *refusal
	var tooLong *router.ApiError
	switch {
	case errors.As(err, &why):
	case errors.As(err, &tooLong) && tooLong.Status == http.StatusRequestEntityTooLarge:
		why = errBody
	default:
		id := security.RandomString(10)
		r.app.Logger().Error("A page at /coordinate failed", "request", id, "path", safePath(e.Request.URL.Path), "error", err)
		why = &refusal{Status: http.StatusInternalServerError, Heading: "Something went wrong",
			Text: "Nothing was changed. Try again later. If it goes on, give the operator this number: " + id + ".",
			Next: "/coordinate", Link: "Go to what needs you today"}
	}
	return r.show(e, why.Status, "refused", page{Title: why.Heading, Body: why})
}
