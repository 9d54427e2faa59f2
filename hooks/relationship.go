package hooks

import (
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// bindRelationships holds what is said of two people to what can be, and keeps a
// warning until a manager takes it off: a joint letter rests on it (domain 3.4).
func bindRelationships(app core.App) {
	h := func() *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: orderDomain, Func: relate}
	}
	creating(app, "relationships").Bind(h())
	updating(app, "relationships").Bind(h())
}

func relate(e *core.RecordEvent) error {
	if e.Record.GetString("person") == e.Record.GetString("other") {
		return validation.Errors{"other": validation.NewError("same_person", "Choose two different people.")}
	}
	if !e.Record.IsNew() {
		return stillKept(e, "between", "Have a manager of the case take this warning off.")
	}
	return e.Next()
}

// betweenWords says a warning as a person would.
var betweenWords = map[string]string{"domestic_abuse": "domestic abuse", "no_contact": "no contact", "court_order": "a court order"}

func inWords(between []string) string {
	words := make([]string, len(between))
	for i, b := range between {
		words[i] = betweenWords[b]
	}
	return strings.Join(words, " and ")
}
