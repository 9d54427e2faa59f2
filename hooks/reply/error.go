package reply

import (
	"errors"
	"net/http"
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/pocketbase/pocketbase/tools/security"

	contract "holdfast/mobile-contract"
)

// Error is the answer for a code of the catalogue: PocketBase's shape with a
// stable data.code. More, when not empty, adds to what the title says.
func Error(code contract.Code, more string) *router.ApiError {
	p := contract.Of(code)
	message := p.Title
	if more != "" {
		message += " " + more
	}
	e := router.NewApiError(p.Status, message, nil)
	e.Data = map[string]any{"code": string(code)}
	return e
}

// NoRoute is a middleware that answers in the contract's words where nothing answers below
// a path: PocketBase says that there is no such route and names no code.
func NoRoute(below string) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		err := e.Next()
		said := (*router.ApiError)(nil)
		path := e.Request.URL.Path
		if (path == below || strings.HasPrefix(path, below+"/")) && errors.As(err, &said) && said.Status == http.StatusNotFound && said.Data["code"] == nil {
			return Error(contract.NotFound, "")
		}
		return err
	}
}

// Refused is a middleware of routes that keep what somebody sent as a record: what is
// wrong with a field of it is their error, and has the field's code; the server did not
// fail. A push is none of these: each of its mutations has its own verdict.
func Refused(e *core.RequestEvent) error {
	err := e.Next()
	fields := validation.Errors(nil)
	if !errors.As(err, &fields) {
		return err
	}
	problems := map[string]contract.FieldProblem{}
	for name, problem := range fields {
		problems[name] = Problem(e.App, problem)
	}
	p := contract.Of(contract.RefusedInvalid)
	no := router.NewApiError(http.StatusBadRequest, p.Title, nil)
	if len(problems) > 0 {
		no.Message = contract.SayFields(problems)
	}
	no.Data = map[string]any{"code": string(contract.RefusedInvalid), "errors": problems}
	return no
}

// Unknown is a middleware that answers an error nobody named: "Something went wrong"
// with a reference to the caller, and one log line with that reference to the operator.
// PocketBase would answer 400, and a phone would never try again.
func Unknown(e *core.RequestEvent) error {
	err := e.Next()
	if said := (*router.ApiError)(nil); err == nil || errors.As(err, &said) {
		return err
	}
	reference := security.PseudorandomStringWithAlphabet(8, "abcdefghjkmnpqrstvwxyz23456789")
	e.App.Logger().Error("A request failed", "reference", reference, "path", e.Request.URL.Path, "error", err)
	return Error(contract.Internal, "Reference "+reference+".")
}
