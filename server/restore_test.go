package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/lineage"
	"holdfast/hooks/signing"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/place"
)

// copyOf is a copy of a closed store, as an operator makes it.
func copyOf(t *testing.T, dir string) (to string) {
	t.Helper()
	to = filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// after opens a closed store, writes something down in it, and closes it again. It answers
// how far the history then goes, sealed with a key that the copies do not have.
func after(t *testing.T, dir, summary string) (p lineage.Place, history string) {
	t.Helper()
	app := demotest.Open(t, dir)
	c := must(app.FindRecordById("cases", demo.CaseID(1)))
	c.Set("summary", summary)
	if err := app.Save(c); err != nil {
		t.Fatal(err)
	}
	if err := must(signing.Load(app)).Rotate("", time.Now()); err != nil {
		t.Fatal(err)
	}
	p = must(lineage.Of(app).Now())
	history = must(lineage.Of(app).Seal(p))
	shutStore(t, app)
	return p, history
}

func shutStore(t *testing.T, app core.App) {
	t.Helper()
	lineage.Leave(app)
	if err := app.ResetBootstrapState(); err != nil {
		t.Fatal(err)
	}
}

func asides(dir string) []string {
	return slices.DeleteFunc(must(filepath.Glob(dir+".replaced-*")), func(f string) bool { return strings.HasSuffix(f, lineage.Beside) })
}

func TestACopyIsPutBackForCertain(t *testing.T) {
	dir := aStore(t)
	was := must(os.ReadFile(filepath.Join(dir, "data.db")))
	backup := copyOf(t, dir)
	s := shellIn(t, t.TempDir(), "HOLDFAST_DIR="+dir)
	for n := range 2 { // the second time as well
		lost, history := after(t, dir, "Written after the copy")
		said := s.works("restore", "--from", backup)
		for _, words := range []string{"is now the copy in " + backup, "A new history has begun", "is kept, whole, in " + dir + ".replaced-"} {
			if !strings.Contains(said, words) {
				t.Errorf("it does not say %q:\n%s", words, said)
			}
		}
		if len(asides(dir)) != n+1 {
			t.Fatalf("beside the store are %v", asides(dir))
		}
		app := demotest.Open(t, dir)
		begun := must(lineage.Last(app.ConcurrentDB()))
		if begun.Epoch == lost.Epoch || begun.Why != lineage.Restored {
			t.Errorf("restore %d: %+v", n+1, begun)
		}
		if now := must(lineage.Of(app).Now()); now.Seq <= lost.Seq {
			t.Errorf("it goes on at %d, below %d", now.Seq, lost.Seq)
		}
		if summary := must(app.FindRecordById("cases", demo.CaseID(1))).GetString("summary"); summary == "Written after the copy" {
			t.Error("the store is not the copy")
		}
		if ours := must(lineage.Of(app).Shown(history)); ours || lineage.Of(app).Epoch() != begun.Epoch {
			t.Errorf("what a phone shows that was given it after the copy, with a key made after it: ours %v", ours)
		}
		shutStore(t, app)
		kept := asides(dir)[n]
		old := demotest.Open(t, kept)
		if summary := must(old.FindRecordById("cases", demo.CaseID(1))).GetString("summary"); summary != "Written after the copy" {
			t.Errorf("what was kept says %q", summary)
		}
		shutStore(t, old)
	}
	if !bytes.Equal(was, must(os.ReadFile(filepath.Join(backup, "data.db")))) {
		t.Error("the copy was changed")
	}
}

// On a new machine there is nothing to keep aside.
func TestACopyIsPutWhereNothingWas(t *testing.T) {
	backup, dir := aStore(t), filepath.Join(t.TempDir(), "new", "store")
	said := shellIn(t, t.TempDir(), "HOLDFAST_DIR="+dir).works("restore", "--from", backup)
	if strings.Contains(said, "kept") || len(asides(dir)) != 0 {
		t.Errorf("beside the store are %v; it says\n%s", asides(dir), said)
	}
	if begun := must(lineage.Last(demotest.Open(t, dir).ConcurrentDB())); begun.Why != lineage.Restored {
		t.Errorf("%+v", begun)
	}
}

func TestWhatIsNoGoodCopyIsNotPutBack(t *testing.T) {
	dir := aStore(t)
	good := copyOf(t, dir)
	changed := func(change func(copied string) error) string {
		c := copyOf(t, dir)
		if err := change(c); err != nil {
			t.Fatal(err)
		}
		return c
	}
	sql := func(statement string) func(string) error {
		return func(c string) error {
			app := core.NewBaseApp(core.BaseAppConfig{DataDir: c})
			if err := app.Bootstrap(); err != nil {
				return err
			}
			_, err := app.NonconcurrentDB().NewQuery(statement).Execute()
			return errors.Join(err, app.ResetBootstrapState())
		}
	}
	within := filepath.Join(dir, "backups", "last night")
	if err := os.CopyFS(within, os.DirFS(good)); err != nil {
		t.Fatal(err)
	}
	unfinished := place.Aside(dir, time.Now().Add(-time.Hour))
	if err := errors.Join(os.CopyFS(unfinished, os.DirFS(good)), os.WriteFile(filepath.Join(unfinished, place.Unfinished), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	s := shellIn(t, t.TempDir(), "HOLDFAST_DIR="+dir)
	before := must(os.ReadFile(filepath.Join(dir, "data.db")))
	for from, says := range map[string]string{
		filepath.Join(dir, "nowhere"): "there is no copy of a store in",
		dir:                           "is the store itself, or lies in it",
		within:                        "is the store itself, or lies in it",
		unfinished:                    "is not whole",
		changed(func(c string) error { return os.Truncate(filepath.Join(c, "data.db"), 100_000) }):              "opening the copy",
		changed(func(c string) error { return os.WriteFile(filepath.Join(c, "data.db"), []byte("no"), 0o600) }): "the copy",
		changed(sql(`DROP TABLE sync_counter`)):                                                                 "is not a store of Holdfast",
		changed(sql(`INSERT INTO _migrations (file, applied) VALUES ('1999999999_later.go', 1)`)):               "of a later version of Holdfast",
		changed(sql(`UPDATE sync_meta SET value = 'another' WHERE name = 'keys'`)):                              "the copy is of another store",
	} {
		said, code := s.run("restore", "--from", from)
		if code == 0 || !strings.Contains(said, says) {
			t.Errorf("--from %s: exit %d, and not %q:\n%s", from, code, says, said)
		}
	}
	c, _, _ := s.serves()
	if said, code := s.run("restore", "--from", good); code == 0 || !strings.Contains(said, "another holdfast") {
		t.Errorf("beside a server: exit %d\n%s", code, said)
	}
	s.stop(c, syscall.SIGTERM)
	if all := asides(dir); len(all) != 1 {
		t.Errorf("beside the store are %v", all)
	}
	if b := must(lineage.Last(demotest.Open(t, dir).ConcurrentDB())); b.Why != "" || len(before) == 0 {
		t.Errorf("the store was changed: %+v", b)
	}
	if said := s.works("restore", "--from", good); !strings.Contains(said, unfinished+" was left by a restore that did not finish") {
		t.Errorf("of what was left it says nothing:\n%s", said)
	}
}
