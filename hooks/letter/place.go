package letter

import (
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
)

// BindPlaces keeps a place kept from somebody until a manager says that it need be no
// more, as with what stands between two people.
func BindPlaces(app core.App) {
	kernel.Updating(app, "places").Bind(kernel.InDomain(func(e *core.RecordEvent) error {
		return StillKept(e, "keep_from", "Have a manager of the case say that this place may be known to them.")
	}))
}

// StillKept lets nobody but a manager of the case take a warning off a list of them.
func StillKept(e *core.RecordEvent, field, says string) error {
	now := e.Record.GetStringSlice(field)
	lifted := slices.ContainsFunc(e.Record.Original().GetStringSlice(field), func(was string) bool { return !slices.Contains(now, was) })
	if person := kernel.ActorOf(e.App).Person(); lifted && person != nil {
		boss, err := kernel.IsManager(e.App, e.Record.GetString("case"), person)
		if err != nil {
			return err
		}
		if !boss {
			return validation.Errors{field: validation.NewError("manager_only", says)}
		}
	}
	return e.Next()
}

// keptPlaces: a place that is kept from the recipient stands nowhere in the letter, by its
// name or by where it is (practice L12).
func keptPlaces(s *sight, mine map[string]bool, said []string) ([]Block, error) {
	places, err := s.app.FindAllRecords("places", dbx.HashExp{"case": s.letter.GetString("case")})
	if err != nil {
		return nil, err
	}
	for _, p := range places {
		if !slices.ContainsFunc(p.GetStringSlice("keep_from"), s.isTo) {
			continue
		}
		where := append(traces(ContactPoint{Lines: kernel.LinesOf(p.GetString("address")), Postcode: p.GetString("postcode")}), trace{p.GetString("name"), false})
		for _, t := range where {
			if !mine[t.key()] && t.in(s.document, said) {
				return one("merge", "whereabouts", fmt.Sprintf("Take “%s” out of the letter; %s is kept from %s.", t.text, p.GetString("name"), s.recipient.GetString("name"))), nil
			}
		}
	}
	return nil, nil
}
