package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/account"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
)

// Phones were stopped, one found again, and a colleague's account switched off, after the
// copy was made. The copy is put back by hand: the whole folder, or the database alone.
func TestWhatWasEndedStaysEndedWhenACopyIsPutBackByHand(t *testing.T) {
	for _, how := range []string{"the folder", "the database"} {
		t.Run(how, func(t *testing.T) {
			app := demotest.App(t)
			s := demotest.Serve(t, app, devices.Open)
			out, lost, found := s.Phone(demo.Practitioner).Device, s.Phone(demo.School).Device, s.Phone(demo.Manager).Device
			dir := app.DataDir()
			shutStore(t, app)
			copied := copyOf(t, dir)

			app = demotest.Open(t, dir)
			turn := func(of, id, field string, to any) {
				t.Helper()
				if err := kernel.Within(app, kernel.Actor{Door: "server"}, func(tx core.App) error {
					r, err := tx.FindRecordById(of, id)
					if err != nil {
						return err
					}
					r.Set(field, to)
					return tx.SaveNoValidate(kernel.AsServer(r))
				}); err != nil {
					t.Fatal(err)
				}
			}
			turn("devices", out, "status", "ended")
			turn("devices", lost, "status", "wipe")
			turn("devices", found, "status", "locked")
			turn("devices", found, "status", "active")
			turn("users", demo.Colleague.ID, "active", false)
			shutStore(t, app)

			back := func(names ...string) {
				t.Helper()
				for _, name := range names {
					if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
						t.Fatal(err)
					}
				}
			}
			if how == "the folder" {
				back(".")
				if err := os.CopyFS(dir, os.DirFS(copied)); err != nil {
					t.Fatal(err)
				}
			} else {
				back("data.db-wal", "data.db-shm")
				if err := os.Rename(filepath.Join(copied, "data.db"), filepath.Join(dir, "data.db")); err != nil {
					t.Fatal(err)
				}
				if err := os.Remove(dir + account.Ended); err != nil { // the list within is enough
					t.Fatal(err)
				}
			}
			for range 2 { // a second start says the same
				app = demotest.Open(t, dir)
				for id, is := range map[string]string{out: "ended", lost: "wipe", found: "active"} {
					if at := must(app.FindRecordById("devices", id)).GetString("status"); at != is {
						t.Errorf("a phone is %s, and was made %s", at, is)
					}
				}
				if must(app.FindRecordById("users", demo.Colleague.ID)).GetBool("active") {
					t.Error("the account is believed again")
				}
				shutStore(t, app)
			}
		})
	}
}

// The list beside the folder may be another store's, which was there before.
func TestWhatAnotherStoreEndedEndsNothing(t *testing.T) {
	app := demotest.App(t)
	dir := app.DataDir()
	shutStore(t, app)
	line := `{"store":"another","of":"users","id":"` + demo.Colleague.ID + `","is":"off","at":1}` + "\n"
	if err := os.WriteFile(dir+account.Ended, []byte(line+`{"store":`), 0o600); err != nil {
		t.Fatal(err)
	}
	app = demotest.Open(t, dir)
	if !must(app.FindRecordById("users", demo.Colleague.ID)).GetBool("active") {
		t.Error("another store's word ended an account")
	}
	shutStore(t, app)
}
