package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// A superuser with a view over what PocketBase does not show, and whoever has a copy of
// the database, find no key there.
func TestNoKeyIsFoundInTheDatabase(t *testing.T) {
	s := house(t)
	s.Token(demo.Practitioner) // phones have tokens
	token := operator(t, s)
	ring, err := os.ReadFile(demotest.Path(s.App, "keys", "ring.json"))
	if err != nil {
		t.Error(err)
	}
	secrets := regexp.MustCompile(`"secret": "([^"]+)"`).FindAllStringSubmatch(string(ring), -1)
	if len(secrets) != 5 {
		t.Errorf("%d secrets are in the ring", len(secrets))
	}
	holds := func(where string, what []byte) {
		t.Helper()
		for _, found := range secrets {
			raw := must(base64.StdEncoding.DecodeString(found[1]))
			for _, form := range []string{string(raw), base64.RawStdEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw), hex.EncodeToString(raw)} {
				if bytes.Contains(what, []byte(form)) {
					t.Errorf("%s holds a key", where)
				}
			}
		}
	}
	for name, query := range map[string]string{
		"spy_meta": "SELECT name as id, value FROM sync_meta",
		"spy_all":  "SELECT name as id, group_concat(value) AS value, count(*) AS n FROM sync_meta GROUP BY name",
	} {
		made := s.Do("POST", "/api/collections", token, map[string]any{"name": name, "type": "view", "viewQuery": query})
		rows := s.Do("GET", "/api/collections/"+name+"/records?perPage=500", token, nil)
		t.Logf("%s: %d, then %d", name, made.Status, rows.Status)
		if strings.Contains(string(rows.Body), `"key.`) {
			t.Errorf("a view shows the keys: %s", rows.Body)
		}
		holds(name, append(made.Body, rows.Body...))
	}
	for _, path := range []string{"/api/settings", "/api/collections?perPage=500", "/api/ops/health", "/api/files/keys/ring.json", "/api/keys", "/_/../keys/ring.json"} {
		holds(path, s.Do("GET", path, token, nil).Body)
	}
	if err := s.App.CreateBackup(t.Context(), "all.zip"); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(s.App.DataDir(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Base(path) == "ring.json" {
			return err
		}
		raw, err := os.ReadFile(path)
		holds(path, raw)
		if strings.HasSuffix(path, "all.zip") && bytes.Contains(raw, []byte("ring.json")) {
			t.Errorf("a backup takes the keys along")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// operator is a superuser's token.
func operator(t *testing.T, s *demotest.Server) string {
	t.Helper()
	r := core.NewRecord(must(s.App.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)))
	r.SetEmail("operator@fellmoor.example")
	r.SetPassword("a-long-password")
	if err := s.App.Save(r); err != nil {
		t.Fatal(err)
	}
	return must(r.NewAuthToken())
}
