package migrations

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// What an earlier version wrote down of people's questions goes with the step to this one.
func TestOldLinesOfTheLogLoseWhatWasAskedFor(t *testing.T) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	defer app.ResetBootstrapState()
	for message, data := range map[string]string{
		"GET /api/collections/cases/records?filter=family_name~'Marlowe'": `{"type":"request","url":"/api/collections/cases/records?filter=1"}`,
		"POST /api/collections/users/auth-with-password":                  `{"type":"request","details":"nobody@fellmoor.example"}`,
		"GET /coordinate/cases":                                           `{"type":"request","referer":"http://h/coordinate?family=Marlowe"}`,
		"GET /api/health":                                                 `{"type":"request","url":"/api/health"}`,
		"A push failed whole; nothing of it was applied":                  `{"device":"x"}`,
	} {
		log := &core.Log{Message: message}
		log.MarkAsNew()
		log.Id, log.Created = core.GenerateDefaultRandomId(), types.NowDateTime()
		if err := log.Data.Scan(data); err != nil {
			t.Fatal(err)
		}
		if err := app.AuxSave(log); err != nil {
			t.Fatal(err)
		}
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	var left []string
	if err := app.AuxConcurrentDB().NewQuery(`SELECT message FROM _logs WHERE message GLOB 'A*' OR message GLOB 'GET*' OR message GLOB 'POST*' ORDER BY message`).Column(&left); err != nil {
		t.Fatal(err)
	}
	if len(left) != 2 || left[0] != "A push failed whole; nothing of it was applied" || left[1] != "GET /api/health" {
		t.Errorf("left are %q", left)
	}
}
