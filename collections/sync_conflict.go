package collections

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// sync_conflicts keep the value that did not win, beside the one that did, where
// both workers see it, until a person settles it.
func syncConflicts() *Noun {
	return &Noun{
		Name: "sync_conflicts",
		Fields: fields(
			maybe("case", "cases"), text("agency"), maybe("user", "users"),
			must(text("collection")), must(text("record")), text("op"), text("mutation"),
			body("theirs"), body("ours"), body("fields"), number("base"), number("rev"),
			moment("recorded_at"), skew(), choice("status", "open", "settled"),
			maybe("settled_by", "users"), moment("settled_at"), text("choice"),
		),
		Indexes: []Index{{On: "`case`"}, {On: "collection, record"}, {On: "`user`"}, {On: "status"}},
		Rules: Rules{
			Read: and(`((case != '' && ` + member("case.") + ` && (agency = '' || agency = @request.auth.agency)) || (case = '' && user = @request.auth.id))`),
		},
		CaseField: "case",
		Sync: &Sync{
			Scope: `CASE WHEN {r}."case" = '' THEN 'user:' || {r}."user" WHEN {r}.agency = '' THEN 'case:' || {r}."case" ELSE 'case:' || {r}."case" || '/agency:' || {r}.agency END`,
			Since: 1,
		},
	}
}

// skew is by how many seconds the phone's clock was behind the server's as it sent,
// negative when it was ahead, 0 also when it was not measured: recorded_at is to be read
// with it.
func skew() core.Field { return &core.NumberField{Name: "clock_skew", OnlyInt: true} }

// Home answers the fields that put a conflict into the scope of its record; a
// record outside any case puts it with its author.
func Home(scope, author string) map[string]any {
	home := map[string]any{"user": author, "case": "", "agency": ""}
	if rest, ok := strings.CutPrefix(scope, "case:"); ok {
		id, agency, _ := strings.Cut(rest, "/agency:")
		home["case"], home["agency"] = id, agency
	}
	return home
}
