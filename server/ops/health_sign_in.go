package ops

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/factor"
	"holdfast/hooks/signin"
	"holdfast/hooks/signing"
	tellrules "holdfast/hooks/tell"
)

// SignIn is what keeps the tally of sign-ins from telling people apart, and who has no
// address to sign in with.
type SignIn struct {
	UnknownProxy bool `json:"unknown_proxy"` // requests come through one that the settings do not name
	SetAside     int  `json:"set_aside"`     // accounts whose address was another's but for capitals
	Unfactored   int  `json:"unfactored"`    // superusers who cannot sign in: they have no second factor
}

// Unsent are mails whose time has come and gone, and what is missing.
type Unsent struct {
	Count int    `json:"count"`
	Why   string `json:"why,omitempty"`
}

// patience is how long a mail may wait without anybody being told.
const patience = 5 * time.Minute

// aRound is how long the next round of the outbox takes to come, which is every minute.
const aRound = 90 * time.Second

func (h *Health) signIn(app core.App) error {
	h.SignIn.UnknownProxy = signin.ProxyUnknown(app, false)
	operators, err := app.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		return err
	}
	if h.SignIn.Unfactored, err = factor.Without(app, operators); err != nil {
		return fmt.Errorf("who has no second factor: %w", err)
	}
	return app.ConcurrentDB().NewQuery(`SELECT (SELECT count(*) FROM users WHERE email LIKE {:e}) + (SELECT count(*) FROM _superusers WHERE email LIKE {:e})`).
		Bind(dbx.Params{"e": "%" + collections.Aside}).Row(&h.SignIn.SetAside)
}

// mail counts what was tried and did not leave, and what nobody tries.
func (h *Health) mail(app core.App, at time.Time) error {
	s, due := app.Settings(), at.Add(-patience)
	if tellrules.Nowhere(s.Meta.AppURL) { // no round takes them
		due = at.Add(-aRound)
	}
	if err := app.ConcurrentDB().NewQuery(unsentMail).Bind(dbx.Params{"before": stamp(due).String()}).Row(&h.Unsent.Count); err != nil || h.Unsent.Count == 0 {
		return err
	}
	switch {
	case tellrules.Nowhere(s.Meta.AppURL):
		h.Unsent.Why = "The application's address (settings, Application URL) is this machine's own or not set: the links in them would lead nowhere."
	case !s.SMTP.Enabled:
		h.Unsent.Why = "No mail server (settings, SMTP) is set."
	default:
		h.Unsent.Why = "The mail server did not take them; they are tried again."
	}
	return nil
}

const unsentMail = `SELECT count(*) FROM outbox WHERE status = 'queued' AND (tries > 0 OR due_at <= {:before})`

func (h *Health) keys(app core.App, at time.Time) error {
	keys, err := signing.Load(app)
	if err == nil {
		h.Keys = append(h.Keys, keys.Overdue(at)...)
	}
	return err
}
