package migrations

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// start is the first step: what every store begins with.
const start = "1765000000_start"

func init() {
	for _, name := range Names() {
		up := func(app core.App) error {
			s, err := Read(name)
			if err != nil {
				return err
			}
			if name == start {
				return begin(app, s)
			}
			return s.Up(app)
		}
		core.AppMigrations.Register(up, nil, name+".go")
	}
}

// Replaced are the steps that the start took the place of. No release had them.
var Replaced = []string{
	"1763800000_house.go", "1763800001_settings.go", "1764500000_practice.go", "1764500001_letter_lines.go", "1764600000_scheme.go",
	"1764700000_first_meeting.go", "1764700001_first_meeting.go", "1764799999_accounts_apart.go", "1764800000_doors.go", "1764800001_own_copies.go",
	"1764800002_legible.go", "1764800003_log.go", "1764800004_operators.go", "1764900000_sync.go", "1765000000_practice.go",
	"1765000001_deciding.go", "1765000001_immediate_risk.go", "1765000010_ticks.go",
}

// Known reports whether a store in which that step was taken is of this build or one before.
func Known(file string) bool {
	return slices.Contains(Replaced, file) ||
		slices.ContainsFunc(core.AppMigrations.Items(), func(m *core.Migration) bool { return m.File == file }) ||
		slices.ContainsFunc(core.SystemMigrations.Items(), func(m *core.Migration) bool { return m.File == file })
}

// begin lays an empty store. One that the steps before the start led to is there already.
func begin(app core.App, s Step) error {
	var taken []string
	if err := app.DB().Select("file").From(core.DefaultMigrationsTable).Column(&taken); err != nil {
		return err
	}
	taken = slices.DeleteFunc(taken, func(file string) bool { return !slices.Contains(Replaced, file) })
	if len(taken) > 0 {
		return takeOver(app, s, taken)
	}
	if err := clearStockUsers(app); err != nil {
		return fmt.Errorf("making room for our users: %w", err)
	}
	if err := s.Up(app); err != nil {
		return err
	}
	if err := houseSettings(app); err != nil {
		return err
	}
	return operators(app)
}

// takeOver has a store from before the start go on from it, if it is where the steps that
// it took the place of led to.
func takeOver(app core.App, s Step, taken []string) error {
	var differ []string
	for _, wanted := range s.Add {
		c, err := app.FindCollectionByNameOrId(wanted.name())
		if err != nil {
			differ = append(differ, wanted.name())
			continue
		}
		is, err := Of(c)
		if err != nil {
			return err
		}
		want, err := wanted.full()
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(is, want) {
			differ = append(differ, wanted.name())
		}
	}
	if len(taken) < len(Replaced) {
		differ = append(differ, fmt.Sprintf("%d steps not taken", len(Replaced)-len(taken)))
	}
	if len(differ) > 0 {
		return fmt.Errorf("this store is of an earlier build of Holdfast and was not brought up to the point from which this one goes on (%s). Nothing was changed. "+
			"Start it once with the last build that still has collections/migrations/1765000000_practice.json, then with this one", strings.Join(differ, ", "))
	}
	_, err := app.DB().Delete(core.DefaultMigrationsTable, dbx.In("file", texts(Replaced)...)).Execute()
	return err
}

// clearStockUsers takes PocketBase's sample fields from its sample users
// collection.
func clearStockUsers(app core.App) error {
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return nil
	}
	users.Fields.RemoveByName("avatar")
	users.Fields.RemoveByName("name")
	return app.Save(users)
}

// houseSettings are what a store of ours begins with, once; what its operator then
// chooses stays: batches allowed, since the same rules hold in them, and no zip
// backups, which are plain and stall writers.
func houseSettings(app core.App) error {
	s := app.Settings()
	s.Meta.AppName = "Holdfast"
	s.Batch.Enabled = true
	s.Backups.Cron = ""
	return app.Save(s)
}

// operators makes PocketBase's own collections what they are here: a superuser needs a
// code besides the password.
func operators(app core.App) error {
	all, err := app.FindAllCollections()
	if err != nil {
		return err
	}
	for _, c := range all {
		was, err := collections.Shape(c)
		if err != nil {
			return err
		}
		collections.Settle(c)
		now, err := collections.Shape(c)
		if err != nil {
			return err
		}
		if reflect.DeepEqual(was, now) {
			continue
		}
		if err := app.Save(c); err != nil {
			return fmt.Errorf("settling %s: %w", c.Name, err)
		}
	}
	return nil
}
