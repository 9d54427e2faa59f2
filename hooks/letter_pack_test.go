package hooks_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/pack"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// A store that has the wording from before gets the new one in its place: what the old one
// said wrongly is approved no more. An area's own copy stays as it is.
func TestABundledWordingTakesThePlaceOfTheOneBefore(t *testing.T) {
	app := demotest.App(t)
	d := &desk{t, app}
	d.reach(tess, home)
	const of = "key = 'L2_missed' && language = 'en' && variant = 'standard'"
	now := must(app.FindFirstRecordByFilter("letter_templates", of))
	if _, err := app.NonconcurrentDB().Update("letter_templates", dbx.Params{"version": 1}, dbx.HashExp{"id": now.Id}).Execute(); err != nil {
		t.Fatal(err)
	}
	own := core.NewRecord(must(app.FindCollectionByNameOrId("letter_templates")))
	own.Load(map[string]any{"key": "L1_missed", "language": "en", "variant": "standard", "version": 1, "title": "Ours", "status": "published",
		"derived_from": must(app.FindFirstRecordByFilter("letter_templates", "key = 'L1_missed' && language = 'en' && variant = 'standard'")).Id, "body": now.Get("body")})
	d.ok(app.Save(kernel.AsServer(own)))
	l := d.draft(demo.Practitioner, "L2_missed", nil)
	d.ok(pack.InstallPacks(app))
	var got []string
	for _, r := range must(app.FindRecordsByFilter("letter_templates", of, "version", 0, 0)) {
		got = append(got, r.GetString("version")+" "+r.GetString("status"))
	}
	if strings.Join(got, ", ") != "1 superseded, 2 published" {
		t.Errorf("there are %v", got)
	}
	if got := must(app.FindRecordById("letter_templates", own.Id)).GetString("status"); got != "published" {
		t.Errorf("the area's own copy is %s", got)
	}
	d.refused(d.approve(demo.Manager, l.Id), "template", "newer_version")
	d.ok(pack.InstallPacks(app)) // and again
}
