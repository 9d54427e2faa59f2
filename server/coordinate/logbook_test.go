package coordinate

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"holdfast/server/demo"
)

// entryOf is a logbook's form as somebody fills it in.
func entryOf(page answer, values map[string]string) url.Values {
	form := page.fields()
	for k, v := range values {
		form.Set(k, v)
	}
	return form
}

var (
	passedOn = map[string]string{"on": "2026-11-18", "audience": "Year 5 and 6 teachers", "people": "11", "topic": "Small things, far apart, add up", "resource": demo.ID("resource", 2), "feedback": "They asked for more."}
	advised  = map[string]string{"on": "2026-11-17", "minutes": "45", "people": "2", "questions": "thresholds", "advice": "record_more", "note": "When lateness is a pattern."}
)

// A champion records what they did for colleagues and puts it right; the lead of the
// agency and the coordinator read it; nobody else does, and nobody else changes it.
func TestAChampionKeepsTheLogbooks(t *testing.T) {
	d := openDesk(t)
	desk := d.as(demo.Coordinator)
	champion := d.as(demo.Colleague)
	for _, path := range []string{"/coordinate/cascade", "/coordinate/surgeries", "/coordinate/cascade/new", "/coordinate/surgeries.csv"} {
		wants(t, champion.get(path), 403, "not for your role")
	}
	lacks(t, champion.get("/coordinate"), ">Network<")
	d.raise(desk, d.offer(demo.Colleague, nil).Id)
	wants(t, champion.get("/coordinate"), 200, ">Network<")
	wants(t, champion.get("/coordinate/surgeries"), 200, ">Passed on</a>", ">Surgery sessions</a>")
	for _, c := range []struct {
		path, noun      string
		values          map[string]string
		shows, figure   string
		change, changed string
	}{
		{"/coordinate/cascade", "cascade_log", passedOn, "Small things, far apart, add up", "People reached, counted each time</dt><dd>11</dd>", "people", "12"},
		{"/coordinate/surgeries", "surgery_sessions", advised, "Thresholds", "Minutes</dt><dd>45</dd>", "minutes", "50"},
	} {
		blank := champion.get(c.path + "/new")
		wants(t, blank, 200, "no name or initials, no date of birth, no number or reference", `value="2026-11-20"`)
		made := champion.post(c.path, entryOf(blank, c.values))
		if made.status != 303 {
			t.Fatal(made.status, made.body)
		}
		at := strings.TrimSuffix(made.header.Get("Location"), "?done=new")
		id := at[strings.LastIndex(at, "/")+1:]
		wants(t, champion.get(made.header.Get("Location")), 200, "It is recorded.", c.shows, "Correct this", "recorded it on these pages", demo.Colleague.Name)
		if r := d.field(c.noun, id, "user") + d.field(c.noun, id, "agency"); r != demo.Colleague.ID+demo.Colleague.Agency {
			t.Errorf("%s is of %s", c.noun, r)
		}
		old := entryOf(champion.get(at+"/change"), c.values)
		form := entryOf(champion.get(at+"/change"), c.values)
		form.Set(c.change, c.changed)
		if a := champion.post(at, form); a.status != 303 {
			t.Fatal(a.status, a.body)
		}
		wants(t, champion.get(at+"?done=change"), 200, "It is corrected.", c.changed, "corrected it on these pages", "Fields: "+c.change)
		wants(t, champion.post(at, old), 409, "has changed since you opened it") // as a phone may have corrected it
		wants(t, champion.get(c.path), 200, c.shows, strings.ReplaceAll(strings.ReplaceAll(c.figure, "45", "50"), "11", "12"))

		wants(t, desk.get(at), 200, c.shows, demo.Colleague.Name)
		lacks(t, desk.get(at), "Correct this")
		wants(t, desk.get(at+"/change"), 403, "for who recorded it to correct")
		wants(t, desk.post(at, entryOf(desk.get(c.path+"/new"), c.values)), 403, "for who recorded it to correct")
		wants(t, desk.get(c.path+".csv"), 200, demo.Colleague.Name, c.changed)

		d.give(demo.Practitioner, map[string]any{"roles": []string{"agency_lead"}}) // of the same agency
		lead := d.as(demo.Practitioner)
		wants(t, lead.get(at), 200, c.shows)
		wants(t, lead.get(c.path+"/new"), 403)
		wants(t, lead.post(c.path, entryOf(lead.get("/coordinate"), c.values)), 403)
		d.give(demo.Outsider, map[string]any{"roles": []string{"agency_lead"}}) // of another
		other := d.as(demo.Outsider)
		wants(t, other.get(at), 404)
		wants(t, other.get(at+"/change"), 404)
		lacks(t, other.get(c.path), demo.Colleague.Name)
		lacks(t, other.get(c.path+".csv"), demo.Colleague.Name)
		wants(t, d.as(demo.Manager).get(at), 403)
		if n, err := d.App.CountRecords(c.noun); err != nil || n != 1 {
			t.Errorf("%d in %s (%v)", n, c.noun, err)
		}
	}
}

func TestNoChildAndNothingOddEntersALogbook(t *testing.T) {
	d := openDesk(t)
	d.raise(d.as(demo.Coordinator), d.offer(demo.Colleague, nil).Id)
	b := d.as(demo.Colleague)
	for _, c := range []struct {
		path, field, value, says string
		base                     map[string]string
	}{
		{"/coordinate/surgeries", "note", "About FM-0001.", "could lead to a child", advised},
		{"/coordinate/surgeries", "note", "Number 943 476 5919", "an NHS number", advised},
		{"/coordinate/surgeries", "note", strings.Repeat("x", 10_000), "500", advised},
		{"/coordinate/surgeries", "minutes", "-1", "Enter a whole number", advised},
		{"/coordinate/surgeries", "on", "2099-01-01", "still to come", advised},
		{"/coordinate/surgeries", "on", "2026-02-30", "Enter a day", advised},
		{"/coordinate/surgeries", "questions", "gossip", "", advised},
		{"/coordinate/cascade", "topic", "The child of 09/04/2017", "could lead to a child", passedOn},
		{"/coordinate/cascade", "audience", "", "Enter to whom", passedOn},
		{"/coordinate/cascade", "people", "many", "Enter a whole number", passedOn},
		{"/coordinate/cascade", "resource", "none00000000000", "", passedOn},
		{"/coordinate/cascade", "feedback", "d.o.b. 3 May", "a date of birth", passedOn},
	} {
		form := entryOf(b.get(c.path+"/new"), c.base)
		form.Set(c.field, c.value)
		a := b.post(c.path, form)
		wants(t, a, 422, c.says, `href="#`+c.field+`"`, "There is a problem")
		if len(c.value) < 100 && c.field != "questions" && c.field != "resource" {
			wants(t, a, 422, c.value) // what was typed is still there
		}
	}
	for _, noun := range []string{"cascade_log", "surgery_sessions"} {
		if n, err := d.App.CountRecords(noun); err != nil || n != 0 {
			t.Errorf("%d in %s (%v)", n, noun, err)
		}
	}
}

func TestALogbookIsNarrowedByItsAddress(t *testing.T) {
	d := openDesk(t)
	for i, s := range []struct {
		who       demo.Person
		on, asked string
		minutes   int
	}{
		{demo.Colleague, "2026-05-01", "thresholds", 30}, {demo.Colleague, "2026-06-01", "recording", 40}, {demo.School, "2026-06-02", "thresholds", 50},
	} {
		d.keep("surgery_sessions", map[string]any{"user": s.who.ID, "agency": s.who.Agency, "on": s.on, "minutes": s.minutes, "people": i + 1, "questions": []string{s.asked}})
	}
	b := d.as(demo.Coordinator)
	for query, want := range map[string]string{
		"": "3 120", "?topic=thresholds": "2 80", "?from=2026-06-01": "2 90", "?until=2026-06-01": "2 70", "?from=2026-06-01&until=2026-06-01": "1 40",
		"?agency=" + demo.School.Agency: "1 50", "?q=" + url.QueryEscape(demo.Colleague.Name): "2 70", "?topic=nothing": "0 0", "?q=%25": "0 0",
	} {
		a := b.get("/coordinate/surgeries" + query)
		wants(t, a, 200)
		if got := between(a.body, "<dt>Sessions</dt><dd>", "<") + " " + between(a.body, "<dt>Minutes</dt><dd>", "<"); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
		if rows := strings.Count(b.get("/coordinate/surgeries.csv"+query).body, "\r\n") - 1; fmt.Sprint(rows) != want[:1] {
			t.Errorf("%s: the file has %d", query, rows)
		}
	}
	wants(t, b.get("/coordinate/surgeries"), 200, "<li>Thresholds: 2</li>")
	first := b.get("/coordinate/surgeries?sort=reached&order=up").text()
	if strings.Index(first, "1 May 2026") > strings.Index(first, "2 June 2026") {
		t.Error("not sorted")
	}
	wants(t, b.get("/coordinate/surgeries?from=soon"), 422, "Error: Surgery sessions", `href="#from"`)
	wants(t, b.get("/coordinate/surgeries.csv?until=2026-02-30"), 422)
}
