package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/lineage"
	"holdfast/hooks/signing"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/ops"
)

// town is a Fellmoor behind one address, for a test that runs in Node: what happens around
// a phone happens at its doors below /town/ (a sign-in without the password's cost, somebody
// who joins or leaves, a copy of the store, and its putting back in the store's place).
type town struct {
	*httptest.Server
	t    *testing.T
	mu   sync.RWMutex // a restore waits for what is under way
	s    *demotest.Server
	copy string
}

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{t: t}
	w.open(demotest.App(t))
	mux := http.NewServeMux()
	mux.HandleFunc("POST /town/{deed}", w.happen)
	mux.HandleFunc("/", func(rw http.ResponseWriter, r *http.Request) {
		w.mu.RLock()
		here := w.s.Handler
		if r.URL.Path == "/api/realtime" { // which does not end
			w.mu.RUnlock()
		} else {
			defer w.mu.RUnlock()
		}
		here.ServeHTTP(rw, r)
	})
	w.Server = httptest.NewServer(mux)
	t.Cleanup(w.Close)
	return w
}

func (w *town) open(app core.App) {
	ops.Bind(app)
	w.s = demotest.Serve(w.t, app, rooms(&ops.Options{Together: true})...)
}

// asked is what the test in Node wants.
type asked struct {
	Who, Case, Collection, Record, SQL string
	Where, Set                         map[string]any
	Delete                             bool
}

func (w *town) happen(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var ask asked
	_ = json.NewDecoder(r.Body).Decode(&ask) // none is one
	said, err := w.deed(r.PathValue("deed"), ask)
	if err != nil {
		http.Error(rw, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(rw).Encode(said)
}

func (w *town) deed(name string, ask asked) (any, error) {
	switch name {
	case "fresh": // another Fellmoor, as it was filled
		app := w.s.App
		w.open(demotest.App(w.t))
		lineage.Leave(app)
		return "", app.ResetBootstrapState()
	case "sign-in":
		for _, p := range demo.Cast {
			if p.Account == ask.Who {
				return map[string]string{"token": w.s.SignIn(p), "id": p.ID}, nil
			}
		}
		return nil, errors.New("nobody is " + ask.Who)
	case "copy":
		w.copy = filepath.Join(w.t.TempDir(), "copy")
		return "", w.s.App.RunInTransaction(func(core.App) error { return storeTo(w.s.App.DataDir(), w.copy) }) // while nobody writes
	case "restore":
		dir := filepath.Join(w.t.TempDir(), "store")
		if err := storeTo(w.copy, dir); err != nil {
			return nil, err
		}
		lineage.Leave(w.s.App)
		w.open(demotest.Open(w.t, dir))
		return "", nil
	case "sql":
		_, err := w.s.App.NonconcurrentDB().NewQuery(ask.SQL).Execute()
		return "", err
	case "rows":
		rows := []dbx.NullStringMap{}
		err := w.s.App.ConcurrentDB().NewQuery(ask.SQL).All(&rows)
		out := make([]map[string]string, len(rows))
		for i, row := range rows {
			out[i] = map[string]string{}
			for k, v := range row {
				out[i][k] = v.String
			}
		}
		return out, err
	case "write":
		return "", w.write(ask)
	}
	return nil, errors.New("no such deed: " + name)
}

// write is one by another door: the server's own hand.
func (w *town) write(ask asked) error {
	c, err := w.s.App.FindCollectionByNameOrId(ask.Collection)
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	switch {
	case ask.Where != nil:
		all, err := w.s.App.FindAllRecords(c, dbx.HashExp(ask.Where))
		if err != nil || len(all) != 1 {
			return errors.Join(errors.New("not one record is so"), err)
		}
		r = all[0]
	case ask.Record != "":
		if r, err = w.s.App.FindRecordById(c, ask.Record); err != nil {
			r = core.NewRecord(c)
			r.Id = ask.Record
		}
	}
	if ask.Delete {
		return w.s.App.Delete(r)
	}
	r.Load(ask.Set)
	return w.s.App.Save(r)
}

// storeTo copies a store's database and its keys, as an operator does.
func storeTo(from, to string) error {
	err := os.CopyFS(filepath.Join(to, signing.Folder), os.DirFS(filepath.Join(from, signing.Folder)))
	for _, name := range []string{"data.db", "data.db-wal"} {
		raw, e := os.ReadFile(filepath.Join(from, name))
		if e == nil {
			e = os.WriteFile(filepath.Join(to, name), raw, 0o600)
		}
		if !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// clean is a name that can be one of a test.
func clean(name string) string { return strings.ReplaceAll(name, " ", "_") }
