package migrations

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Up takes a store through a step, or changes nothing of it; collections that an operator
// added beside ours stay as they are.
func (s Step) Up(app core.App) error {
	if err := s.holds(app); err != nil {
		return err
	}
	var after []map[string]any
	for _, add := range s.Add {
		after = append(after, add)
	}
	for _, c := range s.Change {
		stored, err := app.FindCollectionByNameOrId(c.Collection)
		if err != nil {
			return fmt.Errorf("%s, which changes: %w", c.Collection, err)
		}
		was, err := Of(stored)
		if err != nil {
			return err
		}
		now, err := c.to(was)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Collection, err)
		}
		after = append(after, now)
		if err := c.takeAway(app, stored); err != nil {
			return fmt.Errorf("%s: %w", c.Collection, err)
		}
	}
	if len(after) > 0 {
		if err := app.ImportCollections(after, false); err != nil {
			return err
		}
	}
	for _, name := range slices.Concat(s.Drop, s.Lose) {
		c, err := app.FindCollectionByNameOrId(name)
		if err == nil {
			err = app.Delete(c)
		}
		if err != nil {
			return fmt.Errorf("dropping %s: %w", name, err)
		}
	}
	return nil
}

// takeAway lets fields go, which an import never does. What is said of them by rules goes
// with the import that follows.
func (c Change) takeAway(app core.App, stored *core.Collection) error {
	was, err := Of(stored)
	if err != nil {
		return err
	}
	gone := c.gone(was.fields())
	if len(gone) == 0 {
		return nil
	}
	for _, name := range gone {
		stored.Fields.RemoveByName(name)
		stored.Indexes = slices.DeleteFunc(stored.Indexes, func(ix string) bool {
			return !slices.Contains(c.Indexes, ix) && (c.Unindexed || len(c.Indexes) > 0)
		})
	}
	return app.SaveNoValidate(stored)
}

// holds refuses what would take from records what nobody said may go.
func (s Step) holds(app core.App) error {
	for _, name := range s.Drop {
		var n int
		if err := app.NonconcurrentDB().NewQuery("SELECT count(*) FROM {{" + name + "}}").Row(&n); err != nil {
			return err
		}
		if n > 0 {
			return fmt.Errorf("%s would be dropped, and holds %d records: %s", name, n, kept)
		}
	}
	for _, c := range s.Change {
		stored, err := app.FindCollectionByNameOrId(c.Collection)
		if err != nil {
			return fmt.Errorf("%s, which changes: %w", c.Collection, err)
		}
		for _, f := range stored.Fields {
			where := ""
			if i := at(c.Set, f.GetName()); i >= 0 && !slices.Contains(c.Drop, f.GetName()) {
				if held, is := f.(core.MultiValuer); is && held.IsMultiple() && !slices.Contains(c.Lose, f.GetName()) && !several(c.Set[i]) {
					where = "json_valid([[" + f.GetName() + "]]) AND json_array_length([[" + f.GetName() + "]]) > 1"
				}
			} else if slices.Contains(c.Drop, f.GetName()) {
				where = "coalesce(CAST([[" + f.GetName() + "]] AS TEXT), '') NOT IN (" + nothing(f) + ")"
			}
			if where == "" {
				continue
			}
			var n int
			if err := app.NonconcurrentDB().Select("count(*)").From(c.Collection).Where(dbx.NewExp(where)).Row(&n); err != nil {
				return err
			}
			if n > 0 {
				return fmt.Errorf("what %d records of %s hold in %s would be lost: %s", n, c.Collection, f.GetName(), kept)
			}
		}
	}
	return nil
}

// kept is what to do about it, for whoever meets it: an operator, or who made the step.
const kept = "nothing was changed. Run the build before this one, and tell who maintains it. (A step before this one has to carry it over, or this one has to say that it goes: freeze -lose.)"

func several(field Shape) bool {
	most, _ := field["maxSelect"].(float64)
	return most > 1
}

// nothing are the texts of a column that say nothing.
func nothing(f core.Field) string {
	none := []string{"''"}
	switch f.Type() {
	case core.FieldTypeBool:
		none = append(none, "'0'", "'false'")
	case core.FieldTypeNumber:
		none = append(none, "'0'", "'0.0'")
	case core.FieldTypeJSON:
		none = append(none, "'null'", "'[]'", "'{}'", `'""'`)
	case core.FieldTypeSelect, core.FieldTypeRelation, core.FieldTypeFile:
		none = append(none, "'[]'")
	}
	return strings.Join(none, ", ")
}
