package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"strings"
	"testing"

	"holdfast/collections"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// The handlers that mobile-contract/ts gives for two client libraries, each under twenty
// lines, hold what a pull of everything brings: at first, when something changes, when a
// case is taken away and when it comes back.
func TestHandlersForClientLibraries(t *testing.T) {
	source := string(must(os.ReadFile("../mobile-contract/ts/handlers.mjs")))
	for _, handler := range strings.Split(source, "\nexport ")[1:] {
		whole, _, _ := strings.Cut(handler, "\n};")
		if n := strings.Count(whole, "\n") + 2; n >= 20 {
			t.Errorf("%.30s… has %d lines", handler, n)
		}
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: the handlers are not run")
	}
	s := house(t)
	token := s.Token(demo.School)
	var names []string
	for _, n := range collections.All() {
		if n.Sync != nil {
			names = append(names, n.Name)
		}
	}
	var state json.RawMessage
	run := func(more map[string]any) (got replicated) {
		t.Helper()
		ask := map[string]any{"base": s.URL, "token": token, "collections": names, "state": state}
		maps.Copy(ask, more)
		c := exec.Command(node, "handlers_test.mjs")
		c.Stdin = bytes.NewReader(must(json.Marshal(ask)))
		c.Stderr = os.Stderr
		var err error
		if state, err = c.Output(); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(state, &got); err != nil {
			t.Fatal(err)
		}
		return got
	}
	shown := "" // what `ask` sends with its requests: the place moves on with what happens
	for step, sql := range []string{
		"SELECT 1",
		"UPDATE notes SET body = body || '.' WHERE shared",
		"UPDATE case_members SET active = 0 WHERE user = '" + demo.School.ID + "'",
		"UPDATE case_members SET active = 1 WHERE user = '" + demo.School.ID + "'",
		"DELETE FROM contact_attempts",
	} {
		if _, err := s.App.NonconcurrentDB().NewQuery(sql).Execute(); err != nil {
			t.Fatal(err)
		}
		got := run(nil)
		if got.History == "" || got.History == shown {
			t.Errorf("step %d: the history that is shown next is %q, after %q", step, got.History, shown)
		}
		shown = got.History
		rxdb := map[string]bool{}
		for name, c := range got.RxDB {
			for id := range c.Rows {
				rxdb[name+"/"+id] = true
			}
		}
		want := heldBy(t, s, token)
		for key := range want {
			if !rxdb[key] || got.Melon.Rows[key] == nil {
				t.Errorf("step %d: %s is there for RxDB %v, for WatermelonDB %v", step, key, rxdb[key], got.Melon.Rows[key] != nil)
			}
		}
		if len(rxdb) != len(want) || len(got.Melon.Rows) != len(want) || len(want) == 0 {
			t.Errorf("step %d: RxDB holds %d, WatermelonDB %d, a pull of everything %d", step, len(rxdb), len(got.Melon.Rows), len(want))
		}
	}

	const first, second = "rxdbnote0000001", "melonnote000001"
	note := map[string]any{"id": first, "case": demo.CaseID(1), "body": "Seen from the gate.", "source": "seen_by_worker", "shared": true, "_deleted": false}
	edited := maps.Clone(note)
	edited["body"] = "Seen from the gate, at noon."
	melon := func(status, changed, body string, rev any) map[string]any {
		return map[string]any{"id": second, "case": demo.CaseID(1), "body": body, "source": "seen_by_worker", "shared": true, "rev": rev, "_status": status, "_changed": changed}
	}
	table := func(created, updated, deleted []any) map[string]any {
		return map[string]any{"changes": map[string]any{"notes": map[string]any{"created": append([]any{}, created...), "updated": append([]any{}, updated...), "deleted": append([]any{}, deleted...)}}}
	}
	rows := func(now, was map[string]any) map[string]any {
		row := map[string]any{"newDocumentState": now}
		if was != nil {
			row["assumedMasterState"] = was
		}
		return map[string]any{"rows": []any{row}}
	}
	body := func(got replicated, id string) any { return got.Melon.Rows["notes/"+id]["body"] }

	run(rows(note, nil))
	got := run(rows(note, nil)) // its answer was lost
	if body(got, first) != "Seen from the gate." {
		t.Errorf("a note that RxDB made: %v", got.Melon.Rows["notes/"+first])
	}
	if got = run(rows(edited, note)); body(got, first) != edited["body"] || len(got.Conflicts) != 0 {
		t.Errorf("an edit of RxDB's: %v, answered %v", body(got, first), got.Conflicts)
	}
	var theirs map[string]any
	for key, row := range got.Melon.Rows {
		if strings.HasPrefix(key, "notes/") && row["author"] != demo.School.ID {
			theirs = row
		}
	}
	delete(theirs, "rev")
	mine := maps.Clone(theirs)
	mine["body"] = "In my words."
	if got = run(rows(mine, theirs)); len(got.Conflicts) != 1 || got.Conflicts[0]["body"] != theirs["body"] {
		t.Errorf("an edit of somebody else's note is answered %v", got.Conflicts)
	}
	got = run(table([]any{melon("created", "", "From the other app.", 0)}, nil, nil))
	if body(got, second) != "From the other app." {
		t.Errorf("a note that WatermelonDB made: %v", got.Melon.Rows["notes/"+second])
	}
	rev := got.Melon.Rows["notes/"+second]["rev"]
	got = run(table(nil, []any{melon("updated", "body", "From the other app, twice.", rev)}, nil))
	if body(got, second) != "From the other app, twice." {
		t.Errorf("an edit of WatermelonDB's: %v", body(got, second))
	}
	if got = run(table(nil, nil, []any{second})); got.Melon.Rows["notes/"+second] != nil {
		t.Errorf("a note that WatermelonDB deleted: %v", got.Melon.Rows["notes/"+second])
	}
}

// replicated is what the two hold, and what RxDB was answered to its edits.
type replicated struct {
	RxDB      map[string]struct{ Rows map[string]any }
	Melon     struct{ Rows map[string]map[string]any }
	Conflicts []map[string]any
	History   string
}

func heldBy(t *testing.T, s *demotest.Server, token string) map[string]bool {
	t.Helper()
	var page contract.PullAnswer
	s.Do("POST", "/api/sync/pull", token, contract.PullRequest{Limit: contract.MaxLimit}).JSON(t, &page)
	out := map[string]bool{}
	for _, c := range page.Changes {
		out[c.Collection+"/"+c.ID] = true
	}
	return out
}
