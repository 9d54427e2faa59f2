package gate_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
	"holdfast/server/gate"
	"holdfast/server/ops"
)

func house(t testing.TB) *demotest.Server {
	t.Helper()
	return demotest.Serve(t, demotest.App(t), ops.Options{}.Open, gate.Open, devices.Open)
}

const collectionsAt = "/api/collections/"

func query(noun string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return collectionsAt + noun + "/records?" + q.Encode()
}

// A housing officer on no case opens one of their own and asks of a template that
// everybody reads whether no note beneath it begins with certain words: a negative
// operator looked at every family's notes, a letter at a time (C1).
func TestNobodyReadsAnotherFamilysWordsThroughAFilter(t *testing.T) {
	s := house(t)
	token := s.Token(demo.Outsider)
	made := func(noun string, body map[string]any) string {
		a := s.Do("POST", collectionsAt+noun+"/records", token, body)
		var r struct{ ID string }
		a.JSON(t, &r)
		if a.Status != 200 {
			t.Fatalf("%s: %d %s", noun, a.Status, a.Body)
		}
		return r.ID
	}
	template, err := s.App.FindFirstRecordByFilter("pathway_templates", "status = 'published' && key = 'early-help-engagement'")
	if err != nil {
		t.Fatal(err)
	}
	own := made("cases", map[string]any{"reference": "ZZ-9001", "family_name": "Zzz", "lead_agency": demo.Outsider.Agency, "status": "open"})
	made("pathways", map[string]any{"case": own, "template": template.Id, "opened_at": "2026-11-20 10:00:00.000Z"})
	made("notes", map[string]any{"case": own, "body": "Mine.", "source": "seen_by_worker", "shared": true})
	// The same template has a pathway of a family that they are not on.
	foreign, err := s.App.FindFirstRecordByData("notes", "case", demo.CaseID(1))
	if err != nil {
		t.Fatal(err)
	}
	pathway(t, s.App, template.Id)
	words := foreign.GetString("body")
	ask := func(begins string) demotest.Answer {
		return s.Do("GET", query("pathway_templates", "filter", "id='"+template.Id+"' && pathways_via_template.case.notes_via_case.body !~ '"+begins+"%'"), token, nil)
	}
	right, wrong := ask(strings.ToLower(words[:12])), ask("no note begins so")
	if string(right.Body) != string(wrong.Body) {
		t.Errorf("how a foreign note begins is told:\n%s\n%s", right.Body, wrong.Body)
	}
	if right.Status != http.StatusBadRequest || right.Code() != "malformed" {
		t.Errorf("answered %d %s", right.Status, right.Body)
	}
	// Their own questions they may ask.
	if a := s.Do("GET", query("notes", "filter", "body ~ 'mine' && shared = true && created < @now", "sort", "-created,id"), token, nil); a.Status != 200 || !strings.Contains(string(a.Body), "Mine.") {
		t.Errorf("their own: %d %s", a.Status, a.Body)
	}
}

// pathway opens one of a template for FM-0001.
func pathway(t *testing.T, app core.App, template string) {
	t.Helper()
	c, err := app.FindCollectionByNameOrId("pathways")
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.Load(map[string]any{"case": demo.CaseID(1), "template": template, "opened_at": "2026-11-20 09:00:00.000Z"})
	if err := app.Save(kernel.AsServer(r)); err != nil {
		t.Fatal(err)
	}
}

func TestWhatAListMayAsk(t *testing.T) {
	s := house(t)
	token := s.Token(demo.Practitioner)
	many := func(n int) string { return strings.TrimSuffix(strings.Repeat("body ~ 'a' || ", n), " || ") }
	for ask, status := range map[string]int{
		query("notes", "filter", many(20)):                                           200,
		query("notes", "filter", many(21)):                                           400,
		query("notes", "filter", "(body ~ 'a' && (shared = true || id != ''))"):      200,
		query("notes", "filter", "body ~ 'a' // a remark"):                           200,
		query("notes", "filter", "case = '"+demo.CaseID(1)+"'"):                      200,
		query("notes", "filter", "created > '2026-01-01' && updated <= @now"):        200,
		query("notes", "filter", "case.reference = 'FM-0001'"):                       400,
		query("notes", "filter", "'x' != case.reference"):                            400,
		query("notes", "filter", "case.notes_via_case.body !~ 'x'"):                  400,
		query("notes", "filter", "body:lower = 'x'"):                                 400,
		query("actions", "filter", "children:length > 1"):                            400,
		query("actions", "filter", "children:each ~ 'x'"):                            400,
		query("actions", "filter", "children ?= '"+demo.ID("child", 100)+"'"):        200,
		query("notes", "filter", "@request.auth.id != ''"):                           400,
		query("notes", "filter", "@request.query.x:isset = true"):                    400,
		query("notes", "filter", "@collection.users.name ~ 'a'"):                     400,
		query("notes", "filter", "strftime('%Y', created) = '2026'"):                 400,
		query("notes", "filter", "geoDistance(1,2,3,4) < 5"):                         400,
		query("notes", "filter", "body"):                                             400,
		query("notes", "filter", "((((("):                                            400,
		query("users", "filter", "tokenKey != ''"):                                   400,
		query("users", "filter", "password != ''"):                                   400,
		query("users", "sort", "email"):                                              400,
		query("users", "sort", "-name"):                                              200,
		query("agencies", "sort", "cases_via_lead_agency.id"):                        400, // L2
		query("notes", "sort", "case.family_name"):                                   400,
		query("notes", "sort", "@random"):                                            400,
		query("notes", "sort", "@rowid"):                                             200,
		query("notes", "sort", "body:lower"):                                         400,
		query("notes", "sort", strings.TrimSuffix(strings.Repeat("body,", 9), ",")):  400,
		query("notes", "perPage", "500"):                                             200,
		query("notes", "perPage", "501"):                                             400,
		query("notes", "expand", "case"):                                             200,
		query("notes", "expand", "case,author"):                                      400,
		query("notes", "expand", "case.lead_agency"):                                 400,
		query("cases", "expand", "notes_via_case"):                                   400,
		query("cases", "expand", "notes(case)"):                                      400,
		query("notes", "expand", "body"):                                             400,
		query("notes", "fields", "id,expand.case.reference", "expand", "case"):       200,
		collectionsAt + "notes/records?filter=body~'a'&filter=case.reference!=''":    400,
		collectionsAt + "notes/records?filter=%ff":                                   400,
		collectionsAt + "hf_notes/records?filter=case.reference!=''":                 400,
		collectionsAt + "NOTES/records?filter=case.reference!=''":                    400,
		collectionsAt + "notes/records?a=" + strings.Repeat("x", 9000):               400,
		collectionsAt + "cases/records/" + demo.CaseID(1) + "?expand=notes_via_case": 400,
		collectionsAt + "cases/records/" + demo.CaseID(1) + "?expand=lead_agency":    200,
		collectionsAt + "nosuch/records?filter=a.b=1":                                404,
	} {
		if a := s.Do("GET", ask, token, nil); a.Status != status {
			t.Errorf("%s: %d, wanted %d: %s", ask, a.Status, status, a.Body)
		}
		if a := s.Do("HEAD", ask, token, nil); a.Status != status {
			t.Errorf("HEAD %s: %d, wanted %d", ask, a.Status, status)
		}
	}
}
