package collections

import "github.com/pocketbase/pocketbase/core"

// sync_conflicts keep the value that did not win, beside the one that did, where
// both workers see it, until a person settles it. It is where its record is, and goes
// where that goes (the feed's triggers see to it), settled ones too.
func syncConflicts() *Noun {
	return &Noun{
		Name:     "sync_conflicts",
		Untold:   "two phones disagreed about a word, which a person settles",
		ByServer: true,
		Fields: fields(
			maybe("case", "cases"), text("agency"), flag("own"), maybe("user", "users"),
			must(text("collection")), must(text("record")), text("op"), text("mutation"),
			whole("theirs"), whole("ours"), body("fields"), number("base"), number("rev"),
			moment("recorded_at", ByClock), skew(), choice("status", "open", "settled"),
			maybe("settled_by", "users"), moment("settled_at", Happened), text("choice"),
		),
		Indexes: []Index{{On: "`case`"}, {On: "collection, record"}, {On: "`user`"}, {On: "status"}},
		Rules: Rules{
			Read: and(`((case != '' && ` + member("case.") + ` && ` + its + `) || (case = '' && agency = '' && user = @request.auth.id))`),
		},
		CaseField: "case",
		Sync: &Sync{
			Scope: `CASE WHEN {r}."case" = '' THEN CASE WHEN {r}.agency = '' THEN 'user:' || {r}."user" END WHEN {r}.agency = '' THEN 'case:' || {r}."case" ELSE 'case:' || {r}."case" || '/agency:' || {r}.agency END`,
			Since: 1,
		},
	}
}

// skew is by how many seconds the phone's clock was behind the server's as it sent,
// negative when it was ahead, 0 also when it was not measured: recorded_at is to be read
// with it.
func skew() core.Field { return &core.NumberField{Name: "clock_skew", OnlyInt: true} }

// Home answers the fields that put a conflict into the scope of its record; a
// record outside any case puts it with its author. What was written while the record was
// an agency's own stays its own, also when the record is shared later: what is shared
// then is what stands.
func Home(scope, author string) map[string]any {
	agency := AgencyOf(scope)
	return map[string]any{"user": author, "case": CaseOf(scope), "agency": agency, "own": agency != ""}
}

// its is true of a copy for those of the agency whose own it is, and for all when it is
// no agency's.
const its = `(agency = '' || agency = @request.auth.agency)`
