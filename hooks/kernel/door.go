package kernel

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// Actor is who is writing, and by which door.
type Actor struct {
	User   *core.Record // nil for the server itself
	Device string       // the device's id when a phone writes, the opening's when the glass is broken
	Door   string       // rest, sync, dashboard, glass, coordinate, upload, repair, server
	Guest  bool         // nobody has signed in: somebody who tries to
}

// ID is the account that writes, empty for the server.
func (a Actor) ID() string {
	if a.User == nil {
		return ""
	}
	return a.User.Id
}

// Kind is user, superuser, guest or server.
func (a Actor) Kind() string {
	switch {
	case a.Guest:
		return "guest"
	case a.User == nil:
		return "server"
	case a.User.IsSuperuser():
		return "superuser"
	}
	return "user"
}

// Person is the worker who writes, or nil when it is the operator or the server.
func (a Actor) Person() *core.Record {
	if a.Kind() == "user" {
		return a.User
	}
	return nil
}

// DeviceKey is where a request keeps the id of the device that signed it.
const DeviceKey = "holdfast.device"

// BindDoor puts every write of a record or a collection into one transaction with
// whatever its hooks write, and keeps what it means as long as it lasts.
func BindDoor(app core.App) {
	inTransaction := func(e *core.ModelEvent) error {
		if m, ok := e.Model.(*Meant); ok {
			e.Model = m.Record
			defer m.under()()
		}
		switch e.Model.(type) {
		case *core.Record, *core.Collection:
		default:
			return e.Next()
		}
		if e.App.IsTransactional() {
			return e.Next()
		}
		outer := e.App
		defer func() { e.App = outer }()
		return outer.RunInTransaction(func(tx core.App) error {
			e.App = tx
			return e.Next()
		})
	}
	h := func() *hook.Handler[*core.ModelEvent] {
		return &hook.Handler[*core.ModelEvent]{Func: inTransaction, Priority: OrderDoor}
	}
	app.OnModelCreate().Bind(h())
	app.OnModelUpdate().Bind(h())
	app.OnModelDelete().Bind(h())
}

// GlassDoor is by which door an operator reads case content.
const GlassDoor = "glass"

// GlassKey is where a request keeps the opening under which it reads.
const GlassKey = "holdfast.glass"
