package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	contract "holdfast/mobile-contract"
)

func made(t *testing.T) (root string, files map[string][]byte) {
	t.Helper()
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	if files, err = documents(root); err != nil {
		t.Fatal(err)
	}
	return root, files
}

// A declaration changed and its documents forgotten is a promise that nobody keeps.
func TestGeneratingChangesNoFile(t *testing.T) {
	root, files := made(t)
	if len(files) < 40 {
		t.Fatalf("only %d documents are generated", len(files))
	}
	for path, want := range files {
		got, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Errorf("%v: run go generate ./...", err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the declarations give: run go generate ./...", path)
		}
	}
	stale, err := leftOver(root, files)
	if err != nil || len(stale) > 0 {
		t.Errorf("nothing generates %v any more (%v): run go generate ./...", stale, err)
	}
}

func TestGeneratingTwiceGivesTheSameBytes(t *testing.T) {
	_, first := made(t)
	for range 5 {
		_, again := made(t)
		for path := range first {
			if !bytes.Equal(first[path], again[path]) {
				t.Fatalf("%s differs from one run to the next", path)
			}
		}
	}
}

func TestEveryDocumentSaysFirstThatItIsGenerated(t *testing.T) {
	_, files := made(t)
	for path, content := range files {
		if path == shapes { // people's decisions, with a first line for what is new
			continue
		}
		lines := strings.SplitN(string(content), "\n", 3)
		if !strings.Contains(lines[0]+lines[1], generated) {
			t.Errorf("%s begins with %q", path, lines[0]+lines[1])
		}
	}
}

// Every schema is one, and every reference in it leads to another of ours.
func TestEverySchemaResolves(t *testing.T) {
	_, files := made(t)
	load := func(u *url.URL) (*jsonschema.Schema, error) {
		var s jsonschema.Schema
		return &s, json.Unmarshal(files[schemaFolder+"/"+strings.TrimPrefix(u.String(), base)], &s)
	}
	resolved := 0
	for path, content := range files {
		if !strings.HasPrefix(path, schemaFolder) {
			continue
		}
		var s jsonschema.Schema
		if err := json.Unmarshal(content, &s); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if _, err := s.Resolve(&jsonschema.ResolveOptions{Loader: load}); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		resolved++
	}
	if resolved < len(messages)+len(synced()) {
		t.Errorf("only %d schemas", resolved)
	}
}

func TestTheTableOfExchangesIsTheContracts(t *testing.T) {
	names := map[string]bool{"": true}
	for _, m := range messages {
		names[m.Name()] = true
	}
	ends := map[string]bool{}
	for _, e := range contract.Endpoints {
		ends[e.Method+" "+e.Path] = true
		if _, ok := believed[e.Auth]; !ok {
			t.Errorf("%s %s asks for a token of kind %q", e.Method, e.Path, e.Auth)
		}
	}
	for _, e := range contract.Beside {
		ends[e.Method+" "+e.Path] = true
	}
	all := maps.Clone(exchanges)
	maps.Copy(all, besides)
	for end, x := range all {
		if !ends[end] {
			t.Errorf("%s is no endpoint of the contract", end)
		}
		for _, n := range slices.Concat([]string{x.ask, x.lists}, x.answers, x.streams, slices.Collect(maps.Values(x.also))) {
			if !names[n] {
				t.Errorf("%s speaks of %s, which is no message", end, n)
			}
		}
	}
}

// What the limits turn into, by example: a limit lost on the way would let a client
// send what the server refuses.
func TestLimitsAreCarriedOver(t *testing.T) {
	_, files := made(t)
	for _, c := range []struct{ schema, instance, why string }{
		{"PushRequest", `{"mutations": []}`, "an empty push"},
		{"PullRequest", `{"position": null, "limit": 5001}`, "too many a page"},
		{"PullRequest", `{"position": 7}`, "a position that is a number"},
		{"PullRequest", `{"position": null, "since": 3}`, "an unknown member"},
		{"SettleRequest", `{"choice": "mine"}`, "an unknown choice"},
		{"Mutation", `{"id": "81jd0000000000000000000000", "collection": "notes", "record": "abcdefghijklmno", "op": "create", "recorded_at": "now"}`, "an id of more than 128 bits"},
		{"Mutation", `{"id": "01jd0000000000000000000000", "collection": "notes", "record": "short", "op": "create", "recorded_at": "now"}`, "a short record id"},
		{"Mutation", `{"id": "01jd0000000000000000000000", "collection": "notes", "record": "abcdefghijklmno", "recorded_at": "now"}`, "no deed"},
		{"Digest", `{"count": 1, "hash": "ABC"}`, "a hash that is none"},
	} {
		if err := validate(t, files, c.schema, c.instance); err == nil {
			t.Errorf("%s passes as %s", c.why, c.schema)
		}
	}
	for schema, instance := range map[string]string{
		"PullRequest": `{"position": null}`,
		"PushRequest": `{"mutations": [{"id": "01jd0000000000000000000000", "collection": "notes", "record": "abcdefghijklmno", "op": "create", "set": {"a": [1]}, "recorded_at": "now"}]}`,
		"Digest":      `{"count": 1, "hash": "00000000000000ff"}`,
	} {
		if err := validate(t, files, schema, instance); err != nil {
			t.Errorf("a good %s does not pass: %v", schema, err)
		}
	}
}

func validate(t *testing.T, files map[string][]byte, schema, instance string) error {
	t.Helper()
	load := func(u *url.URL) (*jsonschema.Schema, error) {
		var s jsonschema.Schema
		return &s, json.Unmarshal(files[schemaFolder+"/"+strings.TrimPrefix(u.String(), base)], &s)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(files[schemaFolder+"/"+schema+".json"], &s); err != nil {
		t.Fatal(err)
	}
	r, err := s.Resolve(&jsonschema.ResolveOptions{Loader: load})
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal([]byte(instance), &v); err != nil {
		t.Fatal(err)
	}
	return r.Validate(v)
}
