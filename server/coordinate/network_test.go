package coordinate

import (
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// gather gives the desk a network: an event with attendance of the colleague and of
// the school, and good practice at three stages.
func (d *desk) gather() {
	d.t.Helper()
	err := kernel.Within(d.App, kernel.Actor{Door: "test"}, func(tx core.App) error {
		for _, r := range []struct {
			noun   string
			values map[string]any
		}{
			{"network_events", map[string]any{"id": demo.ID("event", 1), "title": "Winter meeting", "kind": "meeting", "starts_at": "2026-11-19 10:00:00.000Z", "status": "held", "place": "The hall", "description": "To meet."}},
			{"network_attendance", map[string]any{"event": demo.ID("event", 1), "user": demo.Colleague.ID, "answer": "attended"}},
			{"network_attendance", map[string]any{"event": demo.ID("event", 1), "user": demo.School.ID, "answer": "apologies"}},
			{"surgery_sessions", map[string]any{"id": demo.ID("surgery", 1), "user": demo.Colleague.ID, "agency": demo.Colleague.Agency, "on": "2026-11-18", "minutes": 30, "people": 2, "questions": []string{"thresholds"}, "note": "In general."}},
			{"cascade_log", map[string]any{"id": demo.ID("cascade", 1), "user": demo.Colleague.ID, "agency": demo.Colleague.Agency, "on": "2026-11-18", "audience": "Team", "topic": "Small things", "people": 4}},
			{"good_practice", map[string]any{"id": demo.ID("practice", 1), "user": demo.Colleague.ID, "agency": demo.Colleague.Agency, "title": "Texting before", "body": "It helps.", "status": "submitted"}},
			{"good_practice", map[string]any{"id": demo.ID("practice", 2), "user": demo.Colleague.ID, "agency": demo.Colleague.Agency, "title": "Shared words", "body": "It helped.", "status": "submitted"}},
			{"good_practice", map[string]any{"id": demo.ID("practice", 3), "user": demo.Colleague.ID, "agency": demo.Colleague.Agency, "title": "A draft", "body": "Not yet.", "status": "draft"}},
		} {
			c, err := tx.FindCachedCollectionByNameOrId(r.noun)
			if err != nil {
				return err
			}
			rec := core.NewRecord(c)
			rec.Load(r.values)
			if err := tx.Save(kernel.AsServer(rec)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	b := d.as(demo.Coordinator)
	form := b.get("/coordinate/good-practice/" + demo.ID("practice", 2)).fields()
	if a := b.post("/coordinate/good-practice/"+demo.ID("practice", 2)+"/share", form); a.status != 303 {
		d.t.Fatal(a.status, a.body)
	}
}

// listed puts a registration's person into the directory, past the scheme.
func (d *desk) listed(r *core.Record) {
	d.t.Helper()
	c, err := d.App.FindCollectionByNameOrId("champions")
	if err != nil {
		d.t.Fatal(err)
	}
	agency, err := d.App.FindRecordById("agencies", r.GetString("agency"))
	if err != nil {
		d.t.Fatal(err)
	}
	e := core.NewRecord(c)
	e.Load(map[string]any{"user": r.GetString("user"), "agency": agency.Id, "agency_name": agency.GetString("name"), "name": r.GetString("name"), "since": "2026-11-20"})
	if err := d.App.Save(kernel.AsServer(e)); err != nil {
		d.t.Fatal(err)
	}
}

func TestTheCoordinatorRecordsWhoCame(t *testing.T) {
	d := openDesk(t)
	b := d.as(demo.Coordinator)
	d.raise(b, d.offer(demo.Outsider, nil).Id)
	form := b.get("/coordinate/events/new").fields()
	for k, v := range map[string]string{"title": "Workshop: the child\u2019s day", "kind": "workshop", "day": "2026-07-01", "time": "09:30", "minutes": "90", "status": "held"} {
		form.Set(k, v)
	}
	made := b.post("/coordinate/events", form)
	if made.status != 303 {
		t.Fatal(made.status, made.body)
	}
	page := strings.TrimSuffix(made.header.Get("Location"), "?done=event")
	seen := b.get(made.header.Get("Location"))
	wants(t, seen, 200, "The event is saved.", "Wednesday 1 July 2026, 9:30am", demo.Outsider.Name, "Not recorded")
	r, err := d.App.FindFirstRecordByData("network_events", "kind", "workshop")
	if err != nil || r.GetString("starts_at") != "2026-07-01 08:30:00.000Z" { // summer time
		t.Fatal(r, err)
	}
	answers := seen.fields()
	answers.Set("answer-"+demo.Outsider.ID, "attended")
	for range 2 { // a form sent twice records once
		if a := b.post(page+"/attendance", answers); a.status != 303 {
			t.Fatal(a.status, a.body)
		}
	}
	wants(t, b.get(page+"?done=attendance"), 200, "The attendance is saved.", "Attended: 1.")
	wants(t, b.get(page+"/attendance.csv"), 200, `"Otto Byrne","Northgate Housing","Attended"`)
	if n, err := d.App.CountRecords("network_attendance"); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	for _, odd := range []string{"maybe", "'"} {
		answers.Set("answer-"+demo.Outsider.ID, odd)
		wants(t, b.post(page+"/attendance", answers), 400)
	}
	answers = url.Values{"seal": answers["seal"], "answer-nobody000000000": {"attended"}}
	wants(t, b.post(page+"/attendance", answers), 400)

	form.Set("day", "soon")
	form.Set("title", "")
	form.Set("minutes", "-3")
	wants(t, b.post("/coordinate/events", form), 422, "Enter a title", "Enter a day and a time", "Enter a whole number", `href="#day"`)
	form.Set("day", "2026-07-02")
	form.Set("title", "About FM-0001")
	form.Set("minutes", "30")
	wants(t, b.post("/coordinate/events", form), 422, "could lead to a child")
}

func TestGoodPracticeIsReadAndShared(t *testing.T) {
	d := openDesk(t)
	d.gather()
	b := d.as(demo.Coordinator)
	path := "/coordinate/good-practice/" + demo.ID("practice", 1)
	wants(t, b.get("/coordinate"), 200, "1 to read")
	list := b.get("/coordinate/good-practice?status=submitted")
	wants(t, list, 200, "Texting before", "1 entry")
	lacks(t, list, "A draft", "Shared words")
	old := b.get(path).fields()
	wants(t, b.post(path+"/decline", old), 422, "Enter why you are declining it", `href="#decline-reason"`)
	if a := b.post(path+"/share", old); a.status != 303 {
		t.Fatal(a.status, a.body)
	}
	wants(t, b.get(path+"?done=shared"), 200, "Shared.", "Withdraw")
	wants(t, b.post(path+"/share", old), 409, "has changed since you opened it")
	d.give(demo.Practitioner, map[string]any{"roles": []string{"agency_lead"}})
	lead := d.as(demo.Practitioner)
	wants(t, lead.get(path), 200, "It helps.")
	lacks(t, lead.get(path), "Withdraw")
	form := b.get(path).fields()
	form.Set("reason", "Too close to one family.")
	if a := b.post(path+"/withdraw", form); a.status != 303 {
		t.Fatal(a.status, a.body)
	}
	wants(t, lead.get(path), 404)
}
