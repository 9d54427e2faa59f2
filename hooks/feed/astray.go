package feed

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// Astray names each record, as "notes/ID", of which the feed does not say what its
// table says: one that is missing in its scope or present in another, or whose body is
// not the record's. It reads the feed and every synced record, and answers nothing while
// the capture is in place.
func Astray(app core.App) (out []string, err error) {
	said := map[string]map[string][]told{} // collection id -> record
	var feed []struct {
		told
		Collection string `db:"collection"`
	}
	err = app.ConcurrentDB().NewQuery(`SELECT f.collection, f.record, f.scope, coalesce(b.body, '') AS body
		FROM sync_feed f LEFT JOIN sync_bodies b ON b.seq = f.seq WHERE f.gone = 0`).All(&feed)
	if err != nil {
		return nil, fmt.Errorf("reading the feed: %w", err)
	}
	for _, f := range feed {
		if said[f.Collection] == nil {
			said[f.Collection] = map[string][]told{}
		}
		said[f.Collection][f.Record] = append(said[f.Collection][f.Record], f.told)
	}
	for _, s := range shapes(app) {
		var rows []told
		err := app.ConcurrentDB().NewQuery(`SELECT r.id AS record, coalesce(` + scopeOf(s.noun, "r") + `, '') AS scope, ` + s.object("r") + ` AS body
			FROM ` + quote(s.noun.Name) + ` r`).All(&rows)
		if err != nil {
			return nil, fmt.Errorf("comparing %s: %w", s.noun.Name, err)
		}
		of := said[collections.ID(s.noun.Name)]
		for _, is := range rows {
			var want []told
			if is.Scope != "" {
				want = []told{is}
			}
			if !slices.Equal(of[is.Record], want) {
				out = append(out, s.noun.Name+"/"+is.Record)
			}
			delete(of, is.Record)
		}
		for _, id := range slices.Sorted(maps.Keys(of)) { // of no record
			out = append(out, s.noun.Name+"/"+id)
		}
	}
	var over int
	if err := app.ConcurrentDB().NewQuery(`SELECT count(*) FROM sync_bodies WHERE seq NOT IN (SELECT seq FROM sync_feed WHERE gone = 0)`).Row(&over); err != nil {
		return nil, err
	}
	if over > 0 {
		out = append(out, fmt.Sprintf("%d bodies of nothing", over))
	}
	return out, nil
}

// told is a record in a scope.
type told struct {
	Record string `db:"record"`
	Scope  string `db:"scope"`
	Body   string `db:"body"`
}

// Object is the SQL that builds the wire JSON of a noun's row named r.
func Object(app core.App, noun string) (string, error) {
	for _, s := range shapes(app) {
		if s.noun.Name == noun {
			return s.object("r"), nil
		}
	}
	return "", fmt.Errorf("%s does not travel", noun)
}
