package gate_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/gate"
	"holdfast/server/ops"
)

func inBatch(s *demotest.Server, token string, requests ...map[string]any) demotest.Answer {
	return s.Do("POST", "/api/batch", token, map[string]any{"requests": requests})
}

// What one request of a batch makes, the next ones see: a record is made and changed in
// one, by PATCH or by PUT, and by the collection's name or its id.
func TestABatchSeesWhatItMakes(t *testing.T) {
	s := house(t)
	token := s.Token(demo.Practitioner)
	notes := collectionsAt + "notes/records"
	byID := collectionsAt + collection(t, s, "notes").Id + "/records"
	note := func(id string) map[string]any {
		return map[string]any{"id": id, "case": demo.CaseID(1), "body": "First words.", "source": "document"}
	}
	for i, requests := range [][]map[string]any{
		{{"method": "POST", "url": notes, "body": note("madeinabatch000")}, {"method": "PATCH", "url": notes + "/madeinabatch000", "body": map[string]any{"body": "Second words."}}},
		{{"method": "POST", "url": notes, "body": note("madeinabatch001")}, {"method": "PUT", "url": byID, "body": map[string]any{"id": "madeinabatch001", "body": "Second words."}}},
		{{"method": "PUT", "url": byID, "body": note("madeinabatch002")}, {"method": "PATCH", "url": notes + "/madeinabatch002", "body": map[string]any{"body": "Second words."}}},
		{{"method": "PUT", "url": notes, "body": note("madeinabatch003")}, {"method": "PUT", "url": notes, "body": map[string]any{"id": "madeinabatch003", "body": "Second words."}}},
	} {
		if a := inBatch(s, token, requests...); a.Status != http.StatusOK {
			t.Errorf("%d: %d %s", i, a.Status, a.Body)
		}
		r, err := s.App.FindRecordById("notes", fmt.Sprintf("madeinabatch00%d", i))
		if err != nil {
			t.Errorf("%d: %v", i, err)
		} else if got := r.GetString("body"); got != "Second words." {
			t.Errorf("%d: it says %q", i, got)
		}
	}
	// One's own is changed by a PUT, as ever, and somebody else's is not made one's own.
	if a := inBatch(s, token, map[string]any{"method": "PUT", "url": notes, "body": map[string]any{"id": "madeinabatch000", "body": "Third words."}}); a.Status != http.StatusOK {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	before, err := s.App.FindRecordById("notes", "madeinabatch000")
	if err != nil {
		t.Fatal(err)
	}
	a := inBatch(s, s.Token(demo.Outsider), map[string]any{"method": "PUT", "url": notes, "body": note("madeinabatch000")}, map[string]any{"method": "PATCH", "url": notes + "/madeinabatch000", "body": map[string]any{"body": "Mine."}})
	if after, err := s.App.FindRecordById("notes", "madeinabatch000"); a.Status != http.StatusBadRequest || err != nil || after.GetString("body") != before.GetString("body") {
		t.Errorf("%d %s %v", a.Status, a.Body, err)
	}
}

// What is written stands in the body: PocketBase makes fields of a form's query, past
// whatever looked at the body, so that half a character would come in by it.
func TestNothingIsWrittenByTheAddress(t *testing.T) {
	s := house(t)
	token := s.Token(demo.Practitioner)
	notes := collectionsAt + "notes/records"
	honest := map[string]any{"case": demo.CaseID(1), "body": "Seen.", "source": "document"}
	form := url.Values{"case": {demo.CaseID(1)}, "body": {"Seen."}, "source": {"document"}}.Encode()
	for _, q := range []string{"@jsonPayload=" + url.QueryEscape(`{"body":"caf\ud800"}`), "body=Other", "shared=true", "expand=case", "fields=id&body=Other"} {
		answers := map[string]demotest.Answer{
			"JSON":           s.Do("POST", notes+"?"+q, token, honest),
			"form":           s.Do("POST", notes+"?"+q, token, strings.NewReader(form), "Content-Type", "application/x-www-form-urlencoded"),
			"in a batch":     inBatch(s, token, map[string]any{"method": "POST", "url": notes + "?" + q, "body": honest}),
			"around a batch": s.Do("POST", "/api/batch?"+q, token, map[string]any{"requests": []map[string]any{{"method": "POST", "url": notes, "body": honest}}}),
		}
		for name, a := range answers {
			if a.Status != http.StatusBadRequest {
				t.Errorf("%s, %s: %d %s", q, name, a.Status, a.Body)
			}
		}
	}
	// fields says what is answered, and is no field itself, by any way.
	for name, a := range map[string]demotest.Answer{
		"JSON":       s.Do("POST", notes+"?fields=id", token, honest),
		"form":       s.Do("POST", notes+"?fields=id", token, strings.NewReader(form), "Content-Type", "application/x-www-form-urlencoded"),
		"in a batch": inBatch(s, token, map[string]any{"method": "POST", "url": notes + "?fields=id", "body": honest}),
	} {
		if a.Status != http.StatusOK || strings.Contains(string(a.Body), "Seen.") {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}

// An operator's address is held to text as well, alone and in a batch.
func TestAnOperatorsAddressIsText(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t), ops.Options{Together: true}.Open, gate.Open)
	operator := operator(t, s)
	half := "?@jsonPayload=" + url.QueryEscape(`{"name":"caf\ud800"}`)
	for name, a := range map[string]demotest.Answer{
		"alone":      s.Do("POST", collectionsAt+"agencies/records"+half, operator, strings.NewReader("name=Other"), "Content-Type", "application/x-www-form-urlencoded"),
		"in a batch": inBatch(s, operator, map[string]any{"method": "POST", "url": collectionsAt + "agencies/records" + half, "body": map[string]any{"name": "Other"}}),
	} {
		if a.Status != http.StatusBadRequest || !strings.Contains(string(a.Body), "every phone can read") {
			t.Errorf("an operator's %s: %d %s", name, a.Status, a.Body)
		}
	}
}

// operator is a superuser's token.
func operator(t *testing.T, s *demotest.Server) string {
	t.Helper()
	r := core.NewRecord(collection(t, s, core.CollectionNameSuperusers))
	r.SetEmail("operator@fellmoor.example")
	r.SetPassword("a password of the house")
	if err := s.App.Save(r); err != nil {
		t.Fatal(err)
	}
	token, err := r.NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	return token
}
