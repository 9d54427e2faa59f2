package signin

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	"holdfast/hooks/upkeep"
	contract "holdfast/mobile-contract"
)

// signInRows are PocketBase's own tables of a sign-in under way: codes, passwords that
// were right, whose account elsewhere is whose, and where somebody signed in from.
var signInRows = []string{core.CollectionNameOTPs, core.CollectionNameMFAs, core.CollectionNameExternalAuths, core.CollectionNameAuthOrigins}

// BindSignInRows lets nobody write these by a record's door, an operator neither: with a
// code and a "password that was right" of their own making they would sign in as whom they
// like. PocketBase and the pages make them as somebody signs in, by no such door.
func BindSignInRows(app core.App) {
	refuse := func() *hook.Handler[*core.RecordRequestEvent] {
		return &hook.Handler[*core.RecordRequestEvent]{Priority: kernel.OrderDoor - 1, Func: func(e *core.RecordRequestEvent) error {
			if err := upkeep.Tried(e.App, kernel.ActorFrom(e.RequestEvent), e.Collection.Name, "write"); err != nil {
				return err
			}
			return reply.Error(contract.NotAllowed, "What a sign-in is made of is nobody's to write. This attempt is on record.")
		}}
	}
	app.OnRecordCreateRequest(signInRows...).Bind(refuse())
	app.OnRecordUpdateRequest(signInRows...).Bind(refuse())
	app.OnRecordDeleteRequest(signInRows...).Bind(refuse())
}
