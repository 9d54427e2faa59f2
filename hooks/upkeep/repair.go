package upkeep

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/dbutils"

	"holdfast/collections"
	"holdfast/collections/migrations"
	"holdfast/hooks/feed"
	"holdfast/hooks/kernel"
)

// Repair puts the house's collections, rules, indexes and sign-in options back as they
// are declared, and says what it did. Records stay as they are; where a whole collection
// is gone, the records that phones hold come back from what was kept for phones.
func Repair(app core.App) (done []string, err error) {
	if err := app.RunAllMigrations(); err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	if err := app.ReloadCachedCollections(); err != nil {
		return nil, err
	}
	found, err := ChangedOutside(app)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	by := kernel.Actor{Door: "repair"}
	err = rebuilt(app, by, func(tx core.App) error {
		if _, err := feed.Epoch(tx.ConcurrentDB()); err == nil {
			if err := feed.Remove(tx); err != nil {
				return err
			}
		}
		if done, err = rebuild(tx); err != nil {
			return err
		}
		return kernel.Audit(tx, by, kernel.Entry{Verb: "repaired", Fields: append(found, done...)})
	})
	if err != nil {
		return nil, fmt.Errorf("repairing: %w", err)
	}
	if err := app.ReloadCachedCollections(); err != nil {
		return nil, err
	}
	if err := feed.Install(app); err != nil {
		return nil, fmt.Errorf("installing the feed: %w", err)
	}
	left, err := ChangedOutside(app)
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("this could not be put back: %s", strings.Join(left, "; "))
	}
	return append(found, done...), err
}

// rebuild does the work, in the order in which one thing needs another: what stands in the
// way, then each noun, parents before children. What it says is what cannot be told from
// the differences alone.
func rebuild(tx core.App) (said []string, err error) {
	if err := takeAway(tx); err != nil {
		return nil, err
	}
	tables, err := laid(tx)
	if err != nil {
		return nil, err
	}
	if err := migrations.Relay(tx, tables.gone()); err != nil {
		return nil, err
	}
	for _, table := range tables.gone() {
		said = append(said, "The table "+table+" was made anew and is empty: what it held is in a copy of this store alone.")
	}
	stored, err := tx.FindAllCollections()
	if err != nil {
		return nil, err
	}
	for _, c := range stored {
		if len(besides(c)) == 0 {
			continue
		}
		switch {
		case c.IsView():
			c.System = false // else it could not be deleted
			err = tx.Delete(c)
			said = append(said, "The view "+c.Name+" was taken away; it held no records of its own.")
		case c.System:
			collections.Settle(c)
			err = tx.Save(c)
		default:
			err = closeOff(tx, c)
			said = append(said, "The collection "+c.Name+" beside ours keeps its records and is open to the operator alone.")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	for _, n := range collections.All() {
		say, err := remake(tx, n)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n.Name, err)
		}
		said = append(said, say...)
	}
	return said, nil
}

func closeOff(tx core.App, c *core.Collection) error {
	c.ListRule, c.ViewRule, c.CreateRule, c.UpdateRule, c.DeleteRule = nil, nil, nil, nil, nil
	if c.IsAuth() {
		c.AuthRule, c.ManageRule = nil, nil
	}
	return tx.Save(c)
}

// remake makes one noun's collection what it is declared as.
func remake(tx core.App, n *collections.Noun) (said []string, err error) {
	c, err := tx.FindCollectionByNameOrId(collections.ID(n.Name))
	tables, problem := laid(tx)
	if problem != nil {
		return nil, problem
	}
	if err == nil && c.Id == collections.ID(n.Name) && tables[c.Name] == nil { // its table was dropped under it
		if _, err := tx.NonconcurrentDB().Delete("_collections", dbx.HashExp{"id": c.Id}).Execute(); err != nil {
			return nil, err
		}
		c = nil
	}
	if err != nil || c == nil {
		return anew(tx, n, tables)
	}
	changed, err := unlike(n.Collection(), c)
	if err != nil {
		return nil, err
	}
	if len(changed) > 0 || c.Name != n.Name {
		if err := likeDeclared(n, c); err != nil {
			return nil, err
		}
		if err := tx.Save(c); err != nil {
			return nil, err
		}
	}
	return nil, fill(tx, c)
}

// anew makes a collection that is gone, and brings back of its records what the feed kept.
func anew(tx core.App, n *collections.Noun, tables columns) (said []string, err error) {
	if other, err := tx.FindCollectionByNameOrId(n.Name); err == nil {
		other.Name += "_found"
		if err := closeOff(tx, other); err != nil {
			return nil, fmt.Errorf("setting aside the %s that was found: %w", n.Name, err)
		}
		said = append(said, "A "+n.Name+" that is none of ours was found; it is now called "+other.Name+".")
		if tables, err = laid(tx); err != nil {
			return nil, err
		}
	}
	if tables[n.Name] != nil { // its table is still there, and only what is known of it is gone
		return said, adopt(tx, n)
	}
	if err := tx.Save(n.Collection()); err != nil {
		return nil, err
	}
	back := 0
	if n.Sync != nil && !n.Auth {
		if back, err = fromFeed(tx, n); err != nil {
			return nil, err
		}
	}
	if back > 0 {
		return append(said, fmt.Sprintf("%s was made anew with the %d records that were kept for phones; what phones never held of them is gone.", n.Name, back)), nil
	}
	return append(said, n.Name+" was made anew and is empty: what it held is in a copy of this store alone."), nil
}

// adopt makes a collection known again whose table is still there, with its records.
func adopt(tx core.App, n *collections.Noun) error {
	aside := "hf_aside_" + n.Name
	for _, ix := range n.Collection().Indexes {
		if _, err := tx.NonconcurrentDB().NewQuery("DROP INDEX IF EXISTS `" + indexName(ix) + "`").Execute(); err != nil {
			return err
		}
	}
	if _, err := tx.NonconcurrentDB().RenameTable(n.Name, aside).Execute(); err != nil {
		return err
	}
	if err := tx.Save(n.Collection()); err != nil {
		return err
	}
	tables, err := laid(tx)
	if err != nil {
		return err
	}
	var both []string
	for column := range tables[n.Name] {
		if tables[aside][column] && !strings.HasPrefix(column, "index ") {
			both = append(both, "[["+column+"]]")
		}
	}
	list := strings.Join(both, ", ")
	if _, err := tx.NonconcurrentDB().NewQuery("INSERT INTO {{" + n.Name + "}} (" + list + ") SELECT " + list + " FROM {{" + aside + "}}").Execute(); err != nil {
		return err
	}
	_, err = tx.NonconcurrentDB().DropTable(aside).Execute()
	return err
}

// likeDeclared sets a stored collection to its declaration: its secrets stay.
func likeDeclared(n *collections.Noun, c *core.Collection) error {
	shape, err := collections.Shape(n.Collection())
	if err != nil {
		return err
	}
	raw, err := json.Marshal(shape)
	if err != nil {
		return err
	}
	ids := map[string]string{} // a field that kept its name and type keeps its column
	for _, f := range c.Fields {
		ids[f.Type()+" "+f.GetName()] = f.GetId()
	}
	c.Fields = core.NewFieldsList()
	if err := json.Unmarshal(raw, c); err != nil {
		return err
	}
	for _, f := range c.Fields {
		if id, kept := ids[f.Type()+" "+f.GetName()]; kept && id != f.GetId() {
			f.SetId(id)
		}
	}
	return nil
}

// fill adds the columns and indexes that a table lost under its collection.
func fill(tx core.App, c *core.Collection) error {
	tables, err := laid(tx)
	if err != nil {
		return err
	}
	for _, f := range c.Fields {
		if !tables[c.Name][f.GetName()] {
			if _, err := tx.NonconcurrentDB().AddColumn(c.Name, f.GetName(), f.ColumnType(tx)).Execute(); err != nil {
				return err
			}
		}
	}
	for _, ix := range c.Indexes {
		if !tables[c.Name]["index "+indexName(ix)] {
			if _, err := tx.NonconcurrentDB().NewQuery(ix).Execute(); err != nil {
				return err
			}
		}
	}
	return nil
}

// fromFeed brings back records from what the feed keeps of each as phones hold it.
func fromFeed(tx core.App, n *collections.Noun) (int, error) {
	names, values := []string{"id"}, []string{`max(b.body ->> '$.id')`}
	for _, f := range n.Synced() {
		arrow := "->>"
		if f.Type() == core.FieldTypeJSON {
			arrow = "->"
		}
		names, values = append(names, f.GetName()), append(values, "b.body "+arrow+" '$."+f.GetName()+"'")
	}
	stamp := kernel.Now().String()
	result, err := tx.NonconcurrentDB().NewQuery("INSERT INTO {{" + n.Name + "}} ([[" + strings.Join(names, "]], [[") + "]], created, updated) SELECT " +
		strings.Join(values, ", ") + ", {:now}, {:now} FROM sync_feed f JOIN sync_bodies b ON b.seq = f.seq WHERE f.collection = {:c} AND f.gone = 0 GROUP BY f.record").
		Bind(dbx.Params{"c": collections.ID(n.Name), "now": stamp}).Execute()
	if err != nil {
		return 0, fmt.Errorf("from what was kept for phones: %w", err)
	}
	rows, err := result.RowsAffected()
	return int(rows), err
}

// indexName is read from our own way of writing an index, and from any other slowly.
func indexName(sql string) string {
	if _, rest, ours := strings.Cut(sql, "INDEX `"); ours {
		name, _, _ := strings.Cut(rest, "`")
		return name
	}
	return dbutils.ParseIndex(sql).IndexName
}
