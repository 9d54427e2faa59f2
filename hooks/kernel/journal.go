package kernel

import (
	"sync"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// BindJournal notes each write for the savepoint that may take it back. PocketBase
// runs its after-success hooks for every Save of a transaction that commits, also
// for one that was taken back: it would delete the files of a record that is still
// there. What a savepoint undid, they pass over.
func BindJournal(app core.App) {
	note := func() *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: OrderAudit + 1, Func: func(e *core.RecordEvent) error {
			if e.App.TxInfo() != nil {
				s := StateOf(e.App)
				s.journal = append(s.journal, e.Record)
			}
			return e.Next()
		}}
	}
	app.OnRecordCreateExecute().Bind(note())
	app.OnRecordUpdateExecute().Bind(note())
	app.OnRecordDeleteExecute().Bind(note())

	after := func() *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: OrderDoor, Func: func(e *core.RecordEvent) error {
			if _, taken := fallen.Load(e.Record); taken {
				return nil
			}
			return e.Next()
		}}
	}
	app.OnRecordAfterCreateSuccess().Bind(after())
	app.OnRecordAfterUpdateSuccess().Bind(after())
	app.OnRecordAfterDeleteSuccess().Bind(after())
}

// fallen are the records whose write a savepoint took back, until their transaction
// is over and PocketBase has told of it.
var fallen sync.Map // *core.Record -> true

// forgetFallen comes after what PocketBase has to tell of these records: it was told
// first to do that.
func forgetFallen(tx core.App, records []*core.Record) {
	tx.TxInfo().OnComplete(func(error) error {
		for _, r := range records {
			fallen.Delete(r)
		}
		return nil
	})
}
