package gate

import (
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// How much one person may write by the stock API: a day's work at once, and from then on
// more than anybody types. What is written is kept for years, deleted or not.
const (
	mostAtOnce = 1000
	aSecond    = 10
)

// paces counts what each person wrote.
type paces struct {
	sync.Mutex
	of  map[string]pace
	now func() time.Time
}

type pace struct {
	left float64
	at   time.Time
}

// write takes so many writes from what a person has left, or says when to come again.
func (p *paces) write(e *core.RequestEvent, n int) error {
	p.Lock()
	defer p.Unlock()
	now, mine := p.now(), pace{left: mostAtOnce}
	if had, ok := p.of[e.Auth.Id]; ok {
		mine.left = min(mostAtOnce, had.left+now.Sub(had.at).Seconds()*aSecond)
	}
	mine.at = now
	if missing := float64(n) - mine.left; missing > 0 {
		e.Response.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(missing/aSecond))))
		return reply.Error(contract.Busy, "You have written a great deal at once.")
	}
	mine.left -= float64(n)
	p.of[e.Auth.Id] = mine
	return nil
}
