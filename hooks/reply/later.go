package reply

import (
	"math"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
)

// Later is the answer to who must wait, and how long.
func Later(e *core.RequestEvent, code contract.Code, wait time.Duration) error {
	e.Response.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	return Error(code, "")
}
