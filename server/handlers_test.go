package main

import (
	"bytes"
	"encoding/json"
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
		c := exec.Command(node, "handlers_test.mjs")
		c.Stdin = bytes.NewReader(must(json.Marshal(map[string]any{"base": s.URL, "token": token, "collections": names, "state": state})))
		c.Stderr = os.Stderr
		if state, err = c.Output(); err != nil {
			t.Fatal(err)
		}
		var got struct {
			RxDB  map[string]struct{ Rows map[string]any }
			Melon struct{ Rows map[string]any }
		}
		if err := json.Unmarshal(state, &got); err != nil {
			t.Fatal(err)
		}
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
