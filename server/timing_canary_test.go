package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// ownDoor is a route of ours by which one record is read: its noun, and what of it.
var ownDoor = regexp.MustCompile(`^GET /api/([a-z]+)/\{id\}(.*)$`)

// How long an answer takes tells nobody whether a family's record is there: the outsider
// asks for one that they may not see and for one that is not there, in turns, and the two
// medians stand side by side. It is a measurement, and runs with the soak.
func TestTimeTellsNothingOfAForeignCanary(t *testing.T) {
	if os.Getenv("HOLDFAST_SOAK") == "" {
		t.Skip("a measurement: HOLDFAST_SOAK=1")
	}
	s := house(t)
	const family = "case00000000001"
	note := must(s.App.FindFirstRecordByFilter("notes", "case = {:c}", dbx.Params{"c": family})).Id
	token, n := s.Token(demo.Outsider), 0
	type question struct {
		what, there string
		times       int // a person's writes have a budget
		ask         func(id string) demotest.Answer
	}
	questions := []question{
		{"a look", note, 1500, func(id string) demotest.Answer { return s.Do("GET", "/api/collections/notes/records/"+id, token, nil) }},
		{"a chronology", family, 1500, func(id string) demotest.Answer { return s.Do("GET", "/api/cases/"+id+"/chronology", token, nil) }},
		{"a change", note, 110, func(id string) demotest.Answer {
			return s.Do("PATCH", "/api/collections/notes/records/"+id, token, map[string]any{"body": "x"})
		}},
		{"a change in a batch", note, 110, func(id string) demotest.Answer {
			return s.Do("POST", "/api/batch", token, map[string]any{"requests": []map[string]any{{"method": "PATCH", "url": "/api/collections/notes/records/" + id, "body": map[string]any{"body": "x"}}}})
		}},
		{"a PUT in a batch", note, 110, func(id string) demotest.Answer {
			return s.Do("POST", "/api/batch", token, map[string]any{"requests": []map[string]any{{"method": "PUT", "url": "/api/collections/notes/records", "body": map[string]any{"id": id, "body": "x"}}}})
		}},
		{"a delete", note, 110, func(id string) demotest.Answer {
			return s.Do("DELETE", "/api/collections/notes/records/"+id, token, nil)
		}},
		{"a pushed delete", note, 1500, func(id string) demotest.Answer {
			n++
			return s.Do("POST", "/api/sync/push", token, map[string]any{"mutations": []map[string]any{
				{"id": fmt.Sprintf("01jd%022d", n), "collection": "notes", "record": id, "op": "delete", "recorded_at": ""}}})
		}},
		{"a pushed edit", note, 1500, func(id string) demotest.Answer {
			n++
			return s.Do("POST", "/api/sync/push", token, map[string]any{"mutations": []map[string]any{
				{"id": fmt.Sprintf("01jd%022d", n), "collection": "notes", "record": id, "op": "update", "set": map[string]any{"body": "x"}, "recorded_at": ""}}})
		}},
	}
	// And each reading door of our own, of whatever noun.
	ids := map[string]string{"cases": family, "letters": "foreignletter00", "evidence": demo.ID("evidence", 100)}
	must(s.App.NonconcurrentDB().Insert("letters", dbx.Params{"id": ids["letters"], "case": family, "status": "approved"}).Execute())
	must(s.App.FindRecordById("letters", ids["letters"]))
	must(s.App.FindRecordById("evidence", ids["evidence"]))
	for route := range routesOf(t) {
		door := ownDoor.FindStringSubmatch(route)
		if door == nil || door[1] == "logs" { // PocketBase's, for superusers
			continue
		}
		there := ids[door[1]]
		if there == "" {
			t.Errorf("%s reads of a noun that this test asks nothing of", route)
			continue
		}
		questions = append(questions, question{route, there, 1500, func(id string) demotest.Answer {
			return s.Do("GET", placeholder.ReplaceAllString("/api/"+door[1]+"/"+id+door[2], "nosuchrecord000"), token, nil)
		}})
	}
	if len(questions) < 16 {
		t.Errorf("only %d doors", len(questions))
	}
	for _, q := range questions {
		var took [2][]time.Duration
		for i := range 2 * q.times {
			id := []string{q.there, "nosuchrecord000"}[i%2]
			begun := time.Now()
			a := q.ask(id)
			took[i%2] = append(took[i%2], time.Since(begun))
			if a.Status >= 429 {
				t.Fatalf("%s, %d: %d %s", q.what, i, a.Status, a.Body)
			}
		}
		slices.Sort(took[0])
		slices.Sort(took[1])
		there, missing := took[0][q.times/2], took[1][q.times/2]
		ratio := float64(there) / float64(missing)
		t.Logf("%s: %v of a foreign record, %v of none, %.3f", q.what, there, missing, ratio)
		if ratio < 0.9 || ratio > 1.1 {
			t.Errorf("%s takes %.3f times as long of a record that is there", q.what, ratio)
		}
	}
}
