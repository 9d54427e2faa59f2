package lineage_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/lineage"
	"holdfast/hooks/signing"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// within is a store's mark beside its keys.
func within(dir string) string { return filepath.Join(dir, signing.Folder, "lineage") }

// aStore is a store in a folder, closed.
func aStore(t *testing.T) (dir string) {
	t.Helper()
	app := demotest.App(t)
	shut(t, app)
	return app.DataDir()
}

func shut(t *testing.T, app core.App) {
	t.Helper()
	lineage.Leave(app)
	if err := app.ResetBootstrapState(); err != nil {
		t.Fatal(err)
	}
}

// opened opens a store, and says why its present epoch began.
func opened(t *testing.T, dir string) (core.App, lineage.Begun) {
	t.Helper()
	app := demotest.Open(t, dir)
	b, err := lineage.Last(app.ConcurrentDB())
	if err != nil {
		t.Fatal(err)
	}
	return app, b
}

func here(t *testing.T, app core.App) lineage.Place {
	t.Helper()
	p, err := lineage.Of(app).Now()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// write is a change that takes positions.
func write(t *testing.T, app core.App) {
	t.Helper()
	c, err := app.FindRecordById("cases", demo.CaseID(1))
	if err != nil {
		t.Fatal(err)
	}
	c.Set("summary", c.GetString("summary")+" And more.")
	if err := app.Save(c); err != nil {
		t.Fatal(err)
	}
}

// copied copies a closed store's files to a folder; those that end in any of besides stay.
func copied(t *testing.T, from, to string, besides ...string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		for _, b := range besides {
			if filepath.Base(path) == b {
				return nil
			}
		}
		raw, err := os.ReadFile(path)
		at := filepath.Join(to, path[len(from):])
		return errors.Join(err, os.MkdirAll(filepath.Dir(at), 0o700), os.WriteFile(at, raw, 0o600))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnOlderCopyIsNoticedAtTheStart(t *testing.T) {
	for what, stays := range map[string]func(t *testing.T, dir string){
		"the database alone":                       nil,
		"the whole folder, and not what is beside": func(t *testing.T, dir string) { check(t, os.Remove(within(dir))) },
	} {
		dir, backup := aStore(t), t.TempDir()
		app, first := opened(t, dir)
		if first.Why != "" {
			t.Fatalf("before: %+v", first)
		}
		shut(t, app)
		copied(t, dir, backup)
		app, _ = opened(t, dir)
		write(t, app)
		last := here(t, app)
		shut(t, app)

		for twice := range 2 {
			besides := []string{"lineage"}
			if stays != nil {
				besides = nil
			}
			copied(t, backup, dir, besides...)
			app, b := opened(t, dir)
			if b.Epoch == last.Epoch || b.Why != lineage.OlderCopy {
				t.Errorf("%s, put back %d times before: %+v", what, twice, b)
			}
			if p := here(t, app); p.Seq <= last.Seq {
				t.Errorf("%s: it goes on at %d, below %d", what, p.Seq, last.Seq)
			}
			var told []string
			if err := app.ConcurrentDB().NewQuery(`SELECT record FROM audit_log WHERE verb = 'history_began'`).Column(&told); err != nil || len(told) != 1 || told[0] != b.Epoch {
				t.Errorf("%s: the audit log says %q %v", what, told, err)
			}
			write(t, app)
			last = here(t, app)
			shut(t, app)
		}
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestNothingOrdinaryIsARestore(t *testing.T) {
	for what, happens := range map[string]func(t *testing.T, dir string) (opens string){
		"a restart": func(_ *testing.T, dir string) string { return dir },
		"a crash before the mark was written": func(t *testing.T, dir string) string {
			old, err := os.ReadFile(within(dir))
			check(t, err)
			app, _ := opened(t, dir)
			write(t, app)
			here(t, app)
			shut(t, app)
			check(t, errors.Join(os.WriteFile(within(dir), old, 0o600), os.WriteFile(dir+lineage.Beside, old, 0o600)))
			return dir
		},
		"a crash while the marks were written": func(t *testing.T, dir string) string {
			check(t, errors.Join(os.WriteFile(within(dir), []byte(`{"epoch":"x`), 0o600), os.Truncate(dir+lineage.Beside, 0)))
			return dir
		},
		"a copy in a new folder": func(t *testing.T, dir string) string {
			to := filepath.Join(t.TempDir(), "store")
			copied(t, dir, to)
			return to
		},
		"a folder with a new name": func(t *testing.T, dir string) string {
			check(t, os.Rename(dir, dir+"-moved"))
			return dir + "-moved"
		},
		"a new store where another was": func(t *testing.T, dir string) string {
			fresh := filepath.Join(t.TempDir(), "store")
			app, _ := opened(t, dir)
			p := here(t, app)
			shut(t, app)
			raw, err := os.ReadFile(dir + lineage.Beside)
			check(t, errors.Join(err, os.WriteFile(fresh+lineage.Beside, raw, 0o600)))
			made := demotest.Open(t, fresh)
			if now := here(t, made); now.Epoch == p.Epoch {
				t.Errorf("a new store has the epoch of the one before")
			}
			if raw, err = os.ReadFile(fresh + lineage.Beside); err != nil || strings.Contains(string(raw), p.Epoch) {
				t.Errorf("beside the new store is %s %v", raw, err)
			}
			shut(t, made)
			return fresh
		},
		"a command beside a server": func(t *testing.T, dir string) string {
			server, _ := opened(t, dir)
			write(t, server)
			before := here(t, server)
			command := demotest.Open(t, dir)
			write(t, command)
			write(t, server)
			for range 2 {
				p := here(t, server)
				if ours, err := lineage.Of(server).Judge(p); err != nil || !ours {
					t.Errorf("a place given out beside a command is not of this history: %v", err)
				}
			}
			if ours, err := lineage.Of(command).Judge(before); err != nil || !ours {
				t.Errorf("nor one from before it: %v", err)
			}
			shut(t, command)
			write(t, server)
			here(t, server)
			shut(t, server)
			return dir
		},
		"a mark that cannot be written": func(t *testing.T, dir string) string {
			check(t, errors.Join(os.Remove(dir+lineage.Beside), os.Mkdir(dir+lineage.Beside, 0o700)))
			return dir
		},
	} {
		dir := aStore(t)
		app, _ := opened(t, dir)
		write(t, app)
		here(t, app)
		shut(t, app)
		opens := happens(t, dir)
		for range 2 {
			app, b := opened(t, opens)
			if b.Why != "" {
				t.Errorf("after %s: %+v", what, b)
			}
			shut(t, app)
		}
	}
}

// Two branches of one history give out the same numbers nowhere, and each knows the places
// of the other for what they are, whatever it has written since.
func TestAPlaceOfAnotherBranchIsNotOfThisOne(t *testing.T) {
	dir, backup := aStore(t), filepath.Join(t.TempDir(), "store")
	app, _ := opened(t, dir)
	write(t, app)
	shared := here(t, app)
	shut(t, app)
	copied(t, dir, backup)
	app, _ = opened(t, dir)
	write(t, app)
	there := here(t, app)

	branch, _ := opened(t, backup) // nothing outside tells of the other
	if began := here(t, branch); began.Seq <= there.Seq {
		t.Errorf("the branch goes on at %d, which the other gave out up to %d", began.Seq, there.Seq)
	}
	write(t, branch)
	line := lineage.Of(branch)
	if ours, err := line.Judge(shared); err != nil || !ours {
		t.Fatalf("a place from before the two parted: %v %v", ours, err)
	}
	epoch := line.Epoch()
	for range 2 {
		if ours, err := line.Judge(there); err != nil || ours {
			t.Fatalf("a place of the other branch: %v %v", ours, err)
		}
	}
	b, err := lineage.Last(branch.ConcurrentDB())
	if err != nil || b.Epoch == epoch || b.Why != lineage.Phone {
		t.Errorf("%+v %v", b, err)
	}
	var begun int
	check(t, branch.ConcurrentDB().NewQuery(`SELECT count(*) FROM sync_epochs WHERE why <> ''`).Row(&begun))
	if begun != 1 {
		t.Errorf("%d epochs began", begun)
	}
	if ours, err := line.Judge(shared); err != nil || ours {
		t.Errorf("a place of the epoch that is over: %v %v", ours, err)
	}
}

// A phone that stood in an epoch of which the database never heard, since the copy is from
// before it, begins one new epoch and no more.
func TestAnEpochThatWasLostBeginsOneNewOne(t *testing.T) {
	app := demotest.App(t)
	line, first := lineage.Of(app), here(t, app)
	for range 3 {
		if ours, err := line.Judge(lineage.Place{Epoch: "epochthatwas", Mark: "of a run there", Seq: first.Seq - 1}); err != nil || ours {
			t.Fatalf("%v %v", ours, err)
		}
	}
	var begun int
	check(t, app.ConcurrentDB().NewQuery(`SELECT count(*) FROM sync_epochs WHERE lost = 0`).Row(&begun))
	if begun != 2 || line.Epoch() == first.Epoch {
		t.Errorf("%d epochs in all, now %s", begun, line.Epoch())
	}
}

func TestADatabaseThatIsChangedUnderAServerIsNoticed(t *testing.T) {
	app := demotest.App(t)
	write(t, app)
	before := here(t, app)
	_, err := app.NonconcurrentDB().NewQuery(`UPDATE sync_counter SET seq = seq - 1`).Execute() // as an older file would have it
	check(t, err)
	after := here(t, app)
	if after.Epoch == before.Epoch || after.Seq <= before.Seq {
		t.Errorf("before %+v, after %+v", before, after)
	}
	if again := here(t, app); again != after {
		t.Errorf("asked again: %+v, and before %+v", again, after)
	}
}

// A store of an earlier build knows no runs: what it gave out is of the time before the
// first, and of no other.
func TestAnEarlierBuildsStoreAndPlacesAreTaken(t *testing.T) {
	dir := aStore(t)
	app, _ := opened(t, dir)
	head := here(t, app)
	for _, s := range []string{`DELETE FROM sync_runs`, `DELETE FROM sync_epochs`, `UPDATE sync_counter SET seq = 4000`} {
		_, err := app.NonconcurrentDB().NewQuery(s).Execute()
		check(t, err)
	}
	check(t, app.ResetBootstrapState())
	check(t, errors.Join(os.Remove(within(dir)), os.Remove(dir+lineage.Beside)))
	app, b := opened(t, dir)
	if b.Epoch != head.Epoch || b.Why != "" {
		t.Fatalf("the upgraded store: %+v", b)
	}
	for _, p := range []struct {
		seq int64
		is  bool
	}{{3999, true}, {4000, true}, {4001, false}} {
		ours, err := lineage.Of(app).Judge(lineage.Place{Epoch: head.Epoch, Seq: p.seq})
		if err != nil || ours != p.is {
			t.Errorf("a position of %d: %v %v", p.seq, ours, err)
		}
	}
}
