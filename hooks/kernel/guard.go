package kernel

import (
	"errors"
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/collections"
	contract "holdfast/mobile-contract"
)

// ErrAppendOnly is the answer to changing what may only be added to.
var ErrAppendOnly = validation.Errors{"id": validation.NewError("append_only", "This record can be added to, never changed or deleted.")}

// BindGuards holds what may not be, for every noun, from what it declares.
func BindGuards(app core.App) {
	for _, n := range collections.All() {
		if n.AppendOnly {
			Updating(app, n.Name).Bind(&hook.Handler[*core.RecordEvent]{Priority: OrderGuard, Func: func(e *core.RecordEvent) error {
				for _, f := range touched(e.Record, "update") {
					if !IsServer(e.Record) || !n.Owns(f) {
						return ErrAppendOnly
					}
				}
				return e.Next()
			}})
			Deleting(app, n.Name).Bind(&hook.Handler[*core.RecordEvent]{Priority: OrderGuard, Func: func(*core.RecordEvent) error { return ErrAppendOnly }})
		}
		if n.ByServer {
			Creating(app, n.Name).Bind(&hook.Handler[*core.RecordEvent]{Priority: OrderGuard, Func: ServerOnly})
		}
		if len(n.Fixed)+len(n.Server) > 0 {
			Creating(app, n.Name).Bind(guard(n))
			Updating(app, n.Name).Bind(guard(n))
		}
	}
	for _, name := range []string{"pathway_templates", "letter_templates", "letter_rules", "evidence_policies"} {
		Updating(app, name).Bind(&hook.Handler[*core.RecordEvent]{Priority: OrderGuard, Func: publishedStays})
		Deleting(app, name).Bind(&hook.Handler[*core.RecordEvent]{Priority: OrderGuard, Func: func(e *core.RecordEvent) error {
			if e.Record.Original().GetString("status") != "draft" {
				return validation.Errors{"status": validation.NewError("published", "A published version is kept for ever.")}
			}
			return e.Next()
		}})
	}
}

// guard keeps fixed fields as they were made and server fields as the server made
// them. The server's own work is marked with AsServer. What an account may do is the
// operator's to say, who makes the accounts in PocketBase's dashboard.
func guard(n *collections.Noun) *hook.Handler[*core.RecordEvent] {
	return &hook.Handler[*core.RecordEvent]{Priority: OrderGuard, Func: func(e *core.RecordEvent) error {
		if !IsServer(e.Record) {
			problems := validation.Errors{}
			if !e.Record.IsNew() {
				for _, f := range n.Fixed {
					if Changed(e.Record, f) {
						problems[f] = validation.NewError("fixed", "This field keeps the value it was created with.")
					}
				}
			}
			for _, f := range n.Server {
				if Changed(e.Record, f) && !(n.Auth && ActorOf(e.App).Kind() == "superuser") {
					problems[f] = validation.NewError("server_owned", "The server sets this field.")
				}
			}
			if len(problems) > 0 {
				return problems
			}
		}
		return e.Next()
	}}
}

// Changed reports whether this save would change the field; on a new record,
// whether it holds anything at all.
func Changed(r *core.Record, field string) bool {
	now, was := TextOf(r, field), ""
	if !r.IsNew() {
		was = TextOf(r.Original(), field)
	}
	return now != was && !(empty(now) && empty(was))
}

// TextOf is a field's value as text, to be compared. PocketBase's own GetString is
// empty for every list, and a list that changed would look as if it had not.
func TextOf(r *core.Record, field string) string {
	if many, ok := r.Get(field).([]string); ok {
		return strings.Join(many, " ")
	}
	return r.GetString(field)
}

func empty(s string) bool {
	return s == "" || s == "0" || s == "false" || s == "null" || s == "[]"
}

// publishedStays lets a published version only go out of use; its content never
// changes (domain 2.3).
func publishedStays(e *core.RecordEvent) error {
	if e.Record.Original().GetString("status") == "draft" {
		return e.Next()
	}
	for _, f := range e.Record.Collection().Fields {
		switch f.GetName() {
		case "status", "updated":
			continue
		}
		if TextOf(e.Record, f.GetName()) != TextOf(e.Record.Original(), f.GetName()) {
			return validation.Errors{f.GetName(): validation.NewError("published", "A published version never changes; make a new version.")}
		}
	}
	if s := e.Record.GetString("status"); s == "draft" {
		return validation.Errors{"status": validation.NewError("published", "A published version cannot become a draft again.")}
	}
	return e.Next()
}

// inOurWords puts what PocketBase's fields say into the contract's sentences.
func inOurWords(fields validation.Errors) validation.Errors {
	out := make(validation.Errors, len(fields))
	for name, problem := range fields {
		out[name] = problem
		var p validation.Error
		if errors.As(problem, &p) {
			if said := contract.FieldSaid(p.Code(), p.Error()); said != p.Error() {
				out[name] = validation.NewError(p.Code(), said)
			}
		}
	}
	return out
}

// Refusal reports the field errors of a refused write, and whether it was a
// refusal at all rather than a failure of the server.
func Refusal(err error) (validation.Errors, bool) {
	var fields validation.Errors
	if errors.As(err, &fields) {
		return inOurWords(fields), true
	}
	if err != nil && strings.Contains(err.Error(), "UNIQUE constraint failed") {
		return validation.Errors{"id": validation.NewError("not_unique", "There is such a record already.")}, true
	}
	return nil, false
}
