package devices

import (
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// before stands before PocketBase's own, which would make a guest of the listener: it
// would listen on, hear nothing, and never know why.
const before = -1000

// hangUp ends the realtime connections of somebody whose sign-ins ended. What may still
// speak comes back by itself.
func hangUp(app core.App) {
	app.OnModelAfterUpdateSuccess().Bind(&hook.Handler[*core.ModelEvent]{Priority: before, Func: func(e *core.ModelEvent) error {
		u, ok := e.Model.(*core.Record)
		if !ok || u.Collection().Name != "users" {
			return e.Next()
		}
		broker := e.App.SubscriptionsBroker()
		for id, c := range broker.Clients() {
			of, _ := c.Get(apis.RealtimeClientAuthKey).(*core.Record)
			if of != nil && of.Id == u.Id && of.TokenKey() != u.TokenKey() {
				broker.Unregister(id)
			}
		}
		return e.Next()
	}})
}
