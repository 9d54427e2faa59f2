package ops

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"holdfast/collections"
	glassrules "holdfast/hooks/glass"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

var emergency = map[string]any{"reason": "A court has asked for the file by noon and nobody on the case is at work.", "told": demo.DPO.Email()}

// smash breaks an operator's glass.
func smash(t *testing.T, s *demotest.Server, token string) (opening string) {
	t.Helper()
	var said struct{ ID string }
	a := s.Do("POST", "/api/ops/glass", token, emergency)
	if a.Status != 200 {
		t.Fatalf("breaking the glass: %d %s", a.Status, a.Body)
	}
	a.JSON(t, &said)
	return said.ID
}

// ways are the stock doors by which an operator could come to see something of a family.
func ways(t *testing.T, s *demotest.Server) map[string]func(token string) demotest.Answer {
	t.Helper()
	get := func(path string) func(string) demotest.Answer {
		return func(token string) demotest.Answer { return s.Do("GET", "/api/collections/"+path, token, nil) }
	}
	send := func(method, path string, body any) func(string) demotest.Answer {
		return func(token string) demotest.Answer { return s.Do(method, path, token, body) }
	}
	e, err := s.App.FindRecordById("evidence", demo.ID("evidence", 100))
	if err != nil {
		t.Fatal(err)
	}
	q := url.QueryEscape
	all := map[string]func(string) demotest.Answer{
		"one case":                              get("cases/records/" + demo.CaseID(1)),
		"one note, by the id of its collection": get("hf_notes/records/" + demo.ID("note", 100)),
		"a filter into cases":                   get("agencies/records?filter=" + q(`cases_via_lead_agency.family_name ~ 'Marl%'`)),
		"a filter through two":                  get("users/records?filter=" + q(`agency.cases_via_lead_agency.family_name ?~ 'M'`)),
		"a filter by a collection":              get("users/records?filter=" + q(`@collection.notes.body ~ 'there was'`)),
		"by a collection's other name":          get("users/records?filter=" + q(`@collection.notes:n.body ~ 'there was'`)),
		"a filter hidden by a comment":          get("users/records?filter=" + q("id != '' // '\n && case_members_via_user.case.family_name ~ 'M'")),
		"a sort into cases":                     get("agencies/records?sort=cases_via_lead_agency.family_name"),
		"an expand backwards":                   get("agencies/records?expand=cases_via_lead_agency"),
		"an expand of one":                      get("users/records/" + demo.Practitioner.ID + "?expand=agency.cases_via_lead_agency"),
		"an expand in what a write answers":     send("PATCH", "/api/collections/users/records/"+demo.Practitioner.ID+"?expand=case_members_via_user.case", map[string]any{"job_title": "Family worker"}),
		"what a write answers":                  send("PATCH", "/api/collections/cases/records/"+demo.CaseID(1), map[string]any{"status": "open"}),
		"a batch's write":                       send("POST", "/api/batch", map[string]any{"requests": []map[string]any{{"method": "PATCH", "url": "/api/collections/notes/records/" + demo.ID("note", 100), "body": map[string]any{}}}}),
		"a batch's expand":                      send("POST", "/api/batch", map[string]any{"requests": []map[string]any{{"method": "PATCH", "url": "/api/collections/users/records/" + demo.Practitioner.ID + "?expand=case_members_via_user.case", "body": map[string]any{"job_title": "Family worker"}}}}),
		"a file": func(token string) demotest.Answer {
			var file struct{ Token string }
			s.Do("POST", "/api/files/token", token, nil).JSON(t, &file)
			return s.Do("GET", "/api/files/evidence/"+e.Id+"/"+e.GetString("file")+"?token="+file.Token, "", nil)
		},
	}
	for _, n := range collections.All() {
		if n.CaseField != "" || n.Name == "sync_refusals" {
			all["the list of "+n.Name] = get(n.Name + "/records")
		}
	}
	return all
}

// The glass's whole life: whole, an operator sees nothing of a family by any door; broken
// with a reason and a second person told, what they read is on record as read under it;
// after an hour it is whole again by itself, and can be broken anew.
func TestAnOperatorSeesNoCaseUnlessTheGlassIsBroken(t *testing.T) {
	s := house(t, Options{})
	token := operator(t, s)
	all := ways(t, s)
	if len(all) < 40 {
		t.Fatal(len(all))
	}
	closed := func(when string) {
		t.Helper()
		for name, way := range all {
			if a := way(token); a.Status < 400 || strings.Contains(string(a.Body), "Marlowe") {
				t.Errorf("%s, %s: %d %.300s", when, name, a.Status, a.Body)
			} else if a.Status != 403 && !strings.Contains(string(a.Body), "not_allowed") && !strings.Contains(string(a.Body), "batch") {
				t.Errorf("%s, %s is not said: %d %.300s", when, name, a.Status, a.Body)
			}
		}
	}
	closed("whole")
	if n := onRecord(t, s, "actor_kind = 'superuser' AND verb IN ('read', 'file')"); n != 0 {
		t.Errorf("%d reads on record, and nothing was read", n)
	}

	// Not without a reason, nor a second person who is one.
	for what, ask := range map[string]map[string]any{
		"no reason":      {"reason": " ", "told": demo.DPO.Email()},
		"nobody":         {"reason": emergency["reason"], "told": ""},
		"a practitioner": {"reason": emergency["reason"], "told": demo.Practitioner.Email()},
		"themselves":     {"reason": emergency["reason"], "told": "operator@fellmoor.example"},
	} {
		if a := s.Do("POST", "/api/ops/glass", token, ask); a.Status != 400 {
			t.Errorf("with %s: %d %s", what, a.Status, a.Body)
		}
	}
	for who, by := range map[string]string{"a manager": s.Token(demo.Manager), "a guest": ""} {
		if a := s.Do("POST", "/api/ops/glass", by, emergency); a.Status != 401 && a.Status != 403 {
			t.Errorf("%s breaks it: %d %s", who, a.Status, a.Body)
		}
	}
	closed("after wrong tries")

	opening := smash(t, s, token)
	if a := s.Do("POST", "/api/ops/glass", token, emergency); a.Status != 400 || !strings.Contains(string(a.Body), "already") {
		t.Errorf("a second time at once: %d %s", a.Status, a.Body)
	}
	mail, err := s.App.FindAllRecords("outbox")
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, m := range mail {
		if m.GetString("kind") == "glass" && m.GetString("to") == demo.DPO.Email() && m.GetDateTime("due_at").Time().Before(time.Now().Add(time.Second)) {
			told++
		}
	}
	if told != 1 {
		t.Errorf("the data protection officer is told %d times", told)
	}
	if a := all["one case"](token); a.Status != 200 || !strings.Contains(string(a.Body), "Marlowe") {
		t.Errorf("broken: %d %s", a.Status, a.Body)
	}
	if a := all["the list of notes"](token); a.Status != 200 {
		t.Errorf("broken: %d %s", a.Status, a.Body)
	}
	if a := all["a file"](token); a.Status != 200 {
		t.Errorf("broken, a file: %d %s", a.Status, a.Body)
	}
	// It lets them read, and nothing that outlives it; and no question is answered by a count
	// alone without a line.
	for what, a := range map[string]demotest.Answer{
		"adding somebody":              s.Do("POST", "/api/collections/case_members/records", token, map[string]any{"case": demo.CaseID(1), "user": demo.Outsider.ID, "role": "member"}),
		"changing a case":              s.Do("PATCH", "/api/collections/cases/records/"+demo.CaseID(1), token, map[string]any{"summary": "x"}),
		"deleting a note":              s.Do("DELETE", "/api/collections/notes/records/nosuchrecord000", token, nil),
		"a question across":            s.Do("GET", "/api/collections/users/records?filter="+url.QueryEscape(`@collection.cases.family_name ?= "Marlowe"`), token, nil),
		"a question from case to case": s.Do("GET", "/api/collections/notes/records?filter="+url.QueryEscape(`case.family_name = "Marlowe"`), token, nil),
	} {
		if a.Status < 400 {
			t.Errorf("broken, %s: %d %.200s", what, a.Status, a.Body)
		}
	}
	before := onRecord(t, s, "verb = 'read' AND collection = 'notes' AND door = 'glass'")
	if a := s.Do("GET", "/api/collections/notes/records?page=99", token, nil); a.Status != 200 {
		t.Errorf("broken, a page of nothing: %d %s", a.Status, a.Body)
	}
	if n := onRecord(t, s, "verb = 'read' AND collection = 'notes' AND door = 'glass'"); n != before+1 {
		t.Errorf("a page of nothing, which says how many there are, is on record %d times", n-before)
	}
	for what, where := range map[string]string{
		"the case":  fmt.Sprintf("verb = 'read' AND collection = 'cases' AND record = '%s'", demo.CaseID(1)),
		"the notes": "verb = 'read' AND collection = 'notes'",
		"the file":  "verb = 'file' AND collection = 'evidence'",
	} {
		if n := onRecord(t, s, where+" AND actor_kind = 'superuser' AND door = 'glass' AND device = '"+opening+"'"); n == 0 {
			t.Errorf("that they read %s under the opening is not on record", what)
		}
	}
	h, err := healthOf(s.App, time.Now())
	if err != nil || len(h.House.Glasses) != 1 || !strings.Contains(strings.Join(h.Problems, "\n"), "Case content is open to an operator until") {
		t.Errorf("health says %v %q %v", h.House.Glasses, h.Problems, err)
	}
	list := "/api/collections/glass_openings/records"
	if a := s.Do("GET", list, s.Token(demo.DPO), nil); a.Status != 200 || !strings.Contains(string(a.Body), "A court has asked") || !strings.Contains(string(a.Body), "operator@fellmoor.example") {
		t.Errorf("the data protection officer reads %d %s", a.Status, a.Body)
	}
	if a := s.Do("GET", list, s.Token(demo.Manager), nil); strings.Contains(string(a.Body), "A court") {
		t.Errorf("a manager reads %d %s", a.Status, a.Body)
	}
	if a := s.Do("PATCH", list+"/"+opening, token, map[string]any{"ends_at": "2030-01-01 00:00:00.000Z"}); a.Status < 400 {
		t.Errorf("the operator makes it longer: %d %s", a.Status, a.Body)
	}
	if a := s.Do("DELETE", list+"/"+opening, token, nil); a.Status < 400 {
		t.Errorf("the operator takes it off the record: %d %s", a.Status, a.Body)
	}

	// An hour later.
	if _, err := s.App.NonconcurrentDB().NewQuery(`UPDATE glass_openings SET ends_at = '` + stamp(time.Now().Add(-time.Second)).String() + `' WHERE id = '` + opening + `'`).Execute(); err != nil {
		t.Fatal(err)
	}
	closed("an hour later")
	for range 2 {
		if err := glassrules.EndGlasses(s.App); err != nil {
			t.Fatal(err)
		}
	}
	if n := onRecord(t, s, "collection = 'glass_openings' AND record = '"+opening+"'"); n != 2 {
		t.Errorf("its opening and ending are %d lines on record", n)
	}

	again := smash(t, s, token)
	if again == opening {
		t.Error("the second opening is the first")
	}
	if a := all["one case"](token); a.Status != 200 {
		t.Errorf("the second time: %d %s", a.Status, a.Body)
	}
	if a := s.Do("DELETE", "/api/ops/glass", token, nil); a.Status != 204 {
		t.Errorf("mending it: %d %s", a.Status, a.Body)
	}
	closed("mended")
}

// What an operator's work needs is open with the glass whole: accounts, agencies, and
// what they lead to among themselves.
func TestAnOperatorWorksWithTheGlassWhole(t *testing.T) {
	s := house(t, Options{})
	token := operator(t, s)
	for _, path := range []string{"users/records?expand=agency,manager.agency", "users/records?filter=" + url.QueryEscape("agency.name ~ 'a' && email != 'x.y@example.org'"),
		"agencies/records?sort=-name", "devices/records?expand=user", "audit_log/records", "letter_templates/records", "glass_openings/records"} {
		if a := s.Do("GET", "/api/collections/"+path, token, nil); a.Status != 200 {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
}

func TestAnOperatorListensToNothingOfACase(t *testing.T) {
	s := house(t, Options{})
	options := func(query string) string { return "?options=" + url.QueryEscape(`{"query":{`+query+`}}`) }
	for topic, is := range map[string]bool{
		"users/*": false, "agencies/*": false, "cases/*": true, "notes": true, "hf_notes/x": true, "sync_refusals/*": true,
		"users/*" + options(`"expand":"case_members_via_user.case"`):          true,
		"users/*" + options(`"filter":"case_members_via_user.case.id != ''"`): true,
		"users/*" + options(`"expand":"agency"`):                              false,
	} {
		if glassrules.CaseTopic(s.App, topic) != is {
			t.Errorf("%s: %v", topic, !is)
		}
	}
}

// The glass breaks where no mail leaves, and says so: to the operator, and in Health for
// as long as nobody could be told.
func TestABrokenGlassSaysThatNobodyCouldBeTold(t *testing.T) {
	s := house(t, Options{})
	token := operator(t, s)
	opening := smash(t, s, token)
	heard := func() (said struct{ Heard bool }) {
		t.Helper()
		a := s.Do("GET", "/api/ops/glass", token, nil)
		if a.JSON(t, &said); a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		return said
	}
	const problem = "nobody could be told: no mail about it has left"
	says := func(at time.Time) bool {
		t.Helper()
		h, err := healthOf(s.App, at)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(strings.Join(h.Problems, "\n"), problem)
	}
	if heard().Heard || says(time.Now()) || !says(time.Now().Add(2*time.Minute)) || !says(time.Now().Add(48*time.Hour)) {
		t.Errorf("nobody was told: %v; Health says %v at once, %v in two minutes, %v when it is whole again", heard(), says(time.Now()), says(time.Now().Add(2*time.Minute)), says(time.Now().Add(48*time.Hour)))
	}
	if _, err := s.App.NonconcurrentDB().NewQuery(`UPDATE outbox SET status = 'sent' WHERE kind = 'glass' AND record = '` + opening + `'`).Execute(); err != nil {
		t.Fatal(err)
	}
	if !heard().Heard || says(time.Now().Add(2*time.Minute)) {
		t.Errorf("somebody was told: %v; Health says %v", heard(), says(time.Now().Add(2*time.Minute)))
	}
}
