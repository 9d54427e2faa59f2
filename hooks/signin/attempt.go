package signin

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/tally"
)

// The ways in, and what is asked for at them.
const (
	ByPassword = "password"
	ByCode     = "code"
	ByMail     = "mail" // a mail that opens something is asked for
	ByLink     = "link" // or its link is used
	ByProvider = "provider"
	ByRefresh  = "refresh"
)

// Attempt is one try to come in by a door, counted before it is judged. Whoever makes
// one says what came of it: Right, Wrong, or Void when nobody judged.
type Attempt struct {
	App     core.App // no transaction
	Way     string
	Account string       // as it was said, folded; or what was tried
	User    *core.Record // whose account that is, nil when it is nobody's
	In      string       // the collection: users unless said
	Address string
	Door    string
	At      time.Time

	known *bool // whether the account came in from there before
}

// Begin counts the attempt, or says how long to wait.
func (a *Attempt) Begin() time.Duration {
	wait := ways(a.App).tries.Try(a.try(), a.At)
	if wait > 0 && a.audited() {
		a.failed()
	}
	return wait
}

// Right forgets what was counted of the account from this address.
func (a *Attempt) Right() { ways(a.App).tries.Right(a.try()) }

// Void takes the attempt back.
func (a *Attempt) Void() { ways(a.App).tries.Void(a.try()) }

// Wrong counts it against its address, and leaves a line in the audit log.
func (a *Attempt) Wrong() {
	ways(a.App).tries.Wrong(a.try(), a.At)
	if a.audited() {
		a.failed()
	}
}

// audited are attempts to sign in; a mail asked for, a link opened and a phone's token
// renewed are not.
func (a *Attempt) audited() bool { return a.Way != ByMail && a.Way != ByLink && a.Way != ByRefresh }

func (a *Attempt) try() tally.Try {
	if a.known == nil { // asked before it is judged: who came in now did not come before
		id := "" // nobody's is looked for as well: it takes as long
		if a.User != nil {
			id = a.User.Id
		}
		known := cameIn(a.App, id, a.Address, a.At)
		a.known = &known
	}
	return tally.Try{Way: a.Way, Account: a.in() + " " + a.Account, Address: a.Address, Known: *a.known}
}

func (a *Attempt) in() string {
	if a.In == "" {
		return "users"
	}
	return a.In
}

// SignedIn is on record, and remembers from where: whoever came in from an address is
// let through when strangers try their account.
func SignedIn(app core.App, user *core.Record, door, way, address string, at time.Time) error {
	entry := kernel.Entry{Verb: "sign_in", Collection: user.Collection().Name, Record: user.Id, Fields: []string{way}}
	if err := kernel.Audit(app, kernel.Actor{User: user, Door: door}, entry); err != nil {
		return err
	}
	return rememberPlace(app, user.Id, address, at)
}

// failed puts a failed sign-in on record. An account that does not exist is not named:
// what somebody typed there may be their password.
func (a *Attempt) failed() {
	k := Knock{Verb: "sign_in_failed", In: a.in(), What: a.Way, Door: a.Door}
	if a.User != nil {
		k.record = a.User.Id
	}
	k.Heard(a.App, a.At)
}

// CheckingPassword waits for a place in the line of those whose password is checked. Whoever
// got one calls leave; false: the line is full.
func CheckingPassword(app core.App) (leave func(), ok bool) { return ways(app).queue.Enter() }

// allWays is what a server remembers of who tried to come in.
type allWays struct {
	tries *tally.Tally
	lines tally.Ledger[Knock]
	queue *tally.Queue
}

func ways(app core.App) *allWays {
	return app.Store().GetOrSet("holdfast.ways", func() any {
		return &allWays{tries: tally.New(), queue: tally.NewQueue(1, 16, 3*time.Second)}
	}).(*allWays)
}
