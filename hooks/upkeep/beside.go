package upkeep

import (
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/feed"
)

// standsBeside is a trigger or a view in the database that nobody of ours made. A trigger
// could empty the audit log with every line that it gets, and no rule would see it.
type standsBeside struct {
	Kind  string `db:"kind"`
	Name  string `db:"name"`
	Table string `db:"tbl"`
}

func (s standsBeside) String() string {
	if s.Kind == "view" {
		return "the view " + s.Name + " in the database is not ours"
	}
	return "the trigger " + s.Name + " on " + s.Table + " is not ours"
}

// foreign are those that are neither the feed's, which it looks after itself, nor the view
// of a collection, which is looked at with the collections. PocketBase has none.
func foreign(app core.App) (found []standsBeside, err error) {
	var all []standsBeside
	err = app.ConcurrentDB().NewQuery(`SELECT type AS kind, name, tbl_name AS tbl FROM sqlite_master m WHERE type = 'trigger'
		OR type = 'view' AND name NOT IN (SELECT c.name FROM _collections c WHERE c.type = 'view') ORDER BY type, name`).All(&all)
	if err != nil {
		return nil, fmt.Errorf("reading the database's triggers and views: %w", err)
	}
	for _, s := range all {
		if !feed.Own(s.Name) {
			found = append(found, s)
		}
	}
	return found, nil
}

func takeAway(tx core.App) error {
	found, err := foreign(tx)
	if err != nil {
		return err
	}
	for _, s := range found { // a view takes its triggers with it
		if _, err := tx.NonconcurrentDB().NewQuery("DROP " + s.Kind + ` IF EXISTS "` + strings.ReplaceAll(s.Name, `"`, `""`) + `"`).Execute(); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}
