package upload

import (
	"errors"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// refuse is the answer for a code of the catalogue.
func refuse(code contract.Code, more string) *router.ApiError { return reply.Error(code, more) }

// later is refuse with the time after which to ask again.
func later(e *core.RequestEvent, code contract.Code, wait time.Duration) error {
	e.Response.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
	return refuse(code, "")
}

// answer lets a refusal through and turns everything else into "Something went
// wrong" for the caller and one log line for the operator.
func answer(e *core.RequestEvent, err error) error {
	var refusal *router.ApiError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refusal):
		return refusal
	case full(err):
		return later(e, contract.DiskFull, 5*time.Minute)
	}
	e.App.Logger().Error("Evidence", "path", e.Request.URL.Path, "method", e.Request.Method, "error", err)
	return later(e, contract.Internal, 10*time.Second)
}
