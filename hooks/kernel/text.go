package kernel

import (
	"context"
	"fmt"
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections/legible"
	"holdfast/hooks/reply"
)

// BindText refuses a record with a text that some phone cannot read, whoever writes it
// and by whichever door: stored once, it would make every pull that holds it unreadable.
func BindText(app core.App) {
	h := func() *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: OrderGuard - 1, Func: func(e *core.RecordEvent) error {
			problems := validation.Errors{}
			for _, f := range e.Record.Collection().Fields {
				name := f.GetName()
				why := blemish(e.Record, f)
				if why != nil && (e.Record.IsNew() || TextOf(e.Record, name) != TextOf(e.Record.Original(), name)) {
					problems[name] = why
				}
			}
			if len(problems) > 0 {
				return problems
			}
			return e.Next()
		}}
	}
	app.OnRecordCreate().Bind(h())
	app.OnRecordUpdate().Bind(h())
	WhileServed(app, func(ctx context.Context, app core.App) { // a large store takes a while, and the phones wait
		if err := LookAtTexts(ctx, app); err != nil && ctx.Err() == nil {
			app.Logger().Error("The stored texts could not be looked at", "error", err)
		}
		if err := LookAtTimes(ctx, app); err != nil && ctx.Err() == nil {
			app.Logger().Error("The stored times could not be looked at", "error", err)
		}
	})
}

// blemish is what is wrong with a field's text, or nil: that some phone cannot read it,
// or that it is none although it must be.
func blemish(r *core.Record, f core.Field) error {
	value := r.Get(f.GetName())
	if !Legible(value) {
		return problem("not_text", "There is something in this text that is no letter: write it again.")
	}
	if IsServer(r) { // a copy of what somebody wrote, or words of the house
		return nil
	}
	switch f := f.(type) {
	case *core.JSONField:
		if raw, ok := value.(types.JSONRaw); ok {
			if why := unsound(raw); why != "" {
				return problem("not_json", why)
			}
		}
	case *core.TextField:
		text, _ := value.(string)
		if (f.Required || isName(f)) && text != "" && !f.Hidden && !legible.Inked(text) {
			return problem("blank", "There is nothing to read in this: write it out.")
		}
		if isName(f) && strings.ContainsAny(text, lineBreaks) {
			return problem("line_break", "A name goes on one line.")
		}
	}
	return nil
}

// isName says whether a field holds what somebody is called.
func isName(f *core.TextField) bool {
	return strings.HasSuffix(f.Name, "name") || f.Name == "called_by"
}

// lineBreaks are what any reader begins a new line at.
const lineBreaks = "\n\r\v\f\u0085\u2028\u2029"

// Legible reports whether a record's value is text that every phone reads, as far as it
// is text.
func Legible(value any) bool {
	switch v := value.(type) {
	case string:
		return legible.Readable(v)
	case []string:
		for _, s := range v {
			if !legible.Readable(s) {
				return false
			}
		}
	case types.JSONRaw:
		return reply.JSON(v, 0) == nil
	}
	return true
}

// unreadKey is where an app keeps what its latest look at the stored texts found.
const unreadKey = "holdfast.illegible"

// LookAtTexts finds stored texts that no phone can read, and tells the operator where
// they are. The server starts all the same: a pull marks what it cannot send.
func LookAtTexts(ctx context.Context, app core.App) error {
	found, err := legible.Find(ctx, app)
	if err != nil {
		return fmt.Errorf("looking at the stored texts: %w", err)
	}
	keepFound(app, unreadKey, "There are stored texts that no phone can read", found)
	return nil
}

// keepFound keeps what a look at the store found, and tells the operator where the first of
// it is.
func keepFound(app core.App, key, what string, found []legible.Place) {
	app.Store().Set(key, found)
	if len(found) == 0 {
		return
	}
	var where []string
	for _, p := range found[:min(len(found), 20)] {
		where = append(where, p.String())
	}
	app.Logger().Error(what, "count", len(found), "first", strings.Join(where, ", "))
}

// Illegible is where the latest look found such texts.
func Illegible(app core.App) []legible.Place {
	found, _ := app.Store().Get(unreadKey).([]legible.Place)
	return found
}
