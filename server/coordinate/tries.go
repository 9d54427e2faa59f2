package coordinate

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/core"

	accountrules "holdfast/hooks/account"
	"holdfast/hooks/signin"
)

// tries are those of one way in, counted with those that come by other doors.
type tries struct {
	room *Room
	way  string
}

// of is an attempt at an account: its id, or an address; or at what was tried, when it
// is nobody's.
func (t tries) of(account, address string) *signin.Attempt {
	a := &signin.Attempt{App: t.room.app, Way: t.way, Account: account, Address: address, Door: "coordinate", At: t.room.now()}
	if user, err := t.room.app.FindRecordById("users", account); err == nil {
		a.User = user
	}
	return a
}

// try counts one before it is judged, or answers how long to wait.
func (t tries) try(account, address string) time.Duration { return t.of(account, address).Begin() }

// right forgets what was counted of the account from this address.
func (t tries) right(account, address string) { t.of(account, address).Right() }

// wrong puts one that failed on record.
func (t tries) wrong(account, address string) { t.of(account, address).Wrong() }

// trying counts a password for an account before it is judged.
func (r *Room) trying(e *core.RequestEvent, email string) *signin.Attempt {
	a := &signin.Attempt{App: r.app, Way: signin.ByPassword, Account: accountrules.FoldEmail(email), Address: e.RealIP(), Door: "coordinate", At: r.now()}
	if user, err := accountrules.FindAccount(r.app, "users", email); err == nil {
		a.User = user
	}
	return a
}

// errBusy is the line of those whose password is checked, when it is too long.
var errBusy = &refusal{Status: http.StatusServiceUnavailable, Heading: "Many people are signing in",
	Text: "Nothing was changed. Wait a few seconds and try again.", Next: "/coordinate/sign-in", Link: "Sign in"}

// checks reports whether a password is an account's, when its turn has come; errBusy
// when the line is too long, and the attempt is void.
func (r *Room) checks(e *core.RequestEvent, a *signin.Attempt, user *core.Record, password string) (bool, error) {
	leave, ok := signin.CheckingPassword(r.app)
	if !ok {
		a.Void()
		retryAfter(e, 3*time.Second)
		return false, errBusy
	}
	defer leave()
	return user.ValidatePassword(password), nil
}

func retryAfter(e *core.RequestEvent, wait time.Duration) {
	e.Response.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
}

// tooMany is the problem beside a field when somebody must wait.
func (r *Room) tooMany(e *core.RequestEvent, wait time.Duration) string {
	r.app.Logger().Warn("Too many tries at /coordinate", "address", e.RealIP())
	retryAfter(e, wait)
	return "There were too many tries. Wait " + minutes(wait.Minutes()) + " and try again"
}
