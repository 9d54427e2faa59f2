package hooks_test

import (
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/champion"
	"holdfast/hooks/kernel"
	"holdfast/hooks/scheme"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// The clock is turned past midnight in summer time and the server was away for days.
func TestALapseIsDatedAtItsOwnMidnight(t *testing.T) {
	app := demotest.App(t)
	r := offer(t, app, nil)
	activate(t, app, r.Id, "2026-03-31") // valid until 31 March 2027, in summer time
	for at, want := range map[string]string{"2027-03-31 22:59": "active"} {
		if err := scheme.TurnScheme(app, instant(at)); err != nil || status(app, r.Id) != want {
			t.Fatalf("at %s: %s (%v)", at, status(app, r.Id), err)
		}
	}
	for range 2 { // written once, also when asked twice
		if err := scheme.TurnScheme(app, instant("2027-04-09 08:00")); err != nil {
			t.Fatal(err)
		}
	}
	lines := must(app.FindRecordsByFilter("champion_history", "registration = {:r} && act = 'lapse'", "", 0, 0, dbx.Params{"r": r.Id}))
	if status(app, r.Id) != "lapsed" || len(lines) != 1 || lines[0].GetString("at") != "2027-03-31 23:00:00.000Z" {
		t.Fatalf("%s, %d lines, %v", status(app, r.Id), len(lines), lines)
	}
	if _, err := app.FindFirstRecordByData("champions", "user", demo.Colleague.ID); err == nil {
		t.Error("still in the directory")
	}
	// And back: the champion asks on the phone, the manager agrees again.
	x := must(app.FindRecordById("champion_registrations", r.Id))
	x.Set("renewal_asked", true)
	if err := as(app, demo.Colleague, "sync", func(tx core.App) error { return tx.Save(x) }); err != nil {
		t.Fatal(err)
	}
	if n := must(app.CountRecords("outbox", dbx.HashExp{"record": r.Id, "kind": "renewal"})); n != 1 {
		t.Fatalf("%d mails to the manager", n)
	}
	if err := scheme.AnswerLink(app, link(t, app, r.Id, "renewal", "2027-04-10 09:00"), scheme.Answer{Agrees: true, Name: "Moira Ash"}, instant("2027-04-11 09:00")); err != nil {
		t.Fatal(err)
	}
	x = must(app.FindRecordById("champion_registrations", r.Id))
	if x.GetString("status") != "renewed" || x.GetString("valid_until") != "2028-04-11" || x.GetBool("renewal_asked") {
		t.Fatalf("%v", x.PublicExport())
	}
}

func TestWhoLeavesTheAgencyIsAChampionNoMore(t *testing.T) {
	app := demotest.App(t)
	for id, change := range map[string]map[string]any{demo.School.ID: {"agency": demo.Outsider.Agency}, demo.Imre.ID: {"active": false}} {
		u := must(app.FindRecordById("users", id))
		u.Load(change)
		if err := app.Save(kernel.AsServer(u)); err != nil {
			t.Fatal(err)
		}
		r := must(app.FindFirstRecordByData("champion_registrations", "user", id))
		if _, err := app.FindFirstRecordByData("champions", "user", id); r.GetString("status") != "withdrawn" || err == nil {
			t.Errorf("%s: %s, in the directory: %v", r.GetString("name"), r.GetString("status"), err == nil)
		}
	}
}

// Two meetings missed in a row end a champion's time, at the midnight after it is on
// record; apologies, an evening that was called off and what came before do not count.
func TestWhoMissesMeetingsInARowLapses(t *testing.T) {
	app := demotest.App(t)
	r := offer(t, app, nil)
	activate(t, app, r.Id, "2027-01-10")
	event := func(kind, day, status, answer, recorded string) {
		t.Helper()
		e := core.NewRecord(must(app.FindCollectionByNameOrId("network_events")))
		e.Load(map[string]any{"title": "Meeting", "kind": kind, "starts_at": day + " 09:00:00.000Z", "status": status})
		if err := app.Save(kernel.AsServer(e)); err != nil {
			t.Fatal(err)
		}
		a := core.NewRecord(must(app.FindCollectionByNameOrId("network_attendance")))
		a.Load(map[string]any{"event": e.Id, "user": demo.Colleague.ID, "answer": answer})
		if err := app.Save(kernel.AsServer(a)); err != nil {
			t.Fatal(err)
		}
		if _, err := app.NonconcurrentDB().Update("network_attendance", dbx.Params{"updated": recorded + " 10:00:00.000Z"}, dbx.HashExp{"id": a.Id}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	meeting := func(day, status, answer, recorded string) { event("meeting", day, status, answer, recorded) }
	turn := func(at, want string) {
		t.Helper()
		if err := scheme.TurnScheme(app, instant(at)); err != nil || status(app, r.Id) != want {
			t.Fatalf("at %s: %s, want %s (%v)", at, status(app, r.Id), want, err)
		}
	}
	meeting("2027-01-05", "held", "missed", "2027-01-05") // before they were one
	meeting("2027-02-05", "held", "missed", "2027-02-05")
	turn("2027-02-20 12:00", "active")
	meeting("2027-03-05", "held", "apologies", "2027-03-05")
	meeting("2027-04-05", "held", "missed", "2027-04-05")
	meeting("2027-05-05", "cancelled", "missed", "2027-05-05")
	event("workshop", "2027-05-06", "held", "missed", "2027-05-06") // is no network meeting
	turn("2027-05-20 12:00", "active")
	meeting("2027-06-05", "held", "missed", "2027-06-07") // written down on the 7th, in summer time
	turn("2027-06-07 22:59", "active")
	turn("2027-06-08 09:00", "lapsed")
	line := must(app.FindRecordsByFilter("champion_history", "registration = {:r} && act = 'lapse'", "", 0, 0, dbx.Params{"r": r.Id}))
	if len(line) != 1 || line[0].GetString("at") != "2027-06-07 23:00:00.000Z" || line[0].GetString("valid_until") != "2027-06-07" ||
		line[0].GetString("reason") != "The last 2 network meetings were missed, the latest on Saturday 5 June 2027." {
		t.Fatalf("%v", line)
	}
	// The manager agrees again: what was missed before is behind them.
	if err := take(app, demo.Coordinator, r.Id, champion.AskRenewal, "2027-06-09 09:00"); err != nil {
		t.Fatal(err)
	}
	if err := scheme.AnswerLink(app, link(t, app, r.Id, "renewal", "2027-06-09 09:00"), scheme.Answer{Agrees: true, Name: "Moira Ash"}, instant("2027-06-10 09:00")); err != nil {
		t.Fatal(err)
	}
	turn("2027-06-12 09:00", "renewed")
	meeting("2027-07-05", "held", "missed", "2027-07-05")
	turn("2027-07-20 09:00", "renewed")
	// An area that does not want it says so, and it ends at once.
	p := core.NewRecord(must(app.FindCollectionByNameOrId("champion_policies")))
	p.Load(map[string]any{"from": "2027-07-21", "valid_months": 12, "remind_days": []int{30}, "link_days": 14, "staff_per_champion": 25, "lead_from": 3, "missed_meetings": 0})
	if err := app.Save(kernel.AsServer(p)); err != nil {
		t.Fatal(err)
	}
	meeting("2027-08-05", "held", "missed", "2027-08-05")
	turn("2027-08-20 09:00", "renewed")
}
