package hooks_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/pack"
	"holdfast/server/demo"
)

// older puts the bundled pathway of a key back to what an earlier release brought: another
// text under the same key, in use, with a pathway open on it.
func (d *office) older(key string) (was, open *core.Record) {
	d.t.Helper()
	was = d.template(key)
	body := strings.Replace(was.GetString("body"), `"due_soon_hours": 24`, `"due_soon_hours": 23`, 1)
	body = strings.Replace(body, `"due_soon_hours":24`, `"due_soon_hours":23`, 1)
	_, err := d.NonconcurrentDB().NewQuery(`UPDATE pathway_templates SET body = {:b}, hash = 'of an earlier release' WHERE id = {:id}`).
		Bind(dbx.Params{"b": body, "id": was.Id}).Execute()
	if err != nil {
		d.t.Fatal(err)
	}
	open = d.does(&demo.Practitioner, "pathways", "", map[string]any{"case": demo.CaseID(8), "template": was.Id, "opened_at": types.NowDateTime()})
	return d.fresh(was), open
}

// A release that brings a better pathway puts it into use in the place of its own earlier
// one; a pathway that is open keeps the version it is on, and can be moved.
func TestAReleaseBringsTheNextVersionOfAPathway(t *testing.T) {
	d := openOffice(t)
	was, open := d.older(early)
	for range 2 { // the second start finds it there
		if err := pack.InstallPacks(d.App); err != nil {
			t.Fatal(err)
		}
	}
	next := d.template(early)
	if next.Id == was.Id || next.GetInt("version") != was.GetInt("version")+1 || next.GetString("derived_from") != was.Id || next.GetString("change_note") == "" {
		t.Fatalf("in use is version %d, from %q", next.GetInt("version"), next.GetString("derived_from"))
	}
	if all := must(d.FindAllRecords("pathway_templates", dbx.HashExp{"key": early})); len(all) != 2 {
		t.Errorf("%d versions", len(all))
	}
	if d.fresh(was).GetString("status") != "superseded" {
		t.Error("two versions are in use")
	}
	d.tells(demo.Practitioner, open, "manager.told", nil)
	if d.fresh(open).GetString("template") != was.Id {
		t.Error("an open pathway was moved by a release")
	}
	if e := d.tells(demo.Practitioner, open, "migration.proposed", map[string]any{"to": next.Id, "reason": "it watches on"}); e.GetString("verdict") != "accepted" {
		t.Error(e.GetString("reasons"))
	}
}

// What an area wrote stays in use: ours waits beside it, to be read.
func TestAReleaseLeavesAnAreasOwnVersionInUse(t *testing.T) {
	d := openOffice(t)
	d.older(early)
	body := d.changedBody(early, "Tell your manager", "Tell your team manager")
	own := d.does(&demo.Coordinator, "pathway_templates", "", map[string]any{"key": early, "title": "Ours", "body": body, "change_note": "n"})
	d.does(nil, "pathway_templates", own.Id, map[string]any{"status": "published"})
	if err := pack.InstallPacks(d.App); err != nil {
		t.Fatal(err)
	}
	if d.template(early).Id != own.Id {
		t.Error("a release took an area's own version out of use")
	}
	waits := must(d.FindFirstRecordByFilter("pathway_templates", "key = {:k} && status = 'draft'", dbx.Params{"k": early}))
	if waits.GetInt("version") != 3 || waits.GetString("change_note") == "" {
		t.Errorf("version %d, %q", waits.GetInt("version"), waits.GetString("change_note"))
	}
	if err := pack.InstallPacks(d.App); err != nil {
		t.Fatal(err)
	}
	if all := must(d.FindAllRecords("pathway_templates", dbx.HashExp{"key": early})); len(all) != 3 {
		t.Errorf("%d versions after another start", len(all))
	}
}
