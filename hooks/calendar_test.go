package hooks_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/engagement"
	"holdfast/hooks/workday"
	"holdfast/server/demo"
)

const england = "england-and-wales"

func (d *office) calendar(key string) *core.Record {
	d.t.Helper()
	return must(d.FindFirstRecordByData("calendars", "key", key))
}

// shut is a calendar's body with closures on the next days from today.
func (d *office) shut(key string, days int) string {
	d.t.Helper()
	c := must(workday.Parse([]byte(d.calendar(key).GetString("body"))))
	today := workday.Of(time.Now())
	for i := 1; i <= days; i++ {
		c.Closures[today.AddDays(i)] = "The office is shut"
	}
	return string(c.Body())
}

// An edit is a new version; the old one stays readable; who may is a coordinator.
func TestACalendarIsEditedByVersions(t *testing.T) {
	d := openOffice(t)
	r := d.calendar(england)
	before := r.GetString("hash")
	d.does(&demo.Coordinator, "calendars", r.Id, map[string]any{"body": d.shut(england, 3), "change_note": "Repairs"})
	now := d.fresh(r)
	if now.GetInt("version") != 2 || now.GetString("hash") == before || now.GetString("changed_by") != demo.Coordinator.ID || !strings.Contains(now.GetString("body"), `"version":2`) {
		t.Fatalf("%v", now.PublicExport())
	}
	kept := must(d.FindAllRecords("calendar_versions", dbx.HashExp{"key": england}))
	if len(kept) != 2 || kept[0].GetString("hash") != before || kept[1].GetString("hash") != now.GetString("hash") {
		t.Fatalf("%d versions kept", len(kept))
	}
	for say, body := range map[string]string{
		"of an old version": strings.Replace(d.shut(england, 9), `"version":2`, `"version":1`, 1),
		"of no working day": strings.Replace(d.shut(england, 9), `["saturday","sunday"]`, `["monday","tuesday","wednesday","thursday","friday","saturday","sunday"]`, 1),
		"of another key":    strings.Replace(d.shut(england, 9), `"key":"england-and-wales"`, `"key":"elsewhere"`, 1),
		"no JSON":           `{`,
	} {
		if _, err := d.by(&demo.Coordinator, "calendars", r.Id, map[string]any{"body": body}); err == nil {
			t.Errorf("a body %s was taken", say)
		}
	}
	for _, field := range []string{"version", "hash"} {
		if _, err := d.by(&demo.Coordinator, "calendars", r.Id, map[string]any{field: "7"}); err == nil {
			t.Errorf("%s was set by hand", field)
		}
	}
	var same map[string]any
	if err := json.Unmarshal([]byte(d.fresh(r).GetString("body")), &same); err != nil {
		t.Fatal(err)
	}
	d.does(&demo.Coordinator, "calendars", r.Id, map[string]any{"body": same}) // other order of members
	d.does(&demo.Coordinator, "calendars", r.Id, map[string]any{"title": "England, Wales"})
	if now := d.fresh(r); now.GetInt("version") != 3 || !strings.Contains(now.GetString("body"), "England, Wales") {
		t.Errorf("version %d", now.GetInt("version"))
	}
	if err := d.Delete(d.fresh(r)); err == nil {
		t.Error("a calendar that days were counted by was deleted")
	}
}

// The lead agency chooses, else the agency above it, else England and Wales.
func TestAnAgencyChoosesItsCalendar(t *testing.T) {
	d := openOffice(t)
	body := strings.Replace(d.shut(england, 4), `"key":"england-and-wales"`, `"key":"fellmoor"`, 1)
	own := d.does(&demo.Coordinator, "calendars", "", map[string]any{"key": "fellmoor", "title": "Fellmoor", "body": body})
	lead, above := demo.Agencies[0].ID, demo.Agencies[3].ID
	if p := d.opens(demo.Practitioner, demo.CaseID(8), time.Hour); p.GetString("calendar") != "" && d.fresh(p).GetString("calendar") != england {
		t.Errorf("%v", d.fresh(p).PublicExport())
	}
	d.does(nil, "agencies", above, map[string]any{"calendar": own.Id})
	d.does(nil, "agencies", lead, map[string]any{"parent": above})
	p := d.fresh(d.opens(demo.Practitioner, demo.CaseID(2), time.Hour))
	s := d.step(p, "check-barriers")
	if p.GetString("calendar") != "fellmoor" || s.GetString("calendar") != "fellmoor" || s.GetInt("calendar_version") != 1 {
		t.Errorf("%v\n%v", p.PublicExport(), s.PublicExport())
	}
	if err := engagement.RecountCalendars(d.App); err != nil { // the one opened before went over, and said so
		t.Fatal(err)
	}
	d.does(nil, "agencies", above, map[string]any{"parent": lead}) // a ring ends the search, not the server
	d.does(nil, "agencies", above, map[string]any{"calendar": ""})
	if p := d.fresh(d.opens(demo.Practitioner, demo.CaseID(5), time.Hour)); p.GetString("calendar") != england {
		t.Error(p.GetString("calendar"))
	}
}

// A change moves what is open, once, and says so; a crash in the middle neither loses
// nor doubles an event; what is done keeps its day and its version.
func TestAChangedCalendarIsCountedAnewOnce(t *testing.T) {
	d := openOffice(t)
	var all []*core.Record
	for _, n := range []int{1, 2, 3, 5, 8} {
		all = append(all, d.opens(demo.Practitioner, demo.CaseID(n), time.Minute))
	}
	d.tells(demo.Practitioner, all[0], "barrier.checked", map[string]any{"areas": []string{"language", "literacy", "disability", "health", "work_pattern", "fear_or_abuse", "wrong_address"}})
	done, due := d.step(all[0], "check-barriers"), d.step(all[0], "each-child").GetString("due_on")
	r := d.calendar(england)
	d.does(&demo.Coordinator, "calendars", r.Id, map[string]any{"body": d.shut(england, 20)})

	crash, calls := errors.New("the power went"), 0
	hook := d.OnRecordCreateExecute("pathway_events").BindFunc(func(e *core.RecordEvent) error {
		if calls++; calls == 3 {
			return crash
		}
		if err := e.Next(); err != nil || calls != 4 {
			return err
		}
		return crash // after the row, before the commit
	})
	if err := engagement.RecountCalendars(d.App); !errors.Is(err, crash) {
		t.Fatalf("the crash was lost: %v", err)
	}
	if left := must(d.CountRecords("pathways", dbx.HashExp{"ended": false, "calendar_version": 1})); left != 2 {
		t.Errorf("%d are still to be counted after two crashes, want 2", left) // Fellmoor's own are open too
	}
	for _, p := range all {
		events, version := len(d.events(p, "calendar.changed")), d.fresh(p).GetInt("calendar_version")
		if events != version-1 {
			t.Errorf("version %d with %d events: half of it was written", version, events)
		}
	}
	d.OnRecordCreateExecute("pathway_events").Unbind(hook)
	for range 3 {
		if err := engagement.RecountCalendars(d.App); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range all {
		events := d.events(p, "calendar.changed")
		if len(events) != 1 || events[0].GetString("verdict") != "accepted" || events[0].GetString("author") != "" || !strings.Contains(events[0].GetString("data"), `"timer":"T5"`) {
			t.Fatalf("%d events; want one that says what moved: %v", len(events), events)
		}
		s := d.step(p, "each-child")
		if s.GetString("due_on") <= due || s.GetInt("calendar_version") != 2 || d.fresh(p).GetInt("calendar_version") != 2 {
			t.Errorf("%v", s.PublicExport())
		}
	}
	if now := d.fresh(done); now.GetString("due_on") != done.GetString("due_on") || now.GetInt("calendar_version") != 1 {
		t.Errorf("what was done has moved: %v", now.PublicExport())
	}
}

// Between the change and the minute's run somebody writes: that too says what moved.
func TestAnEventBeforeTheRunDoesNotMoveDaysInSilence(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.Practitioner, demo.CaseID(8), time.Minute)
	d.does(&demo.Coordinator, "calendars", d.calendar(england).Id, map[string]any{"body": d.shut(england, 20)})
	d.tells(demo.Practitioner, p, "manager.told", nil)
	if err := engagement.RecountCalendars(d.App); err != nil {
		t.Fatal(err)
	}
	events := d.events(p, "calendar.changed")
	if len(events) != 1 || events[0].GetString("author") != "" || events[0].GetString("role") != "system" {
		t.Fatalf("%d events", len(events))
	}
	entry := must(d.FindFirstRecordByFilter("audit_log", "record = {:r} && verb = 'create'", dbx.Params{"r": events[0].Id}))
	if entry.GetString("actor") != "" {
		t.Error("the worker is on record for what the server did")
	}
}

// A change that moves nothing is taken up without an event; one by hand is refused.
func TestAChangeThatMovesNothingSaysNothing(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.Practitioner, demo.CaseID(8), time.Minute)
	c := must(workday.Parse([]byte(d.calendar(england).GetString("body"))))
	c.Closures[workday.Of(time.Now()).AddDays(700)] = "Far off"
	d.does(&demo.Coordinator, "calendars", d.calendar(england).Id, map[string]any{"body": string(c.Body())})
	if err := engagement.RecountCalendars(d.App); err != nil {
		t.Fatal(err)
	}
	if n := len(d.events(p, "calendar.changed")); n != 0 || d.fresh(p).GetInt("calendar_version") != 2 {
		t.Errorf("%d events, version %d", n, d.fresh(p).GetInt("calendar_version"))
	}
	for _, who := range []*demo.Person{&demo.Manager, nil} {
		if _, err := d.by(who, "pathway_events", "", map[string]any{
			"case": p.GetString("case"), "pathway": p.Id, "kind": "calendar.changed", "occurred_at": time.Now(), "data": map[string]any{"from_version": "1", "version": "2"},
		}); err == nil {
			t.Error("a hand wrote calendar.changed")
		}
	}
}
