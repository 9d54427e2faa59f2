package mail

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// That an operator opened the families' files is told at once, to the person they named
// and to every data protection officer, in the operator's own words as text.
func TestWhoIsToldOfABrokenGlassIsToldAtOnce(t *testing.T) {
	app := demotest.App(t)
	if _, err := app.NonconcurrentDB().Delete("outbox", nil).Execute(); err != nil {
		t.Fatal(err)
	}
	colleague, err := app.FindRecordById("users", demo.Colleague.ID)
	if err != nil {
		t.Fatal(err)
	}
	colleague.Set("roles", []string{"practitioner", "safeguarding_lead"})
	if err := app.Save(hooks.AsServer(colleague)); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	demotest.Serve(t, app, Room{Folder: folder}.Open)

	operators, err := app.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatal(err)
	}
	operator := core.NewRecord(operators)
	operator.SetEmail("operator@fellmoor.example")
	operator.SetPassword("a-long-password-of-theirs")
	if err := app.Save(operator); err != nil {
		t.Fatal(err)
	}
	err = hooks.Within(app, hooks.Actor{User: operator, Door: "dashboard"}, func(tx core.App) error {
		_, err := hooks.BreakGlass(tx, operator, "A court asks for the file\nby noon. <b>Now.</b>", demo.Colleague.Email())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var mails []string
	for end := time.Now().Add(50 * time.Second); len(mails) < 2 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if mails, err = filepath.Glob(filepath.Join(folder, "*.eml")); err != nil {
			t.Fatal(err)
		}
	}
	all := ""
	for _, m := range mails {
		raw, err := os.ReadFile(m)
		if err != nil {
			t.Fatal(err)
		}
		all += string(raw)
	}
	for _, says := range []string{demo.Colleague.Email(), demo.DPO.Email(), "A court asks for the file by noon.", "operator@fellmoor.example", "They named " + demo.Colleague.Name} {
		if !strings.Contains(all, says) {
			t.Errorf("%d mails do not say %q:\n%s", len(mails), says, all)
		}
	}
	if len(mails) != 2 {
		t.Errorf("%d mails", len(mails))
	}
}
