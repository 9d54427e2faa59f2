package migrations

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/collections/legible"
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
	core.AppMigrations.Register(letterLines, nil, "1764500001_letter_lines.go")
	core.AppMigrations.Register(accountsApart, nil, "1764799999_accounts_apart.go") // before the index that would not have them
	core.AppMigrations.Register(firstMeetings, nil, "1764700001_first_meeting.go")
	core.AppMigrations.Register(ownCopies, nil, "1764800001_own_copies.go")
	core.AppMigrations.Register(legible.Repair, nil, "1764800002_legible.go")
	core.AppMigrations.Register(loggedQueries, nil, "1764800003_log.go")
	core.AppMigrations.Register(ticks, nil, "1765000010_ticks.go")
	core.AppMigrations.Register(operators, nil, "1764800004_operators.go")
	core.AppMigrations.Register(decisionsReceived, nil, "1765000001_deciding.go")
}

// step imports one frozen snapshot on top of what is there; collections that an
// operator added beside ours stay as they are. What is there already is not written
// again: PocketBase reads every collection anew for each that it saves.
func step(name string) func(app core.App) error {
	return func(app core.App) error {
		snapshot, err := frozen.ReadFile(name)
		if err != nil {
			return err
		}
		if err := clearStockUsers(app); err != nil {
			return fmt.Errorf("making room for our users: %w", err)
		}
		fresh, err := missing(app, snapshot)
		if err == nil && len(fresh) > 0 {
			err = app.ImportCollections(fresh, false)
		}
		if err != nil {
			return fmt.Errorf("migration %s: %w", name, err)
		}
		return nil
	}
}

// missing are a snapshot's collections that the store does not have, or not so.
func missing(app core.App, snapshot []byte) (fresh []map[string]any, err error) {
	stored, err := app.FindAllCollections()
	if err != nil {
		return nil, err
	}
	shapes := map[string]map[string]any{}
	for _, c := range stored {
		if shapes[c.Id], err = collections.Shape(c); err != nil {
			return nil, err
		}
	}
	if err := json.Unmarshal(snapshot, &fresh); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(fresh, func(data map[string]any) bool {
		id, _ := data["id"].(string)
		return id != "" && reflect.DeepEqual(shapes[id], data)
	}), nil
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

// letterLines names, on what letters told their pathways before it was kept, the line of
// the letter's record that it came of. What somebody sent by hand has none, and will be
// attempted when its pathway is read next.
func letterLines(app core.App) error {
	_, err := app.NonconcurrentDB().NewQuery(`UPDATE pathway_events SET arises_from = coalesce((
			SELECT 'letter_events/' || l.id || '/' || l.kind FROM letter_events l
			WHERE l.letter = pathway_events.data->>'letter_id' AND l."case" = pathway_events."case" AND l.author = pathway_events.author
				AND CASE pathway_events.kind
					WHEN 'letter.issued' THEN l.kind IN ('posted', 'print_room', 'hand_delivered', 'handed_over', 'emailed')
					WHEN 'letter.approved' THEN l.kind IN ('approved', 'countersigned')
					WHEN 'letter.returned' THEN l.kind IN ('returned', 'bounced')
					ELSE l.kind = substr(pathway_events.kind, length('letter.') + 1) END
			ORDER BY l.rowid LIMIT 1), '')
		WHERE kind LIKE 'letter.%' AND arises_from = '' AND json_valid(data)`).Execute()
	if err != nil {
		return fmt.Errorf("naming what letters told: %w", err)
	}
	return nil
}

// loggedQueries takes out of the log the lines that were written when it still held what
// was asked for, and links.
func loggedQueries(app core.App) error {
	_, err := app.AuxNonconcurrentDB().NewQuery(`DELETE FROM _logs WHERE instr(message, '?') > 0 OR instr(data, '?') > 0 OR instr(data, '@') > 0`).Execute()
	if err != nil {
		return fmt.Errorf("taking out of the log what was asked for: %w", err)
	}
	return nil
}

// firstMeetings has what areas decided before a first network meeting was asked for ask
// for it within six months, as an area does that decided nothing (domain 4.2).
func firstMeetings(app core.App) error {
	_, err := app.NonconcurrentDB().NewQuery(`UPDATE champion_policies SET first_meeting_months = 6 WHERE first_meeting_months = 0`).Execute()
	if err != nil {
		return fmt.Errorf("the first network meeting in what was decided: %w", err)
	}
	return nil
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
		if now, err := collections.Shape(c); err != nil || reflect.DeepEqual(was, now) {
			if err != nil {
				return err
			}
			continue
		}
		if err := app.Save(c); err != nil {
			return fmt.Errorf("settling %s: %w", c.Name, err)
		}
	}
	return nil
}
