package hooks_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
	"holdfast/server/gate"
	"holdfast/server/sync"
)

// Every field that holds a day or a moment says what it is of; nothing else does.
func TestEveryDayAndMomentSaysWhatItIsOf(t *testing.T) {
	for _, n := range collections.All() {
		for _, f := range n.Fields {
			_, moment := f.(*core.DateField)
			if when := collections.WhenOf(f); (moment || collections.IsDay(f)) != (when != "") || when != n.Times()[f.GetName()] {
				t.Errorf("%s.%s: %q", n.Name, f.GetName(), when)
			}
		}
	}
	if len(collections.ByName("people").Times()) != 7 {
		t.Error(collections.ByName("people").Times())
	}
}

// doors are the ways by which a person's record comes in; each answers the codes of the
// fields that were refused.
type doors struct {
	*demotest.Server
	t               *testing.T
	token, operator string
	n               int
}

func openDoors(t *testing.T) *doors {
	s := demotest.Serve(t, demotest.App(t), gate.Open, devices.Open, sync.Open)
	super := core.NewRecord(must(s.App.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)))
	super.Load(map[string]any{"email": "operator@fellmoor.example", "password": "a-long-password"})
	if err := s.App.Save(super); err != nil {
		t.Fatal(err)
	}
	return &doors{Server: s, t: t, token: s.Token(demo.Practitioner), operator: must(super.NewAuthToken())}
}

// create sends one record by every door, and answers what each said of the field.
func (d *doors) create(noun string, values map[string]any, field string) map[string]string {
	d.t.Helper()
	d.n++
	body, records := must(json.Marshal(values)), "/api/collections/"+noun+"/records"
	said := map[string]string{}
	var stock struct {
		Data map[string]json.RawMessage
	}
	of := func(a demotest.Answer) string {
		var one struct{ Code string }
		stock.Data = nil
		a.JSON(d.t, &stock)
		if a.Status == 200 {
			return ""
		}
		if json.Unmarshal(stock.Data[field], &one) != nil || one.Code == "" {
			return fmt.Sprint(a.Status, " ", string(a.Body))
		}
		return one.Code
	}
	said["rest"] = of(d.Do("POST", records, d.token, strings.NewReader(string(body))))
	if noun == "people" { // the operator writes no case content unless the glass is broken
		r := core.NewRecord(must(d.App.FindCachedCollectionByNameOrId(noun)))
		for name, v := range values {
			r.Set(name, v)
		}
		said["save"] = ""
		if fields, refused := kernel.Refusal(d.App.Save(r)); refused {
			var one struct{ Code string }
			_ = json.Unmarshal(must(json.Marshal(fields[field])), &one)
			if coded, ok := fields[field].(interface{ Code() string }); ok {
				one.Code = coded.Code()
			}
			said["save"] = one.Code
		}
	}
	a := d.Do("POST", "/api/batch", d.token, strings.NewReader(`{"requests":[{"method":"POST","url":"`+records+`","body":`+string(body)+`}]}`))
	said["batch"] = ""
	if a.Status != 200 {
		if at := strings.LastIndex(string(a.Body), `"code":"`); at > 0 {
			said["batch"], _, _ = strings.Cut(string(a.Body)[at+len(`"code":"`):], `"`)
		}
	}
	push := d.push(noun, fmt.Sprintf("bydoor%09d", d.n), body)
	said["push"] = push.Errors[field].Code
	if push.Verdict == "refused" && push.Refusal == "" {
		d.t.Errorf("%s is refused and not kept", body)
	}
	return said
}

type pushed struct {
	Verdict, Code, Refusal string
	Errors                 map[string]struct{ Code, Message string }
}

func (d *doors) push(noun, id string, body []byte) pushed {
	d.t.Helper()
	d.n++
	var answer struct{ Results []pushed }
	d.Do("POST", "/api/sync/push", d.token, map[string]any{"mutations": []any{map[string]any{
		"id": fmt.Sprintf("01jd%022d", d.n), "collection": noun, "record": id, "op": "create", "recorded_at": "2026-11-20T10:00:00Z", "set": json.RawMessage(body),
	}}}).JSON(d.t, &answer)
	if len(answer.Results) != 1 {
		d.t.Fatal("no verdict")
	}
	return answer.Results[0]
}

// A day that does not exist, a year that nobody meant, an hour without its zone and a
// time still to come meet one rule by every door (B05, B13, B28).
func TestEveryDoorHoldsDaysAndTimesToWhatCanBeTrue(t *testing.T) {
	d := openDoors(t)
	now := time.Now().UTC()
	in := func(ahead time.Duration) string { return now.Add(ahead).Format(time.RFC3339) }
	day := func(years, days int) string { return now.AddDate(years, 0, days).Format(time.DateOnly) }
	for _, c := range []struct {
		noun, field string
		value       string
		want        string
	}{
		{"people", "date_of_birth", "2023-02-29", "no_such_day"},
		{"people", "date_of_birth", "2024-13-01", "no_such_day"},
		{"people", "date_of_birth", "0000-00-00", "no_such_day"},
		{"people", "date_of_birth", "9999-99-99", "no_such_day"},
		{"people", "date_of_birth", "0027-04-01", "no_such_year"},
		{"people", "date_of_birth", day(2, 0), "no_such_year"},
		{"people", "date_of_birth", day(0, 200), ""}, // expected
		{"people", "date_of_birth", "2024-02-29", ""},
		{"people", "last_seen_on", "2026-02-30", "no_such_day"},
		{"people", "last_seen_on", day(0, 2), "to_come"},
		{"people", "last_seen_on", day(0, -1), ""},
		{"notes", "occurred_at", "2026-07-01T23:30:00", "wrong_type"},
		{"notes", "occurred_at", "2026-07-01T22:30:00z", "wrong_type"}, // which would be stored as none
		{"notes", "occurred_at", "2026-07-01t22:30:00Z", "wrong_type"},
		{"notes", "occurred_at", "2026-07-01T22:30:00,5Z", "wrong_type"},
		{"notes", "occurred_at", "2026-07-01T22:30:00+24:00", "wrong_type"}, // which would be stored as another day
		{"notes", "occurred_at", "2026-11-29", "wrong_type"},
		{"notes", "occurred_at", "2026-02-30T10:00:00Z", "no_such_day"},
		{"notes", "occurred_at", "2026-02-01 24:00:00.000Z", "no_such_day"},
		{"notes", "occurred_at", "0001-01-01T00:00:00Z", "no_such_year"},
		{"notes", "occurred_at", "1 July 2026", "wrong_type"},
		{"notes", "occurred_at", "1764400000", "wrong_type"},
		{"notes", "occurred_at", "0027-07-01T23:30:00Z", "no_such_year"},
		{"notes", "occurred_at", in(time.Hour), "to_come"},
		{"notes", "occurred_at", in(10 * time.Minute), ""},
		{"notes", "occurred_at", "2026-07-01T23:30:00+01:00", ""},
		{"notes", "occurred_at", "2026-07-01 22:30:00.000Z", ""},                 // as a pull delivers it
		{"contact_attempts", "occurred_at", in(48 * time.Hour), ""},              // waits
		{"contact_attempts", "occurred_at", in(300 * 24 * time.Hour), "to_come"}, // the year after, typed by habit
		{"contact_attempts", "occurred_at", "2099-01-01T00:00:00Z", "to_come"},
		{"contact_attempts", "occurred_at", in(-48 * time.Hour), ""},
		{"contact_attempts", "occurred_at", in(-400 * 24 * time.Hour), "no_such_year"}, // the year before, typed by habit
		{"contact_attempts", "occurred_at", "1970-01-01T00:10:00Z", "no_such_year"},    // a flat battery
		{"meetings", "scheduled_for", in(1000 * time.Hour), ""},
		{"meetings", "scheduled_for", "2099-01-01T00:00:00Z", "no_such_year"},
	} {
		values := map[string]any{"case": demo.CaseID(1)}
		for k, v := range map[string]map[string]any{
			"people": {"kind": "child", "name": "Kit"}, "notes": {"body": "words", "source": "seen_by_worker"},
			"contact_attempts": {"method": "phone", "outcome": "no_answer"}, "meetings": {"agenda": "review", "status": "scheduled"},
		}[c.noun] {
			values[k] = v
		}
		values[c.field] = c.value
		for door, got := range d.create(c.noun, values, c.field) {
			if got != c.want {
				t.Errorf("%s.%s %s by %s: %q, want %q", c.noun, c.field, c.value, door, got, c.want)
			}
		}
	}
	// The operator's dashboard, which sends whole records, is held to it as well.
	for value, want := range map[string]int{"2026-02-30": 400, "0027-04-01": 400, "2026-11-01": 200} {
		if a := d.Do("PATCH", "/api/collections/resources/records/"+must(d.App.FindFirstRecordByFilter("resources", "")).Id, d.operator, map[string]any{"review_on": value}); a.Status != want {
			t.Errorf("the operator's %s: %d %s", value, a.Status, a.Body)
		}
	}
	event := must(d.App.FindFirstRecordByFilter("network_events", "status = 'planned'")).Id
	for value, want := range map[string]int{"2027-07-01 09:30": 400, "2027-07-01T09:30:00+01:00": 200} {
		if a := d.Do("PATCH", "/api/collections/network_events/records/"+event, d.operator, map[string]any{"starts_at": value}); a.Status != want {
			t.Errorf("the operator's %s: %d %s", value, a.Status, a.Body)
		}
	}
}

// What was stored before there was a rule stays, is shown, and stops nothing else.
func TestADayThatWasStoredBeforeIsShownAndStopsNothing(t *testing.T) {
	app := demotest.App(t)
	if err := kernel.LookAtTimes(t.Context(), app); err != nil || len(kernel.Untimely(app)) != 0 {
		t.Fatal("the demo's own: ", kernel.Untimely(app), err)
	}
	child := must(app.FindFirstRecordByFilter("people", "kind = 'child'"))
	if _, err := app.NonconcurrentDB().NewQuery("UPDATE people SET joined_on = '9999-99-99', date_of_birth = '2023-02-29' WHERE id = '" + child.Id + "'").Execute(); err != nil {
		t.Fatal(err)
	}
	if err := kernel.LookAtTimes(t.Context(), app); err != nil || len(kernel.Untimely(app)) != 2 {
		t.Fatal(kernel.Untimely(app), err)
	}
	child = must(app.FindRecordById("people", child.Id))
	child.Set("needs", "Speaks to nobody at school.")
	if err := app.Save(child); err != nil {
		t.Error("the rest of it cannot be written: ", err)
	}
	child.Set("joined_on", "9999-99-98")
	if err := app.Save(child); err == nil {
		t.Error("it takes another such day")
	}
	child.Set("joined_on", "2026-11-19")
	child.Set("date_of_birth", "2023-02-28")
	if err := app.Save(child); err != nil {
		t.Error(err)
	}
	if err := kernel.LookAtTimes(t.Context(), app); err != nil || len(kernel.Untimely(app)) != 0 {
		t.Error(kernel.Untimely(app), err)
	}
}

// A name takes ink, and goes on one line (B24).
func TestANameTakesInkByEveryDoor(t *testing.T) {
	d := openDoors(t)
	for name, want := range map[string]string{
		"   ": "blank", "\u200b": "blank", "\u00a0": "blank", "\u3164": "blank", "\u0301": "blank", "\u2060\u00ad": "blank",
		"Kit\nMarlowe": "line_break", "Kit\u2028Marlowe": "line_break",
		"Kit": "", "李": "", "ʻOkina": "", " Kit ": "", "K\u200dit": "",
	} {
		for door, got := range d.create("people", map[string]any{"case": demo.CaseID(1), "kind": "child", "name": name}, "name") {
			if got != want {
				t.Errorf("%q by %s: %q, want %q", name, door, got, want)
			}
		}
	}
	user := must(d.App.FindRecordById("users", demo.Practitioner.ID))
	user.Set("name", "\u00a0")
	if err := d.App.Save(user); err == nil {
		t.Error("somebody is called nothing")
	}
	if got := d.create("notes", map[string]any{"case": demo.CaseID(1), "source": "seen_by_worker", "body": "one\nline and\nanother"}, "body"); got["push"] != "" || got["rest"] != "" {
		t.Error("a text may go on: ", got)
	}
}

// What a field of JSON holds, every platform reads, and hands on as it was.
func TestWhatAJSONFieldTakesByEveryDoor(t *testing.T) {
	d := openDoors(t)
	nest := func(n int) json.RawMessage {
		return json.RawMessage(strings.Repeat("[", n) + strings.Repeat("]", n))
	}
	for _, c := range []struct {
		value json.RawMessage
		want  bool
	}{
		{json.RawMessage(`[{"kind":"phone","value":447700900123456789012}]`), false},
		{json.RawMessage(`[{"kind":"phone","value":0.12345678901234567890}]`), false},
		{json.RawMessage(`[{"kind":"phone","value":"447700900123456789012"}]`), true},
		{json.RawMessage(`[{"kind":"phone","value":447700900123,"at":[53.4084123,-2.99]}]`), true},
		{nest(33), false}, {nest(32), true},
	} {
		for door, got := range d.create("people", map[string]any{"case": demo.CaseID(1), "kind": "adult", "name": "Jo", "contact_points": c.value}, "contact_points") {
			if (got == "") != c.want {
				t.Errorf("%.60s by %s: %q, taken %v wanted", c.value, door, got, c.want)
			}
		}
	}
}

// A try that is dated a year too early, or long before anybody knew the family, asks whether
// the year is right: it is not taken in silence, to count nowhere or against somebody (B05).
func TestATryOfLongAgoAsksWhetherTheYearIsRight(t *testing.T) {
	d := openOffice(t)
	opened := must(time.Parse(time.DateOnly, must(d.FindRecordById("cases", demo.CaseID(1))).GetString("opened_on")))
	for say, c := range map[string]struct {
		at   time.Time
		want string
	}{
		"today":                      {time.Now(), ""},
		"a month ago":                {time.Now().AddDate(0, -1, 0), ""},
		"the same day, a year early": {time.Now().AddDate(-1, 0, -1), "no_such_year"},
		"a flat battery":             {time.Unix(600, 0), "no_such_year"},
		"in the months before the case was opened": {opened.AddDate(0, 0, -50), ""},
		"long before the case was opened":          {opened.AddDate(0, 0, -200), "no_such_year"},
	} {
		_, err := d.by(&demo.Practitioner, "contact_attempts", "", map[string]any{"case": demo.CaseID(1), "method": "phone", "outcome": "no_answer", "occurred_at": c.at})
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", say, err)
			}
			continue
		}
		d.refused(say, err, "occurred_at", c.want)
		if err == nil || !strings.Contains(err.Error(), "Is the year right?") {
			t.Errorf("%s: %v", say, err)
		}
	}
}
