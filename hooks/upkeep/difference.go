package upkeep

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/collections/migrations"
	"holdfast/hooks/feed"
)

// Differences says in words where a store is not as the declarations are: a collection,
// field, rule, index or sign-in option of the house that was changed, and a collection,
// trigger or view beside ours that could open it. Records are not looked at.
func Differences(app core.App) (found []string, err error) {
	stored, err := app.FindAllCollections()
	if err != nil {
		return nil, fmt.Errorf("reading the collections: %w", err)
	}
	byID := map[string]*core.Collection{}
	for _, c := range stored {
		byID[c.Id] = c
	}
	tables, err := laid(app)
	if err != nil {
		return nil, err
	}
	for _, n := range collections.All() {
		c := byID[collections.ID(n.Name)]
		if c == nil {
			found = append(found, "the collection "+n.Name+" is gone")
			continue
		}
		if c.Name != n.Name {
			found = append(found, "the collection "+n.Name+" is called "+c.Name)
		}
		changed, err := unlike(declared()[c.Id], c)
		if err != nil {
			return nil, err
		}
		for _, what := range changed {
			found = append(found, what+" of "+n.Name+" is not ours")
		}
		found = append(found, tables.lacks(c)...)
	}
	for _, table := range tables.gone() {
		found = append(found, "the table "+table+" is gone")
	}
	for _, c := range stored {
		found = append(found, besides(c)...)
	}
	strangers, err := foreign(app)
	for _, s := range strangers {
		found = append(found, s.String())
	}
	return found, err
}

// ChangedOutside is where a store differs, with what was taken from the feed since it was
// installed.
func ChangedOutside(app core.App) ([]string, error) {
	found, err := Differences(app)
	if err != nil {
		return nil, err
	}
	altered, err := feed.Altered(app)
	if len(found) > 0 { // the feed follows the collections
		altered = nil
	}
	for _, part := range altered {
		found = append(found, "the feed's "+part+" is gone or changed")
	}
	return found, err
}

// besides are the faults of a collection that is none of ours.
func besides(c *core.Collection) (found []string) {
	if collections.ByID(c.Id) != nil {
		return nil
	}
	if c.System && !c.IsView() { // PocketBase has no view
		for _, what := range changedSystem(c) {
			found = append(found, what+" of "+c.Name+" is not ours")
		}
		return found
	}
	if c.IsView() {
		return []string{"the view " + c.Name + " reads our tables"}
	}
	if !shut(c) {
		found = append(found, "the collection "+c.Name+" beside ours is open to others than the operator")
	}
	return found
}

// changedSystem names what is not as it should be of PocketBase's own collections.
func changedSystem(c *core.Collection) []string {
	want := *c
	collections.Settle(&want)
	found, err := unlike(&want, c)
	if err != nil {
		return []string{"the form"}
	}
	return found
}

// shut reports whether nobody but the operator reaches a collection.
func shut(c *core.Collection) bool {
	for _, r := range []*string{c.ListRule, c.ViewRule, c.CreateRule, c.UpdateRule, c.DeleteRule} {
		if r != nil {
			return false
		}
	}
	return !c.IsAuth() || c.AuthRule == nil && c.ManageRule == nil
}

// unlike names what of a collection differs from what is wanted, beside its name.
func unlike(want, have *core.Collection) (found []string, err error) {
	if writtenAlike(want, have) {
		return nil, nil
	}
	w, err := collections.Shape(want)
	if err != nil {
		return nil, err
	}
	h, err := collections.Shape(have)
	if err != nil {
		return nil, err
	}
	keys := maps.Clone(w)
	maps.Copy(keys, h)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if reflect.DeepEqual(w[key], h[key]) {
			continue
		}
		if key == "fields" {
			found = append(found, unlikeFields(w[key], h[key])...)
			continue
		}
		switch rule, isRule := strings.CutSuffix(key, "Rule"); {
		case key == "id" || key == "name" || key == "system":
		case key == "indexes":
			found = append(found, "the indexes")
		case isRule:
			found = append(found, "the "+rule+" rule")
		default:
			found = append(found, "the option "+key)
		}
	}
	return found, nil
}

// writtenAlike is quick to say of most that nothing differs, at every start and in every look at
// the health; what is not written alike may still be.
func writtenAlike(want, have *core.Collection) bool {
	w, known := declaredTexts()[want]
	if !known {
		w = textOfShape(want)
	}
	return bytes.Equal(w, textOfShape(have)) && w != nil
}

func textOfShape(c *core.Collection) []byte {
	plain := *c // PocketBase writes it without its secrets
	plain.Id, plain.Name, plain.System = "", "", false
	plain.Created, plain.Updated = types.DateTime{}, types.DateTime{}
	text, _ := json.Marshal(plain) // what cannot be written is compared the slow way
	return text
}

// declared are the nouns' collections, by id; nobody changes them.
var declared = sync.OnceValue(func() map[string]*core.Collection {
	out := map[string]*core.Collection{}
	for _, n := range collections.All() {
		out[collections.ID(n.Name)] = n.Collection()
	}
	return out
})

var declaredTexts = sync.OnceValue(func() map[*core.Collection][]byte {
	out := map[*core.Collection][]byte{}
	for _, c := range declared() {
		out[c] = textOfShape(c)
	}
	return out
})

func unlikeFields(want, have any) (found []string) {
	w, h := named(want), named(have)
	for _, name := range slices.Sorted(maps.Keys(w)) {
		if !reflect.DeepEqual(w[name], h[name]) {
			found = append(found, "the field "+name)
		}
		delete(h, name)
	}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		found = append(found, "the further field "+name)
	}
	return found
}

// named are fields by their names, without the ids that PocketBase gives them.
func named(fields any) map[string]any {
	out := map[string]any{}
	list, _ := fields.([]any)
	for _, f := range list {
		if m, ok := f.(map[string]any); ok {
			m = maps.Clone(m)
			delete(m, "id")
			out[fmt.Sprint(m["name"])] = m
		}
	}
	return out
}

// columns are what SQLite really has, by table: its columns and its indexes.
type columns map[string]map[string]bool

func laid(app core.App) (columns, error) {
	var rows []struct {
		Table string `db:"tbl"`
		Name  string `db:"name"`
	}
	err := app.ConcurrentDB().NewQuery(`SELECT m.name AS tbl, p.name AS name FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table'
		UNION ALL SELECT tbl_name, 'index ' || name FROM sqlite_master WHERE type = 'index'`).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("reading the tables: %w", err)
	}
	out := columns{}
	for _, r := range rows {
		if out[r.Table] == nil {
			out[r.Table] = map[string]bool{}
		}
		out[r.Table][r.Name] = true
	}
	return out, nil
}

// gone are the tables that are no collections and were laid.
func (t columns) gone() (gone []string) {
	for _, table := range migrations.Tables() {
		if t[table] == nil {
			gone = append(gone, table)
		}
	}
	return gone
}

// lacks are the parts of a collection that its table does not have.
func (t columns) lacks(c *core.Collection) (found []string) {
	if t[c.Name] == nil {
		return []string{"the table of " + c.Name + " is gone"}
	}
	for _, f := range c.Fields {
		if !t[c.Name][f.GetName()] {
			found = append(found, "the column "+f.GetName()+" of "+c.Name+" is gone")
		}
	}
	for _, ix := range c.Indexes {
		if name := indexName(ix); !t[c.Name]["index "+name] {
			found = append(found, "the index "+name+" of "+c.Name+" is gone")
		}
	}
	return found
}
