package hooks

import (
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// fieldValidation is the id under which PocketBase binds its own validation of a
// record's fields; what is bound under the same id takes its place.
const fieldValidation = "__pbRecordSystemHook__"

// bindValidation validates a record's fields as PocketBase does, and asks only once
// a transaction whether a related record is there: a hundred notes of one author on
// one case asked it three hundred times, an eighth of a push.
func bindValidation(app core.App) {
	app.OnRecordValidate().Bind(&hook.Handler[*core.RecordEvent]{Id: fieldValidation, Priority: 99, Func: func(e *core.RecordEvent) error {
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
}

func validateFields(e *core.RecordEvent) error {
	problems := validation.Errors{}
	for _, f := range e.Record.Collection().Fields {
		if usualID(e.Record, f) {
			continue
		}
		key := relatedTo(e, f)
		if key != "" && stateOf(e.App).there[key] {
			continue
		}
		if err := f.ValidateValue(e.Context, e.App, e.Record); err != nil {
			problems[f.GetName()] = err
		} else if key != "" {
			stateOf(e.App).there[key] = true
		} else if t, ok := f.(*core.TextField); ok && t.Required && !takesInk(e.Record.GetString(t.Name)) && changed(e.Record, t.Name) {
			problems[t.Name] = validation.NewError("validation_required", "Cannot be blank.")
		}
	}
	if len(problems) > 0 {
		return problems
	}
	return e.Next()
}

// Found tells the transaction that records are there: what a rule has just shown need
// not be asked again by the relations that lead to them.
func Found(tx core.App, collectionID string, ids []string) {
	s := stateOf(tx)
	for _, id := range ids {
		s.there[collectionID+"/"+id] = true
	}
}

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

// relatedTo names the one record that a field points at, inside a transaction; it is
// empty for every other field.
func relatedTo(e *core.RecordEvent, f core.Field) string {
	rel, ok := f.(*core.RelationField)
	if !ok || rel.MaxSelect > 1 || rel.MinSelect > 1 || e.App.TxInfo() == nil {
		return ""
	}
	id, ok := e.Record.GetRaw(rel.Name).(string)
	if !ok || id == "" {
		return ""
	}
	return rel.CollectionId + "/" + id
}
