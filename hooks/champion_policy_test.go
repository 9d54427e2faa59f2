package hooks_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/kernel"
	"holdfast/hooks/scheme"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// decision is a whole policy from a day on, with changes.
func decision(from string, more map[string]any) map[string]any {
	p := map[string]any{"from": from, "valid_months": 12, "remind_days": []int{30, 14, 3}, "link_days": 14, "staff_per_champion": 25, "lead_from": 3}
	maps.Copy(p, more)
	return p
}

func TestAPolicyIsDecidedByACoordinatorAndHoldsFromItsDay(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	at, coordinator := "/api/collections/champion_policies/records", s.Token(demo.Coordinator)
	today := time.Now().In(must(time.LoadLocation("Europe/London")))
	soon, dayBefore := today.AddDate(0, 0, 9).Format(time.DateOnly), today.AddDate(0, 0, 8).Format(time.DateOnly)
	held := must(scheme.PolicyOn(s.App, dayBefore))
	if a := s.Do("POST", at, s.Token(demo.School), decision(soon, nil)); a.Status != 400 {
		t.Fatal(a.Status, string(a.Body))
	}
	var first struct {
		ID        string
		DecidedBy string `json:"decided_by"`
	}
	a := s.Do("POST", at, coordinator, decision(soon, map[string]any{"link_days": 7, "group_targets": map[string]int{"3": 4}, "reason": "Two weeks were too long."}))
	a.JSON(t, &first)
	if a.Status != 200 || first.DecidedBy != demo.Coordinator.ID {
		t.Fatal(a.Status, string(a.Body))
	}
	if a := s.Do("POST", at, coordinator, decision(soon, map[string]any{"link_days": 5, "group_targets": map[string]int{"3": 4}})); a.Status != 200 { // thought better of
		t.Fatal(a.Status, string(a.Body))
	}
	for day, want := range map[string]string{dayBefore: fmt.Sprint(held.LinkDays, held.GroupTargets), soon: "5 map[3:4]", "2050-01-01": "5 map[3:4]"} {
		p, err := scheme.PolicyOn(s.App, day)
		if got := fmt.Sprint(p.LinkDays, p.GroupTargets); err != nil || got != want {
			t.Errorf("on %s: %s, want %s (%v)", day, got, want, err)
		}
	}
	if a := s.Do("PATCH", at+"/"+first.ID, coordinator, map[string]any{"link_days": 2}); a.Status != 403 {
		t.Errorf("a decision is rewritten: %d", a.Status)
	}
	r := must(s.App.FindRecordById("champion_policies", first.ID))
	r.Set("link_days", 2)
	if err := s.App.Save(kernel.AsServer(r)); err == nil {
		t.Error("the server itself rewrites a decision")
	}
}

func TestAPolicyOutOfBoundsIsRefusedWhole(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	coordinator := s.Token(demo.Coordinator)
	before := must(s.App.CountRecords("champion_policies"))
	yesterday := time.Now().AddDate(0, 0, -2).Format(time.DateOnly)
	for _, c := range []struct {
		from, field string
		value       any
	}{
		{yesterday, "from", yesterday}, {"", "from", ""}, {"2050-02-30", "from", "2099-02-30"},
		{"2050-01-01", "valid_months", 0}, {"2050-01-01", "valid_months", 61}, {"2050-01-01", "link_days", 0}, {"2050-01-01", "link_days", 365},
		{"2050-01-01", "staff_per_champion", 0}, {"2050-01-01", "lead_from", 0}, {"2050-01-01", "missed_meetings", 13},
		{"2050-01-01", "remind_days", []int{}}, {"2050-01-01", "remind_days", "often"}, {"2050-01-01", "remind_days", []int{0}},
		{"2050-01-01", "remind_days", []int{14, 14}}, {"2050-01-01", "remind_days", []int{336}}, {"2050-01-01", "remind_days", []int{1, 2, 3, 4, 5, 6, 7}},
		{"2050-01-01", "group_targets", map[string]int{"9": 1}}, {"2050-01-01", "group_targets", map[string]int{"3": -1}}, {"2050-01-01", "group_targets", []int{3}},
		{"2050-01-01", "reason", "After FM-0001."},
	} {
		a := s.Do("POST", "/api/collections/champion_policies/records", coordinator, decision(c.from, map[string]any{c.field: c.value}))
		if a.Status != 400 || !strings.Contains(string(a.Body), `"`+c.field+`"`) {
			t.Errorf("%s = %v: %d %s", c.field, c.value, a.Status, a.Body)
		}
	}
	if after := must(s.App.CountRecords("champion_policies")); after != before {
		t.Errorf("%d were written", after-before)
	}
	if a := s.Do("POST", "/api/collections/coverage_targets/records", coordinator, map[string]any{"agency": demo.Agencies[0].ID, "from": yesterday, "target": 3}); a.Status != 400 {
		t.Errorf("a target set for the past: %d", a.Status)
	}
}

func TestAnAgencyKeepsWhatItWas(t *testing.T) {
	app := demotest.App(t)
	staff := func() string {
		var all []string
		if err := app.ConcurrentDB().NewQuery(`SELECT CAST(headcount AS INTEGER) || ' ' || active FROM agency_history WHERE agency = {:a} ORDER BY at, rowid`).
			Bind(dbx.Params{"a": demo.Agencies[0].ID}).Column(&all); err != nil {
			t.Fatal(err)
		}
		return strings.Join(all, ", ")
	}
	if got := staff(); got != "40 1" {
		t.Fatal(got)
	}
	change := func(values map[string]any) {
		t.Helper()
		a := must(app.FindRecordById("agencies", demo.Agencies[0].ID))
		a.Load(values)
		if err := app.Save(a); err != nil {
			t.Fatal(err)
		}
	}
	change(map[string]any{"phone": "01632 960 999"}) // nothing that is counted by
	change(map[string]any{"headcount": 90})
	if got := staff(); got != "40 1, 90 1" {
		t.Fatal(got)
	}
	// A store from before histories were kept: what it was is written with the first change.
	if _, err := app.NonconcurrentDB().Delete("agency_history", dbx.NewExp("1")).Execute(); err != nil {
		t.Fatal(err)
	}
	change(map[string]any{"active": false})
	if got := staff(); got != "90 1, 90 0" {
		t.Fatal(got)
	}
	// It was so ever since the agency was there, not from the change on.
	first := must(app.FindRecordsByFilter("agency_history", "agency = {:a}", "@rowid", 1, 0, dbx.Params{"a": demo.Agencies[0].ID}))
	if since, created := first[0].GetDateTime("at"), must(app.FindRecordById("agencies", demo.Agencies[0].ID)).GetDateTime("created"); !since.Equal(created) {
		t.Errorf("what it was holds from %s, not from %s", since, created)
	}
}
