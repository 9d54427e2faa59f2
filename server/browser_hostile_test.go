package main

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	"holdfast/hooks/scheme"
	"holdfast/server/demo"
)

// hostile is one text with everything in it that a browser or a spreadsheet could take
// for more than text. It is put into the store past every check: a page must not trust it.
const hostileMark = "mark7391"

var hostile = "=1+1 " + hostileMark + ` "><img class=pwned src=x onerror=pwned=1>'<svg class=pwned onload=pwned=1><script class=pwned>pwned=1;alert(1)</script>` +
	`</title></textarea></select></table></bdi><a class=pwned href=javascript:pwned=1>{{.Seal}} ` + "\u202egnp.exe \u2067abc\u2069\u2069 \u05d0\u05d1\u05d2 " + strings.Repeat("x", 10_000)

// shown are the fields in which people wrote what these pages show.
var shown = map[string][]string{
	"champion_registrations": {"name", "job_title", "work_email", "work_phone", "locality", "reason", "manager_name", "manager_email", "decision_note", "agreed_by"},
	"champions":              {"name", "agency_name", "job_title", "work_email", "work_phone", "locality"},
	"agencies":               {"name", "locality"},
	"agency_history":         {"name", "locality"},
	"users":                  {"name", "job_title"},
	"champion_history":       {"by_name", "reason"},
	"network_events":         {"title", "place", "description"},
	"network_attendance":     {"name", "note"},
	"cascade_log":            {"topic", "audience", "feedback"},
	"surgery_sessions":       {"note"},
	"champion_policies":      {"reason"},
	"coverage_targets":       {"reason"},
	"resources":              {"title"},
	"good_practice":          {"title", "body", "agency_name", "moderation_note"},
	"devices":                {"name", "platform", "app_version"},
	"cases":                  {"family_name", "summary"},
	"sync_refusals":          {"message"},
}

// inJSON are the same, where the words stand in JSON: a field's own, by what it is
// called there.
var inJSON = map[string]map[string]string{
	"pathway_events": {"data": "$.what $.how $.reason"},
	"sync_conflicts": {"ours": "$.summary", "theirs": "$.summary"},
	"sync_refusals":  {"content": "$.set.body $.set.source"},
}

func TestBrowserHostileText(t *testing.T) {
	chromium(t)
	s := livedIn(t)
	lead := must(s.App.FindRecordById("users", demo.Tomos.ID))
	lead.Set("roles", []string{"practitioner", "agency_lead"})
	if err := s.App.Save(kernel.AsServer(lead)); err != nil {
		t.Fatal(err)
	}
	keep := func(noun string, values map[string]any) string {
		r := core.NewRecord(must(s.App.FindCollectionByNameOrId(noun)))
		r.Load(values)
		if err := s.App.Save(kernel.AsServer(r)); err != nil {
			t.Fatal(err)
		}
		return r.Id
	}
	target := map[string]any{"agency": demo.Tomos.Agency, "from": "2026-05-01", "target": 7, "reason": "Agreed."}
	keep("coverage_targets", target)
	phone := keep("devices", map[string]any{"user": demo.School.ID, "name": "A phone", "platform": "android", "status": "active"})
	proposeEndingHere(t, s)
	keep("sync_conflicts", map[string]any{"user": demo.Practitioner.ID, "case": demo.CaseID(1), "agency": demo.Practitioner.Agency, "collection": "cases", "record": demo.CaseID(1),
		"mutation": "01kaaaaaaaaaaaaaaaaaaa0001", "op": "update", "status": "open", "fields": []string{"summary"},
		"ours": map[string]string{"summary": "One."}, "theirs": map[string]string{"summary": "Another."}})
	keep("sync_refusals", map[string]any{"user": demo.Practitioner.ID, "case": demo.CaseID(1), "collection": "notes", "record": "hostilenote0001",
		"mutation": "01kaaaaaaaaaaaaaaaaaaa0002", "op": "create", "status": "open", "code": "invalid",
		"content": map[string]any{"collection": "notes", "op": "create", "set": map[string]string{"body": "Three.", "source": "Four."}}})
	waiting := must(s.App.FindRecordById("champion_registrations", demo.ID("registration", 2)))
	link := must(scheme.NewLink(s.App, waiting, "agreement", must(types.ParseDateTime(time.Now()))))
	first := func(noun string) string { return must(s.App.FindFirstRecordByFilter(noun, "id != ''")).Id }
	event, item, log, session := first("network_events"), first("good_practice"), first("cascade_log"), first("surgery_sessions")
	registration := "/coordinate/registrations/" + demo.ID("registration", 1)
	inBrowser(t, "hostile.mjs", map[string]any{
		"at": s.URL, "mark": hostileMark,
		"pages": map[string][]string{
			"coordinator": {"/coordinate", "/coordinate/registrations?status=all", registration, "/coordinate/champions", "/coordinate/coverage", "/coordinate/coverage?by=locality",
				"/coordinate/coverage?agency=" + demo.Tomos.Agency, "/coordinate/events", "/coordinate/events/" + event, "/coordinate/events/" + event + "/change", "/coordinate/good-practice?status=all", "/coordinate/good-practice/" + item,
				"/coordinate/cascade", "/coordinate/cascade/" + log, "/coordinate/cascade/new", "/coordinate/surgeries", "/coordinate/surgeries/" + session,
				"/coordinate/scheme", "/coordinate/scheme/targets", "/coordinate/scheme/targets/new"},
			demo.Manager.Account:      {"/coordinate", "/coordinate/approvals", "/coordinate/conflicts", "/coordinate/risks"},
			demo.Practitioner.Account: {"/coordinate/refusals"},
			"":                        {"/coordinate/agreement/" + link},
			demo.Tomos.Account:        {"/coordinate/people", "/coordinate/people/" + demo.School.ID, "/coordinate/agency", "/coordinate/devices", "/coordinate/devices/" + phone, "/coordinate/devices/" + phone + "/lock"},
		},
		"files": map[string][]string{
			"coordinator": {"/coordinate/registrations.csv?status=all", "/coordinate/champions.csv", "/coordinate/coverage.csv", "/coordinate/coverage.csv?by=locality", "/coordinate/events.csv",
				"/coordinate/events/" + event + "/attendance.csv", "/coordinate/good-practice.csv", "/coordinate/cascade.csv", "/coordinate/surgeries.csv"},
			demo.Tomos.Account: {"/coordinate/people.csv", "/coordinate/devices.csv"},
		},
	}, func(ask string) map[string]any {
		text := map[string]string{"plain": "As people write.", "hostile": hostile}[ask]
		for table, columns := range shown {
			var set []string
			for _, c := range columns {
				set = append(set, "`"+c+"` = {:text} || ' ' || rowid") // two agencies have two names
			}
			if _, err := s.App.NonconcurrentDB().NewQuery("UPDATE " + table + " SET " + strings.Join(set, ", ")).Bind(dbx.Params{"text": text}).Execute(); err != nil {
				return map[string]any{"problem": table + ": " + err.Error()}
			}
		}
		for table, columns := range inJSON {
			for column, places := range columns {
				for place := range strings.FieldsSeq(places) {
					q := "UPDATE " + table + " SET " + column + " = json_set(" + column + ", '" + place + "', {:text}) WHERE json_extract(" + column + ", '" + place + "') != ''"
					if _, err := s.App.NonconcurrentDB().NewQuery(q).Bind(dbx.Params{"text": text}).Execute(); err != nil {
						return map[string]any{"problem": table + ": " + err.Error()}
					}
				}
			}
		}
		return map[string]any{}
	})
}
