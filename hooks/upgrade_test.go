package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	_ "holdfast/collections/migrations"
	"holdfast/hooks"
	"holdfast/hooks/feed"
	"holdfast/hooks/store"
	"holdfast/server/demo"
)

// firstDays is a store as the first release made it, with the hooks of this one.
func firstDays(t *testing.T) core.App {
	t.Helper()
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir(), DBConnect: store.Open})
	hooks.Bind(app)
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ResetBootstrapState() })
	var first core.MigrationsList
	first.Copy(core.SystemMigrations)
	for _, m := range core.AppMigrations.Items() {
		if m.File <= "1763800001_settings.go" {
			first.Register(m.Up, m.Down, m.File)
		}
	}
	if _, err := core.NewMigrationsRunner(app, first).Up(); err != nil {
		t.Fatal(err)
	}
	if err := feed.Install(app); err != nil {
		t.Fatal(err)
	}
	return app
}

// Two accounts of the first days whose addresses differ by capitals alone: the server
// starts, the one in use keeps the address, the other keeps its records and is set aside.
func TestAStoreInWhichTwoAccountsShareAnAddressStarts(t *testing.T) {
	app := firstDays(t)
	for id, row := range map[string]dbx.Params{
		"inuse0000000001": {"email": "Prac@t.example", "active": true, "created": "2026-02-01 09:00:00.000Z"},
		"older0000000001": {"email": "prac@t.example", "active": false, "created": "2026-01-01 09:00:00.000Z"},
		"alone0000000001": {"email": "Alone@t.example", "active": true, "created": "2026-01-01 09:00:00.000Z"},
	} {
		row["id"], row["tokenKey"], row["password"], row["name"] = id, strings.Repeat(id, 3), "x", id
		if _, err := app.NonconcurrentDB().Insert("users", row).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	if err := hooks.Ready(app); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"inuse0000000001": "prac@t.example", "older0000000001": "older0000000001@set-aside.invalid", "alone0000000001": "alone@t.example"} {
		if r := must(app.FindRecordById("users", id)); r.Email() != want || r.GetString("name") != id {
			t.Errorf("%s is %s", id, r.Email())
		}
	}
}

// A store of the first days, in use, takes every later step: its rows stay, and the
// feed captures the nouns it did not know.
func TestAStoreInUseTakesTheLaterSteps(t *testing.T) {
	app := firstDays(t)
	const agency = "oldagency000001"
	if _, err := app.NonconcurrentDB().Insert("agencies", dbx.Params{"id": agency, "name": "Fellmoor School", "kind": "school", "active": true,
		"created": "2026-01-05 09:00:00.000Z", "updated": "2026-01-05 09:00:00.000Z"}).Execute(); err != nil { // as the server of those days wrote it
		t.Fatal(err)
	}
	before := must(feed.Rev(app.ConcurrentDB(), "agencies", agency))

	if err := hooks.Ready(app); err != nil {
		t.Fatal(err)
	}
	if r := must(app.FindRecordById("agencies", agency)); r.GetString("name") != "Fellmoor School" {
		t.Errorf("the agency is %q", r.GetString("name"))
	}
	if after := must(feed.Rev(app.ConcurrentDB(), "agencies", agency)); after != before || before == 0 {
		t.Errorf("an agency that nobody touched went from %d to %d", before, after)
	}
	for _, n := range collections.All() {
		if _, err := app.FindCollectionByNameOrId(n.Name); err != nil {
			t.Errorf("%s is not there: %v", n.Name, err)
		}
	}
}

// What letters told their pathways before it was kept of which line it came is named by
// the step that keeps it, and still counts; what somebody had sent by hand does not.
func TestAStoreInUseKeepsWhatItsLettersTold(t *testing.T) {
	d := newDesk(t)
	p := d.opened(3)
	l := d.draft(demo.Practitioner, "L1_missed", map[string]any{"pathway": p})
	d.ok(d.approve(demo.Manager, l.Id))
	d.ok(d.event(demo.Practitioner, l.Id, "posted"))
	forged := d.make(demo.Practitioner, "pathway_events", map[string]any{"case": demo.CaseID(1), "pathway": p, "kind": "letter.issued", "occurred_at": daysAgo(1, 9),
		"data": map[string]any{"letter_id": "aletterofnobody", "letter": "first", "channel": "posted", "safe_contact": true, "merge_clean": true}})
	want, lines := d.told(p), d.lines(p)
	if _, err := d.app.NonconcurrentDB().NewQuery("UPDATE pathway_events SET arises_from = '', verdict = 'accepted' WHERE kind LIKE 'letter.%'").Execute(); err != nil {
		t.Fatal(err)
	}
	for _, m := range core.AppMigrations.Items() {
		if m.File == "1764500001_letter_lines.go" {
			d.ok(m.Up(d.app))
		}
	}
	if got := d.lines(p); got != lines {
		t.Errorf("%s\nwant %s", got, lines)
	}
	d.ok(hooks.ReadPathways(d.app, time.Now()))
	if got := d.told(p); got != want || must(d.app.FindRecordById("pathway_events", forged.Id)).GetString("verdict") != "attempted" {
		t.Errorf("%s\nwant %s", got, want)
	}
	if d.state(p) != "letter_1" {
		t.Error(d.state(p))
	}
}

// lines are what the pathway's events of its letters arise from.
func (d *desk) lines(pathway string) string {
	d.t.Helper()
	var list []string
	for _, r := range must(d.app.FindRecordsByFilter("pathway_events", "pathway = {:p} && kind ~ 'letter.%'", "@rowid", 0, 0, dbx.Params{"p": pathway})) {
		list = append(list, r.GetString("kind")+" of "+r.GetString("arises_from"))
	}
	return strings.Join(list, ", ")
}

// Risks from before it was kept what resolved them, and how many were told: as they stood.
// Where one resolution had ended two and named neither, the next reading opens both again,
// and has them told: nobody knows which of them was over (A4).
func TestRisksFromBeforeKeepWhatResolvedThem(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.Practitioner, demo.CaseID(1), time.Hour)
	resolve := func(data map[string]any) *core.Record {
		return d.tells(demo.Manager, p, "immediate_risk.resolved", data)
	}
	alone := d.raises(demo.School, p, "A bruise.")
	over := resolve(map[string]any{"how": "Seen.", "spoken_to": "Dr Vale"})
	one, two := d.raises(demo.School, p, "Another."), d.raises(demo.Practitioner, p, "The gas was on.")
	both := resolve(map[string]any{"how": "Off.", "spoken_to": "The company", "risk": two.Id})
	still := d.raises(demo.School, p, "And today.")
	for _, s := range []string{ // as it was then
		`UPDATE pathway_events SET told = 0, resolved_by = ''`,
		`UPDATE pathway_events SET data = json_remove(data, '$.risk') WHERE id IN ('` + over.Id + `', '` + both.Id + `')`,
		`DELETE FROM risk_alarms`,
	} {
		if _, err := d.NonconcurrentDB().NewQuery(s).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range core.AppMigrations.Items() {
		if m.File == "1765000001_immediate_risk.go" {
			if err := m.Up(d.App); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		risk *core.Record
		over string
	}{{alone, over.Id}, {one, both.Id}, {two, both.Id}} {
		if r := d.fresh(c.risk); r.GetString("resolved_by") != c.over {
			t.Errorf("%s: resolved by %q", r.GetString("data"), r.GetString("resolved_by"))
		}
	}
	if r := d.fresh(still); r.GetInt("told") != 2 || r.GetString("resolved_by") != "" {
		t.Errorf("the open one: told %d, resolved by %q", r.GetInt("told"), r.GetString("resolved_by"))
	}
	d.reads(time.Now())
	if d.fresh(alone).GetString("resolved_by") != over.Id {
		t.Error("the one that was alone is open again")
	}
	for _, r := range []*core.Record{one, two} {
		if d.fresh(r).GetString("resolved_by") != "" || d.hears(r, "at_once")[demo.Manager.ID] == nil {
			t.Error("it was not said which was over, and one is not told again")
		}
	}
}
