package collections

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
)

// record_versions are the words that stood in a record before somebody changed or removed
// them: who had written them and when, and who changed them. One row a field; a record
// that was deleted is kept whole. Read with the record, by those who may read it; words
// that were an agency's own when they were written stay so.
func recordVersions() *Noun {
	return &Noun{
		Name:     "record_versions",
		Untold:   "earlier words stand with the record that they were in",
		ByServer: true,
		Fields: fields(
			must(text("collection")), must(text("record")), maybe("case", "cases"), text("agency"), text("written_for"),
			choice("what", "changed", "deleted"), text("field"), &core.JSONField{Name: "was", MaxSize: 1 << 20},
			maybe("written_by", "users"), text("written_name"), moment("written_at", Happened),
			maybe("changed_by", "users"), text("changed_name"), requiredMoment("changed_at", Happened),
			text("device"), text("door"), number("rev"),
		),
		Indexes: []Index{{On: "collection, record"}, {On: "`case`, changed_at"}},
		Rules: Rules{
			Read: and(`((case != '' && ` + member("case.") + ` && (agency = '' || agency = @request.auth.agency)) || (case = '' && agency != '' && agency = @request.auth.agency))`),
		},
		AppendOnly: true,
		CaseField:  "case",
		Server:     []string{"agency"},
	}
}

// Keeps lists the fields whose earlier values are kept: those that the noun declares, and
// of case content without such a list all that people may change.
func (n *Noun) Keeps() []string {
	if n.Kept != nil || n.CaseField == "" || n.AppendOnly || n.Rules.Update == "" {
		return n.Kept
	}
	var out []string
	for _, f := range n.Synced() {
		if name := f.GetName(); f.Type() != core.FieldTypeFile && !n.Owns(name) && !slices.Contains(n.Fixed, name) {
			out = append(out, name)
		}
	}
	return out
}
