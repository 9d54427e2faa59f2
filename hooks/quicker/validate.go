package quicker

import (
	"os"
	"strings"
	"sync"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// Step is the id under which PocketBase binds its own validation of a record's fields;
// what is bound under the same id takes its place.
const Step = "__pbRecordSystemHook__"

// Stock is the switch: set, PocketBase's own step stays.
const Stock = "HOLDFAST_STOCK"

// Bind validates a record's fields as PocketBase does, but for looking twice for one
// related record in one transaction. What was deleted or taken back is looked for again.
func Bind(app core.App) {
	if os.Getenv(Stock) != "" {
		return
	}
	app.OnRecordValidate().Bind(&hook.Handler[*core.RecordEvent]{Id: Step, Priority: 99, Func: func(e *core.RecordEvent) error {
		validate := func() error { return validateFields(e) }
		for _, field := range e.Record.Collection().Fields {
			if f, ok := field.(core.RecordInterceptor); ok {
				next := validate
				validate = func() error {
					return f.Intercept(e.Context, e.App, e.Record, core.InterceptorActionValidate, next)
				}
			}
		}
		return validate()
	}})
	app.OnRecordDeleteExecute().BindFunc(func(e *core.RecordEvent) error {
		if there := thereIn(e.App); there != nil {
			delete(there, e.Record.Collection().Id+"/"+e.Record.Id)
		}
		return e.Next()
	})
}

func validateFields(e *core.RecordEvent) error {
	problems := validation.Errors{}
	there := thereIn(e.App)
	for _, f := range e.Record.Collection().Fields {
		if usualID(e.Record, f) {
			continue
		}
		key := relatedTo(e.Record, f)
		if key != "" && there[key] {
			continue
		}
		if err := f.ValidateValue(e.Context, e.App, e.Record); err != nil {
			problems[f.GetName()] = err
		} else if key != "" && there != nil {
			there[key] = true
		}
	}
	if len(problems) > 0 {
		return problems
	}
	return e.Next()
}

// found are the records that relations were found to lead to, by transaction.
var found sync.Map // *core.TxAppInfo -> map[string]bool of collection/record

// thereIn are those of a transaction; nil outside of one, where nothing is kept. A
// transaction has one goroutine at a time.
func thereIn(app core.App) map[string]bool {
	info := app.TxInfo()
	if info == nil {
		return nil
	}
	if there, ok := found.Load(info); ok {
		return there.(map[string]bool)
	}
	there := map[string]bool{}
	found.Store(info, there)
	info.OnComplete(func(error) error { found.Delete(info); return nil })
	return there
}

// Found tells a transaction that records are there: what a rule has just shown need not
// be looked for again.
func Found(tx core.App, collectionID string, ids []string) {
	for _, id := range ids {
		thereIn(tx)[collectionID+"/"+id] = true
	}
}

// Forget is called when something of a transaction was taken back.
func Forget(tx core.App) { clear(thereIn(tx)) }

// usualID says that a field is a new record's id of PocketBase's usual kind, and that
// it is right. PocketBase compiles the field's pattern for each record.
func usualID(r *core.Record, f core.Field) bool {
	id, ok := f.(*core.TextField)
	if !ok || !id.PrimaryKey || !r.IsNew() || id.Pattern != "^[a-z0-9]+$" || id.Min != usual || id.Max != usual {
		return false
	}
	value, ok := r.GetRaw(id.Name).(string)
	return ok && len(value) == usual && strings.Trim(value, core.DefaultIdAlphabet) == ""
}

// usual is the length of PocketBase's ids.
const usual = core.DefaultIdLength

// relatedTo names the one record that a field points at; it is empty for every other field.
func relatedTo(r *core.Record, f core.Field) string {
	rel, ok := f.(*core.RelationField)
	if !ok || rel.MaxSelect > 1 || rel.MinSelect > 1 {
		return ""
	}
	id, ok := r.GetRaw(rel.Name).(string)
	if !ok || id == "" {
		return ""
	}
	return rel.CollectionId + "/" + id
}
