package casework

import (
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/collections"
	"holdfast/hooks/kernel"
)

func BindSameCase(app core.App) {
	for _, n := range collections.All() {
		if links := caseLinks(n); len(links) > 0 {
			kernel.Creating(app, n.Name).Bind(sameCase(n, links))
			kernel.Updating(app, n.Name).Bind(sameCase(n, links))
		}
	}
}

// caseLinks are the relations of a noun of case content to other case content.
func caseLinks(n *collections.Noun) map[string]*collections.Noun {
	links := map[string]*collections.Noun{}
	if n.CaseField == "" || n.CaseField == "id" {
		return links
	}
	for _, f := range n.Fields {
		if rel, ok := f.(*core.RelationField); ok && rel.Name != n.CaseField {
			for _, to := range collections.All() {
				if collections.ID(to.Name) == rel.CollectionId && to.CaseField != "" && to.CaseField != "id" {
					links[rel.Name] = to
				}
			}
		}
	}
	return links
}

// sameCase refuses a record of one case that points at a record of another: it
// would carry one family's content into another's file.
func sameCase(n *collections.Noun, links map[string]*collections.Noun) *hook.Handler[*core.RecordEvent] {
	return &hook.Handler[*core.RecordEvent]{Priority: kernel.OrderGuard, Func: func(e *core.RecordEvent) error {
		var gone []string
		for field, to := range links {
			if !e.Record.IsNew() && !kernel.Changed(e.Record, field) {
				continue
			}
			for _, id := range e.Record.GetStringSlice(field) {
				other, err := e.App.FindRecordById(to.Name, id)
				if err == nil && to.Name == "people" && e.Record.IsNew() && other.GetString("case") != e.Record.GetString(n.CaseField) {
					was, err := MayStillName(e.App, n.Name, id, e.Record.GetString(n.CaseField))
					if err != nil {
						return err
					}
					if was {
						gone = append(gone, other.GetString("case"))
						continue
					}
				}
				if err != nil || other.GetString(to.CaseField) != e.Record.GetString(n.CaseField) {
					return validation.Errors{field: validation.NewError("other_case", "There is no such record in this case.")}
				}
			}
		}
		if err := e.Next(); err != nil {
			return err
		}
		for _, to := range gone {
			if err := comeAlong(e.App, to); err != nil {
				return err
			}
		}
		return nil
	}}
}
