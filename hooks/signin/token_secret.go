package signin

import (
	"encoding/base64"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/signing"
	"holdfast/hooks/upkeep"
)

// BindTokenSecrets has PocketBase sign its own tokens (of a sign-in, an operator's, a
// reset, a file's) with what the key ring gives, not with what stands in the database: a
// copy of that is not an identity.
//
// Why by what is remembered of collections: PocketBase reads the secrets there, wherever
// it signs and wherever it checks, and nothing else of it does. Once the house stands
// (Ready) no collection changes; where one does all the same, they are put in again.
func BindTokenSecrets(app core.App) {
	again := func() *hook.Handler[*core.CollectionEvent] {
		return &hook.Handler[*core.CollectionEvent]{Func: func(e *core.CollectionEvent) error {
			if err := SealTokens(e.App); err != nil {
				return err
			}
			return e.Next()
		}}
	}
	app.OnCollectionAfterCreateSuccess().Bind(again())
	app.OnCollectionAfterUpdateSuccess().Bind(again())
	app.OnCollectionAfterDeleteSuccess().Bind(again())
	failed := func(e *core.CollectionErrorEvent) error {
		if err := SealTokens(e.App); err != nil {
			return err
		}
		return e.Next()
	}
	app.OnCollectionAfterCreateError().BindFunc(failed)
	app.OnCollectionAfterUpdateError().BindFunc(failed)
	app.OnCollectionAfterDeleteError().BindFunc(failed)
}

// SealTokens puts the ring's secrets in place of the database's, in memory alone. They
// turn with the ring's derived key: a token that is older is refused, and
// its bearer signs in again.
func SealTokens(app core.App) error {
	if standing, _ := app.Store().Get(upkeep.Stands).(bool); !standing {
		return nil // migrations and repairs see the store as it is
	}
	keys, err := signing.Load(app)
	if err != nil {
		return err
	}
	remembered, _ := app.Store().Get(core.StoreKeyCachedCollections).([]*core.Collection)
	for _, c := range remembered {
		if !c.IsAuth() {
			continue
		}
		for kind, secret := range map[string]*string{
			core.TokenTypeAuth: &c.AuthToken.Secret, core.TokenTypeFile: &c.FileToken.Secret, core.TokenTypePasswordReset: &c.PasswordResetToken.Secret,
			core.TokenTypeVerification: &c.VerificationToken.Secret, core.TokenTypeEmailChange: &c.EmailChangeToken.Secret,
		} {
			*secret = base64.RawURLEncoding.EncodeToString(keys.MAC("token", c.Id, kind))
		}
	}
	return nil
}
