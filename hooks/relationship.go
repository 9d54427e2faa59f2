package hooks

import (
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
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
		now := e.Record.GetStringSlice("between")
		for _, was := range e.Record.Original().GetStringSlice("between") {
			if slices.Contains(now, was) {
				continue
			}
			if person := ActorOf(e.App).Person(); person != nil {
				boss, err := isManager(e.App, e.Record.GetString("case"), person)
				if err != nil {
					return err
				}
				if !boss {
					return validation.Errors{"between": validation.NewError("manager_only", "Have a manager of the case take this warning off.")}
				}
			}
		}
	}
	return e.Next()
}

// standsBetween is what stands between two people, whoever the row says it of, and
// whether anybody has recorded what they are to one another.
func standsBetween(app core.App, a, b string) (between []string, known bool, err error) {
	rows, err := app.FindRecordsByFilter("relationships", "(person = {:a} && other = {:b}) || (person = {:b} && other = {:a})", "", 0, 0,
		dbx.Params{"a": a, "b": b})
	for _, r := range rows {
		between = append(between, r.GetStringSlice("between")...)
	}
	slices.Sort(between)
	return slices.Compact(between), len(rows) > 0, err
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
