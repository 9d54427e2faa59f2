package account

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/signing"
	"holdfast/hooks/tell"
)

// InvitationLife is how long somebody has to choose their first password.
const InvitationLife = 7 * 24 * time.Hour

// InvitePerson makes an account in the lead's agency that nobody can sign in to, and
// invites its owner to choose a password.
func InvitePerson(tx core.App, email string, a Account, at time.Time) (*core.Record, error) {
	lead := kernel.ActorOf(tx).Person()
	if lead == nil {
		return nil, kernel.Wrong("id", "not_allowed", "Only the lead of an agency invites somebody to it.")
	}
	users, err := tx.FindCachedCollectionByNameOrId("users")
	if err != nil {
		return nil, err
	}
	user := core.NewRecord(users)
	user.Set("agency", lead.GetString("agency"))
	user.SetEmail(email)
	user.SetPassword(security.RandomString(40)) // which nobody ever knows
	user.Set("invited_until", at.Add(InvitationLife))
	a.Active = false
	if err := ChangeAccount(tx, user, a); err != nil {
		return nil, err
	}
	return user, postInvitation(tx, user)
}

// Invite mails an account that is not in use a link to choose its password, and makes
// every earlier one void. A lead sends again what they sent; the operator invites whom
// they made an account for.
func Invite(tx core.App, user *core.Record, at time.Time) error {
	if user.GetBool("active") {
		return kernel.Wrong("active", "in_use", "The account is in use. Its owner asks for a new password on the sign-in page.")
	}
	if err := mayInvite(tx, user); err != nil {
		return err
	}
	user.Set("invited_until", at.Add(InvitationLife))
	user.RefreshTokenKey() // of two in one second, the first is void too
	if err := tx.Save(kernel.AsServer(user)); err != nil {
		return err
	}
	return postInvitation(tx, user)
}

func postInvitation(tx core.App, user *core.Record) error {
	return tell.Post(tx, tell.Mail{Reason: "invitation:" + kernel.HashOf(user.TokenKey()), Kind: "invitation", Collection: "users", Record: user.Id,
		To: user.Email(), Name: user.GetString("name")})
}

// InvitationOf reports whether a mail in the outbox is of the invitation that waits.
func InvitationOf(mail, user *core.Record) bool {
	return !user.GetDateTime("invited_until").IsZero() && mail.GetString("reason") == "invitation:"+kernel.HashOf(user.TokenKey())
}

// WithdrawInvitation makes an account's invitation void; the account stays switched off.
func WithdrawInvitation(tx core.App, user *core.Record) error {
	if err := mayInvite(tx, user); err != nil {
		return err
	}
	user.Set("invited_until", "")
	user.RefreshTokenKey()
	return tx.Save(kernel.AsServer(user))
}

// mayInvite: the operator anybody; a lead a person of their agency who never chose a
// password. Somebody who was switched off is switched on again instead.
func mayInvite(tx core.App, user *core.Record) error {
	lead := kernel.ActorOf(tx).Person()
	if lead == nil {
		return nil
	}
	if !kernel.Holds(lead, collections.AgencyLead) || lead.GetString("agency") != user.GetString("agency") {
		return kernel.Wrong("id", "not_allowed", "Only the lead of their agency invites somebody.")
	}
	if user.GetDateTime("invited_until").IsZero() {
		return kernel.Wrong("id", "not_invited", "There is no invitation of this person that waits.")
	}
	return nil
}

// InvitationToken is what the mailed link of an account's invitation holds: made anew
// from the account each time, so that no store holds it.
func InvitationToken(app core.App, user *core.Record) (string, error) {
	until := user.GetDateTime("invited_until")
	if until.IsZero() {
		return "", kernel.ErrLink
	}
	keys, err := signing.Load(app)
	if err != nil {
		return "", err
	}
	end := strconv.FormatInt(until.Time().Unix(), 36)
	mac := keys.MAC("invitation", user.Id, end, user.TokenKey())
	return user.Id + "." + end + "." + base64.RawURLEncoding.EncodeToString(mac), nil
}

// OpenInvitation finds whose invitation a token is, while it waits; ErrLink for
// everything else: used, void, over, or never given out.
func OpenInvitation(app core.App, token string, at time.Time) (*core.Record, error) {
	id, _, _ := strings.Cut(token, ".")
	user, err := app.FindRecordById("users", id)
	if err != nil {
		return nil, kernel.ErrLink
	}
	right, err := InvitationToken(app, user)
	if err != nil && !errors.Is(err, kernel.ErrLink) {
		return nil, err
	}
	if err != nil || !security.Equal(right, token) || user.GetBool("active") || !at.Before(user.GetDateTime("invited_until").Time()) {
		return nil, kernel.ErrLink
	}
	return user, nil
}

// AcceptInvitation sets the password of whoever was invited, once, and puts the account
// to use. Its address is right: the link came by it.
func AcceptInvitation(app core.App, token, password, door string, at time.Time) error {
	user, err := OpenInvitation(app, token, at)
	if err != nil {
		return err
	}
	return kernel.Within(app, kernel.Actor{User: user, Door: door}, func(tx core.App) error {
		user, err := OpenInvitation(tx, token, at) // of two at once, one
		if err != nil {
			return err
		}
		user.SetPassword(password)
		user.SetVerified(true)
		user.Set("active", true)
		user.Set("invited_until", "")
		return tx.Save(kernel.AsServer(user))
	})
}

// OpenReset finds whose new password a mailed token is for, or ErrLink.
func OpenReset(app core.App, token string) (*core.Record, error) {
	user, err := app.FindAuthRecordByToken(token, core.TokenTypePasswordReset)
	if err != nil || user.Collection().Name != "users" || !user.GetBool("active") {
		return nil, kernel.ErrLink
	}
	return user, nil
}

// ResetPassword sets a new password by a mailed token, once. It signs nobody in and
// takes no second factor away; every session and sign-in that waits for a code ends.
func ResetPassword(app core.App, token, password, door string) error {
	user, err := OpenReset(app, token)
	if err != nil {
		return err
	}
	return kernel.Within(app, kernel.Actor{User: user, Door: door}, func(tx core.App) error {
		user, err := OpenReset(tx, token)
		if err != nil {
			return err
		}
		user.SetPassword(password)
		if err := tx.Save(kernel.AsServer(user)); err != nil {
			return fmt.Errorf("a new password: %w", err)
		}
		return tx.DeleteAllOTPsByRecord(user)
	})
}
