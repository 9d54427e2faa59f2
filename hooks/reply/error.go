package reply

import (
	"github.com/pocketbase/pocketbase/tools/router"

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
