package sync

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// chunkSQL reads one scope's feed in order, each live row with its JSON, which
// SQLite builds only for the rows that are read. Parameters: user (1), scope (2),
// after (3), until (4), limit (5).
//
// "LIMIT ?5 + 0", not "LIMIT ?5": SQLite looks at a bare bound limit while it plans,
// and compiles the statement anew whenever it is bound again.
//
// The fifth column says, of a row that left this scope, whether it lives on in
// another that the user holds: then its removal here is no removal for them.
func chunkSQL(app core.App, nouns []*collections.Noun, wanted string) (string, error) {
	var bodies strings.Builder
	for _, n := range commonest(nouns) {
		object, err := objectSQL(app, n)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&bodies, "\n\t\tWHEN '%s' THEN (SELECT %s FROM \"%s\" r WHERE r.id = f.record)", collections.ID(n.Name), object, n.Name)
	}
	return `SELECT f.seq, f.collection, f.record, f.gone,
	CASE WHEN f.gone THEN EXISTS (
		SELECT 1 FROM sync_feed o JOIN sync_grants g ON g."user" = ?1 AND g.scope = o.scope AND g.until IS NULL
		WHERE o.record = f.record AND o.collection = f.collection AND o.gone = 0) ELSE 0 END,
	CASE WHEN f.gone THEN NULL ELSE CASE f.collection` + bodies.String() + `
	END END
	FROM sync_feed f WHERE f.scope = ?2 AND f.seq > ?3 AND f.seq <= ?4 ` + wanted + ` ORDER BY f.seq LIMIT ?5 + 0`, nil
}

// commonest puts the nouns that make up most of a caseload first: SQLite tries the
// arms of a CASE one after the other, for every row.
func commonest(nouns []*collections.Noun) []*collections.Noun {
	many := []string{"notes", "contact_attempts", "pathway_steps", "pathway_events", "people", "case_members", "evidence", "letters"}
	place := func(n *collections.Noun) int {
		if i := slices.Index(many, n.Name); i >= 0 {
			return i
		}
		return len(many)
	}
	out := slices.Clone(nouns)
	slices.SortStableFunc(out, func(a, b *collections.Noun) int { return place(a) - place(b) })
	return out
}

// objectSQL builds one row's JSON in SQLite, every field in its one canonical form:
// the same keys always, no field absent, flags as true and false (trap T26).
func objectSQL(app core.App, n *collections.Noun) (string, error) {
	c, err := app.FindCachedCollectionByNameOrId(collections.ID(n.Name))
	if err != nil {
		return "", fmt.Errorf("collection %s: %w", n.Name, err)
	}
	parts := []string{`'id', r.id`}
	for _, f := range n.Synced() {
		present := c.Fields.GetByName(f.GetName())
		if present == nil {
			continue
		}
		parts = append(parts, fmt.Sprintf(`'%s', %s`, f.GetName(), valueSQL(present)))
	}
	return "json_object(" + strings.Join(parts, ", ") + ")", nil
}

func valueSQL(f core.Field) string {
	column := `r."` + f.GetName() + `"`
	multiple := false
	if m, ok := f.(core.MultiValuer); ok {
		multiple = m.IsMultiple()
	}
	switch {
	case f.Type() == core.FieldTypeBool:
		return `json(CASE WHEN ` + column + ` THEN 'true' ELSE 'false' END)`
	case f.Type() == core.FieldTypeJSON:
		return `json(coalesce(nullif(` + column + `, ''), 'null'))`
	case multiple:
		return `json(coalesce(nullif(` + column + `, ''), '[]'))`
	case f.Type() == core.FieldTypeNumber:
		return column
	}
	return `coalesce(` + column + `, '')`
}
