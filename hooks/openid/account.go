package openid

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
)

// provider is what the link between an account and a person at the provider is filed
// under in PocketBase's own table of such links.
const provider = "oidc"

// ErrStranger is a person who has no active account here, or none that is theirs.
var ErrStranger = errors.New("this person has no active account here")

// Account is a person's account. Who comes for the first time is known by their address
// and linked; from then on only the provider's own name for them counts, whatever becomes
// of addresses. An account that is linked to somebody is nobody else's.
func Account(app core.App, p Person) (user *core.Record, err error) {
	err = kernel.Within(app, kernel.Actor{Door: "openid"}, func(tx core.App) error {
		user, err = account(tx, p)
		return err
	})
	return user, err
}

func account(tx core.App, p Person) (*core.Record, error) {
	id := p.Issuer + " " + p.Subject
	link, err := tx.FindFirstExternalAuthByExpr(dbx.HashExp{"provider": provider, "providerId": id})
	if err == nil {
		user, err := tx.FindRecordById("users", link.RecordRef())
		if err != nil || !user.GetBool("active") {
			return nil, ErrStranger
		}
		return user, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("looking for a person's account: %w", err)
	}
	email := strings.ToLower(strings.TrimSpace(p.Email))
	if email == "" {
		return nil, ErrStranger
	}
	user := &core.Record{}
	err = tx.RecordQuery("users").AndWhere(dbx.NewExp("lower(email) = {:e}", dbx.Params{"e": email})).One(user)
	if errors.Is(err, sql.ErrNoRows) || (err == nil && !user.GetBool("active")) {
		return nil, ErrStranger
	}
	if err != nil {
		return nil, fmt.Errorf("looking for a person's account: %w", err)
	}
	if _, err := tx.FindFirstExternalAuthByExpr(dbx.HashExp{"provider": provider, "collectionRef": user.Collection().Id, "recordRef": user.Id}); !errors.Is(err, sql.ErrNoRows) {
		return nil, errors.Join(ErrStranger, err)
	}
	return user, remember(tx, user, id)
}

// remember writes down, once, who an account's person is at the provider.
func remember(tx core.App, user *core.Record, id string) error {
	l := core.NewExternalAuth(tx)
	l.SetCollectionRef(user.Collection().Id)
	l.SetRecordRef(user.Id)
	l.SetProvider(provider)
	l.SetProviderId(id)
	if err := tx.Save(l); err != nil {
		return fmt.Errorf("linking an account: %w", err)
	}
	return kernel.Audit(tx, kernel.Actor{User: user, Door: "openid"}, kernel.Entry{Verb: "linked", Collection: "users", Record: user.Id, Count: 1})
}
