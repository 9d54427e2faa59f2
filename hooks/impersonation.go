package hooks

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// bindImpersonation lets no operator become somebody: a password that they set for
// another's account would be a way in as that person.
func bindImpersonation(app core.App) {
	updating(app, "users").Bind(&hook.Handler[*core.RecordEvent]{Priority: orderGuard, Func: func(e *core.RecordEvent) error {
		given := e.Record.GetString("password:hash") != e.Record.Original().GetString("password:hash")
		if given && ActorOf(e.App).Kind() == "superuser" {
			return wrong("password", "theirs", "A person's password is their own to set: have the mail for a new one sent to them.")
		}
		return e.Next()
	}})
}
