package feed

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// Astray names each record, as "notes/ID", of which the feed does not say what its
// table says: one that is missing in its scope or present in another, or whose body is
// not the record's. It reads every synced record, and answers nothing while the capture
// is in place.
func Astray(app core.App) ([]string, error) {
	var out []string
	for _, s := range shapes(app) {
		var ids []string
		scope := scopeOf(s.noun, "r")
		err := app.ConcurrentDB().NewQuery(`SELECT r.id FROM ` + quote(s.noun.Name) + ` r WHERE ` + scope + ` IS NOT NULL AND NOT EXISTS (
				SELECT 1 FROM sync_feed f JOIN sync_bodies b ON b.seq = f.seq
				WHERE f.record = r.id AND f.collection = {:cid} AND f.scope = ` + scope + ` AND f.gone = 0 AND b.body = ` + s.object("r") + `)
			UNION SELECT f.record FROM sync_feed f LEFT JOIN ` + quote(s.noun.Name) + ` r ON r.id = f.record
				WHERE f.collection = {:cid} AND f.gone = 0 AND (r.id IS NULL OR ` + scope + ` IS NOT f.scope)`).
			Bind(dbx.Params{"cid": collections.ID(s.noun.Name)}).Column(&ids)
		if err != nil {
			return nil, fmt.Errorf("comparing %s: %w", s.noun.Name, err)
		}
		for _, id := range ids {
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

// Object is the SQL that builds the wire JSON of a noun's row named r.
func Object(app core.App, noun string) (string, error) {
	for _, s := range shapes(app) {
		if s.noun.Name == noun {
			return s.object("r"), nil
		}
	}
	return "", fmt.Errorf("%s does not travel", noun)
}
