package account

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/kernel"
)

// BindImpersonation lets no operator become somebody: a password that they set for
// another's account would be a way in as that person.
func BindImpersonation(app core.App) {
	kernel.Updating(app, "users").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderGuard, Func: func(e *core.RecordEvent) error {
		given := e.Record.GetString("password:hash") != e.Record.Original().GetString("password:hash")
		if given && kernel.ActorOf(e.App).Kind() == "superuser" {
			return kernel.Wrong("password", "theirs", "A person's password is their own to set: have the mail for a new one sent to them.")
		}
		return e.Next()
	}})
}
