package migrations

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

//go:embed *.json
var frozen embed.FS

func init() {
	names, err := fs.Glob(frozen, "*.json")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		core.AppMigrations.Register(step(name), nil, strings.TrimSuffix(name, ".json")+".go")
	}
	core.AppMigrations.Register(houseSettings, nil, "1763800001_settings.go")
}

// step imports one frozen snapshot on top of what is there; collections that an
// operator added beside ours stay as they are.
func step(name string) func(app core.App) error {
	return func(app core.App) error {
		snapshot, err := frozen.ReadFile(name)
		if err != nil {
			return err
		}
		if err := clearStockUsers(app); err != nil {
			return fmt.Errorf("making room for our users: %w", err)
		}
		if err := app.ImportCollectionsByMarshaledJSON(snapshot, false); err != nil {
			return fmt.Errorf("migration %s: %w", name, err)
		}
		return nil
	}
}

// clearStockUsers takes PocketBase's sample fields from its sample users
// collection while that is still as it was delivered.
func clearStockUsers(app core.App) error {
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil || users.Fields.GetByName("avatar") == nil || users.Fields.GetByName("agency") != nil {
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
