package upkeep

import (
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// Stands is where the app keeps that the house has been proved to stand: from then on
// nobody changes it.
const Stands = "holdfast.stands"

// ErrStanding is the answer to changing what the house is made of.
var ErrStanding = reply.Error(contract.NotAllowed,
	"The collections and rules of this store are part of Holdfast and are not changed while it is served. This attempt is on record.")

// BindStanding keeps every collection as it is, whoever writes, from when the house
// stands: its own migrations ran before that, and rebuilt says that it is repairing.
//
// Why no collection beside ours either: one made while the house is served could read
// every table (a view of the keys, of somebody's sessions), and a rule on a relation into
// ours could ask about any record. What an operator keeps of their own goes into a store
// of its own.
func BindStanding(app core.App) {
	kept := func(act string) *hook.Handler[*core.CollectionEvent] {
		return &hook.Handler[*core.CollectionEvent]{Priority: kernel.OrderGuard, Func: func(e *core.CollectionEvent) error {
			up, _ := e.App.Store().Get(Stands).(bool)
			if !up || kernel.StateOf(e.App).Rebuilding {
				return e.Next()
			}
			tried, name := []string{act}, e.Collection.Name
			if act == "change" {
				was, err := e.App.FindCollectionByNameOrId(e.Collection.Id)
				if err == nil {
					tried, err = unlike(was, e.Collection)
				}
				if err != nil {
					return err
				}
				if was.Name != name {
					tried, name = append([]string{"the name"}, tried...), was.Name
				}
			}
			kernel.StateOf(e.App).Refused = true
			if err := Tried(e.App, kernel.ActorOf(e.App), name, tried...); err != nil {
				return err
			}
			return ErrStanding
		}}
	}
	app.OnCollectionCreate().Bind(kept("make"))
	app.OnCollectionUpdate().Bind(kept("change"))
	app.OnCollectionDelete().Bind(kept("delete"))

	// Who tries is known from the request alone.
	asked := &hook.Handler[*core.CollectionRequestEvent]{Priority: kernel.OrderDoor, Func: func(e *core.CollectionRequestEvent) error {
		outer := e.App
		defer func() { e.App = outer }()
		return byName(outer, kernel.ActorFrom(e.RequestEvent), func(tx core.App) error { e.App = tx; return e.Next() })
	}}
	app.OnCollectionCreateRequest().Bind(asked)
	app.OnCollectionUpdateRequest().Bind(asked)
	app.OnCollectionDeleteRequest().Bind(asked)
	app.OnCollectionsImportRequest().Bind(&hook.Handler[*core.CollectionsImportRequestEvent]{Priority: kernel.OrderDoor, Func: func(e *core.CollectionsImportRequestEvent) error {
		outer := e.App
		defer func() { e.App = outer }()
		return byName(outer, kernel.ActorFrom(e.RequestEvent), func(tx core.App) error { e.App = tx; return e.Next() })
	}})
}

// byName runs a request on collections as whoever sent it, and answers in our words what
// PocketBase would wrap in its own.
func byName(app core.App, a kernel.Actor, fn func(tx core.App) error) error {
	return kernel.Within(app, a, func(tx core.App) error {
		err := fn(tx)
		if kernel.StateOf(tx).Refused {
			return ErrStanding
		}
		return err
	})
}

// rebuilt lets the house itself change its collections, in one transaction. The feed is
// taken away for its length: who calls installs it afterwards.
func rebuilt(app core.App, a kernel.Actor, fn func(tx core.App) error) error {
	return kernel.Within(app, a, func(tx core.App) error {
		s := kernel.StateOf(tx)
		s.Rebuilding = true
		defer func() { s.Rebuilding = false }()
		return fn(tx)
	})
}

// Tried puts on record that somebody tried what nobody may, beside the transaction
// that is given up for it.
func Tried(app core.App, a kernel.Actor, collection string, tried ...string) error {
	return kernel.AuditRead(app, a, kernel.Entry{Verb: "refused", Collection: collection, Fields: tried})
}

// TriedWords say what was tried, from the fields of its line in the audit log.
func TriedWords(collection string, tried []string) string {
	what := strings.Join(tried, ", ")
	switch what {
	case "": // a secret, which is not named
		return "Somebody tried to change " + collection
	case "make", "delete", "empty", "look into", "act as somebody of":
		return fmt.Sprintf("Somebody tried to %s %s", what, collection)
	}
	return fmt.Sprintf("Somebody tried to change %s of %s", what, collection)
}
