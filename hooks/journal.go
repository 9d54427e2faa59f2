package hooks

import (
	"sync"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// journals keep, for each transaction under way, the records written in it.
// PocketBase runs its after-success hooks for every Save of a transaction that
// commits, also for one that a savepoint took back: it would delete the files of
// a record that is still there. What Undo names, they pass over.
var journals sync.Map // *core.TxAppInfo -> *[]*core.Record

// undone marks a record whose write a savepoint took back.
const undone = " undone"

// Savepoint runs fn so that it stands or falls alone inside the transaction: when
// it fails, all that it wrote is taken back and the rest of the transaction stays.
func Savepoint(tx core.App, fn func() error) error {
	db := tx.NonconcurrentDB()
	if _, err := db.NewQuery("SAVEPOINT one").Execute(); err != nil {
		return err
	}
	journal := journalOf(tx)
	mark := len(*journal)
	err := fn()
	if err != nil {
		for _, r := range (*journal)[mark:] {
			r.SetRaw(undone, true)
		}
		*journal = (*journal)[:mark]
		if _, back := db.NewQuery("ROLLBACK TO one").Execute(); back != nil {
			return back
		}
	}
	if _, release := db.NewQuery("RELEASE one").Execute(); release != nil {
		return release
	}
	return err
}

func journalOf(tx core.App) *[]*core.Record {
	info := tx.TxInfo()
	j, known := journals.LoadOrStore(info, &[]*core.Record{})
	if !known {
		info.OnComplete(func(error) error { journals.Delete(info); return nil })
	}
	return j.(*[]*core.Record)
}

// bindJournal notes each write where a savepoint may need it.
func bindJournal(app core.App) {
	note := func() *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: orderAudit + 1, Func: func(e *core.RecordEvent) error {
			if info := e.App.TxInfo(); info != nil {
				if j, ok := journals.Load(info); ok {
					list := j.(*[]*core.Record)
					*list = append(*list, e.Record)
				}
			}
			return e.Next()
		}}
	}
	app.OnRecordCreateExecute().Bind(note())
	app.OnRecordUpdateExecute().Bind(note())
	app.OnRecordDeleteExecute().Bind(note())

	after := func() *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: orderDoor, Func: func(e *core.RecordEvent) error {
			if taken, _ := e.Record.GetRaw(undone).(bool); taken {
				return nil
			}
			return e.Next()
		}}
	}
	app.OnRecordAfterCreateSuccess().Bind(after())
	app.OnRecordAfterUpdateSuccess().Bind(after())
	app.OnRecordAfterDeleteSuccess().Bind(after())
}
