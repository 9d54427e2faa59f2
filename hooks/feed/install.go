package feed

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/lineage"
)

// Install puts the capture in place where it is missing or different, fills in what
// changed while it was not there, and proves that it is in place. With everything in place
// it compares what is there with what is wanted and does nothing else.
func Install(app core.App) error {
	return app.RunInTransaction(func(tx core.App) error {
		if err := lineage.First(tx.NonconcurrentDB()); err != nil {
			return err
		}
		all := shapes(tx)
		stale, err := missing(tx, all)
		if err != nil || len(stale) == 0 {
			return err
		}
		if err := Remove(tx); err != nil {
			return err
		}
		if err := put(tx, all); err != nil {
			return err
		}
		if err := Check(tx); err != nil {
			return err
		}
		if err := catchUp(tx, all, collections.All()); err != nil {
			return err
		}
		_, err = tx.NonconcurrentDB().NewQuery(`INSERT INTO sync_meta (name, value) VALUES ('installed', {:v})
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`).Bind(dbx.Params{"v": sum(parts(all))}).Execute()
		return err
	})
}

// Altered names what of the capture was taken away or changed since it was installed. An
// upgrade, which wants other parts than were installed, is none; nor is a store from
// before it was kept what was.
func Altered(app core.App) ([]string, error) {
	if !app.HasTable("sync_meta") {
		return nil, nil
	}
	all := shapes(app)
	var made []string
	err := app.ConcurrentDB().NewQuery(`SELECT value FROM sync_meta WHERE name = 'installed'`).Column(&made)
	if err != nil || len(made) == 0 || made[0] != sum(parts(all)) {
		return nil, err
	}
	return missing(app, all)
}

func sum(all []part) string {
	h := sha256.New()
	for _, p := range all {
		fmt.Fprintf(h, "%s %s %s\n", p.kind, p.name, p.sql)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// Reinstall brings the capture back after Remove, in the same transaction: only the
// collection named by its id can have changed meanwhile.
func Reinstall(tx core.App, changed string) error {
	all, err := shapesNow(tx)
	if err != nil {
		return err
	}
	if err := put(tx, all); err != nil {
		return err
	}
	if n := collections.ByID(changed); n != nil {
		return catchUp(tx, all, []*collections.Noun{n})
	}
	return nil
}

func put(tx core.App, all []shape) error {
	for _, p := range parts(all) {
		if _, err := tx.NonconcurrentDB().NewQuery(p.sql).Execute(); err != nil {
			return fmt.Errorf("making %s: %w", p.name, err)
		}
	}
	return nil
}

// Remove takes every trigger and view of ours away, for the length of a schema change in
// the same transaction; Install brings them back.
func Remove(tx core.App) error {
	present, err := installed(tx)
	if err != nil {
		return err
	}
	present[earlier] = part{kind: "VIEW", name: earlier}
	for _, p := range present { // a view takes its triggers with it
		if _, err := tx.NonconcurrentDB().NewQuery("DROP " + p.kind + " IF EXISTS " + quote(p.name)).Execute(); err != nil {
			return fmt.Errorf("removing %s: %w", p.name, err)
		}
	}
	return nil
}

// Check proves that the capture is in place; the error names what is not.
func Check(app core.App) error {
	stale, err := missing(app, shapes(app))
	if err != nil {
		return err
	}
	if len(stale) > 0 {
		return fmt.Errorf("the feed does not capture every change: %s", strings.Join(stale, ", "))
	}
	return nil
}

// missing names the parts that are absent or not as they should be.
func missing(app core.App, all []shape) ([]string, error) {
	present, err := installed(app)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, p := range parts(all) {
		if present[p.name] != p {
			out = append(out, p.name)
		}
		delete(present, p.name)
	}
	for name := range present {
		out = append(out, name+" (left over)")
	}
	return out, nil
}

// parts are all those wanted for the collections that exist now.
func parts(all []shape) []part {
	out := append(recorders(), movers(all)...)
	for _, s := range all {
		out = append(out, captures(s)...)
	}
	return append(out, entitlements(all)...)
}

// installed are the parts that are there, by name.
func installed(app core.App) (map[string]part, error) {
	var rows []struct {
		Kind string `db:"kind"`
		Name string `db:"name"`
		SQL  string `db:"sql"`
	}
	err := app.ConcurrentDB().NewQuery(`SELECT upper(type) AS kind, name, sql FROM sqlite_master
		WHERE type IN ('trigger', 'view') AND name LIKE 'hf\_%' ESCAPE '\'`).All(&rows)
	out := map[string]part{}
	for _, r := range rows {
		out[r.Name] = part{r.Kind, r.Name, r.SQL}
	}
	return out, err
}
