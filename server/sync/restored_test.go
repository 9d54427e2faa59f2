package sync

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// markBeside is the mark that lies beside a store's folder.
const markBeside = ".lineage"

// storeCopy keeps a store as it is now, as a copy of its folder does.
func storeCopy(t *testing.T, app core.App) (dir string) {
	t.Helper()
	dir = t.TempDir() + "/store"
	err := app.RunInTransaction(func(core.App) error { // while nobody writes
		return copyStore(app.DataDir(), app.DataDir(), dir)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func copyStore(from, keysFrom, to string) error {
	err := os.CopyFS(to+"/"+signing.Folder, os.DirFS(keysFrom+"/"+signing.Folder))
	for _, name := range []string{"data.db", "data.db-wal"} {
		if e := copyFile(from+"/"+name, to+"/"+name); !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// putBack starts a server over a copy, in place of the one that ran. What is not rolled
// back with it stays as it is: the keys' folder, or what lies beside the store.
func putBack(t *testing.T, now *demotest.Server, from string, keysStay, besideStays bool) *demotest.Server {
	t.Helper()
	dir := t.TempDir() + "/store"
	keysFrom := from
	if keysStay {
		keysFrom = now.App.DataDir()
	}
	if err := copyStore(from, keysFrom, dir); err != nil {
		t.Fatal(err)
	}
	if besideStays {
		if err := copyFile(now.App.DataDir()+markBeside, dir+markBeside); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	return demotest.Serve(t, demotest.Open(t, dir), rooms...)
}

func noteOf(record, body string) contract.Mutation {
	return mutation("create", "notes", record, 0, set("case", demo.CaseID(1), "body", body, "source", "seen_by_worker", "shared", true))
}

// Whatever was put back, and whoever comes first and with what: what was acknowledged is
// there, once, and every phone holds what its user may see.
func TestARestoredServerIsNoticedWhoeverComesFirst(t *testing.T) {
	scenes := []struct {
		name                  string
		keysStay, besideStays bool
		twice, passed         bool // the copy is put back twice; others write past the head first
	}{
		{name: "the database alone", keysStay: true},
		{name: "the whole folder"},
		{name: "the whole folder, and not what lies beside it", besideStays: true},
		{name: "the whole folder, twice", twice: true},
		{name: "the whole folder, and others write first", passed: true},
		{name: "the database alone, twice, and others write first", keysStay: true, twice: true, passed: true},
	}
	firsts := map[string]func(*careful){
		"pull":     func(p *careful) { p.pullAll() },
		"push":     func(p *careful) { p.handInOutbox() },
		"digest":   func(p *careful) { p.ask("POST", "/api/sync/digest", map[string]any{"position": *p.position}) },
		"estimate": func(p *careful) { p.ask("POST", "/api/sync/estimate", map[string]any{"position": *p.position}) },
		"status":   func(p *careful) { p.ask("GET", "/api/sync/status", nil); p.handInOutbox() },
		"refresh":  func(p *careful) { p.renew(); p.handInOutbox() },
		"register": func(p *careful) { p.register(); p.handInOutbox() },
	}
	for _, scene := range scenes {
		for first, comes := range firsts {
			t.Run(strings.ReplaceAll(scene.name+", "+first+" first", " ", "_"), func(t *testing.T) {
				s := fellmoor(t)
				worker, school := carefulPhone(t, s, demo.Practitioner), carefulPhone(t, s, demo.School)
				copied := storeCopy(t, s.App)
				is := map[string]string{}
				say := func(p *careful, record, body string) {
					p.write(noteOf(record, body))
					is[record] = body
				}
				worker.renew()
				worker.renew()
				say(worker, "noteafterwards1", "Bruise on the left arm")
				worker.finish()

				back := func() {
					s = putBack(t, s, copied, scene.keysStay, scene.besideStays)
					worker.s, school.s = s, s
				}
				back()
				if scene.twice {
					say(school, "noteofschool001", "Late three times this week")
					school.finish()
					back()
				}
				if scene.passed {
					for i := range 12 {
						say(school, fmt.Sprintf("noteofschool1%02d", i), "Said that")
					}
					school.finish()
				}
				edit := mutation("update", "notes", "noteafterwards1", worker.rev("notes", "noteafterwards1"), set("body", "Bruise on the left arm, and on the right"))
				worker.write(edit)
				is["noteafterwards1"] = "Bruise on the left arm, and on the right"
				say(worker, "noteafterwards2", "Mother was in")

				comes(worker)
				worker.finish()
				school.finish()
				worker.finish()
				for record, body := range is {
					var bodies []string
					if err := s.App.ConcurrentDB().NewQuery(`SELECT body FROM notes WHERE id = {:id}`).Bind(dbx.Params{"id": record}).Column(&bodies); err != nil {
						t.Fatal(err)
					}
					if len(bodies) != 1 || bodies[0] != body {
						t.Errorf("%s is %q on the server, recorded was %q", record, bodies, body)
					}
				}
				worker.inSync()
				school.inSync()
				for _, p := range []*careful{worker, school} {
					if differs := (&stage{t: t, s: s}).differs(p.phone); len(differs) > 0 {
						t.Errorf("%s's phone differs in %v", p.who.Account, differs)
					}
				}
			})
		}
	}
}
