package main

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/account"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
)

// A phone was signed out, and a colleague's account switched off, after the copy was made.
func TestWhatWasEndedStaysEndedWhenACopyIsPutBack(t *testing.T) {
	app := demotest.App(t)
	if _, err := app.NonconcurrentDB().NewQuery(`INSERT INTO account_factors (id, collection, account, kind, name, sealed, step, added, used) VALUES ('stolen', 'users', '` + demo.Manager.ID + `', 'app', 'The lost one', x'01', 1, 1, 1)`).Execute(); err != nil {
		t.Fatal(err)
	}
	stolen := demotest.Serve(t, app, devices.Open).Phone(demo.Practitioner)
	dir := app.DataDir()
	shutStore(t, app)
	copied := copyOf(t, dir)
	app = demotest.Open(t, dir)
	if err := kernel.Within(app, kernel.Actor{Door: "server"}, func(tx core.App) error { return account.EndDevice(tx, stolen.Device) }); err != nil {
		t.Fatal(err)
	}
	left := must(app.FindRecordById("users", demo.Colleague.ID))
	left.Set("active", false)
	if err := app.SaveNoValidate(kernel.AsServer(left)); err != nil {
		t.Fatal(err)
	}
	moira := must(app.FindRecordById("users", demo.Manager.ID)) // found out, and chosen anew
	moira.SetPassword("quiet-harbour-lantern")
	if err := app.SaveNoValidate(kernel.AsServer(moira)); err != nil {
		t.Fatal(err)
	}
	if _, err := app.NonconcurrentDB().NewQuery(`INSERT INTO account_factors (id, collection, account, kind, name, sealed, step, added, used) VALUES ('later', 'users', '` + demo.Manager.ID + `', 'app', 'Her phone', x'00ff', 1, 2, 3)`).Execute(); err != nil {
		t.Fatal(err)
	}
	if _, err := app.NonconcurrentDB().NewQuery(`DELETE FROM account_factors WHERE id = 'stolen'`).Execute(); err != nil {
		t.Fatal(err)
	}
	shutStore(t, app)
	said := shellIn(t, t.TempDir(), "HOLDFAST_DIR="+dir).works("restore", "--from", copied)
	if !strings.Contains(said, "phones 1, accounts 1. Passwords and sign-ins changed since, and kept so: 2.") {
		t.Errorf("it says\n%s", said)
	}
	app = demotest.Open(t, dir)
	if is := must(app.FindRecordById("devices", stolen.Device)).GetString("status"); is != "ended" {
		t.Errorf("the phone is %s", is)
	}
	if must(app.FindRecordById("users", demo.Colleague.ID)).GetBool("active") {
		t.Error("the account is believed again")
	}
	moira = must(app.FindRecordById("users", demo.Manager.ID))
	if moira.ValidatePassword(demo.Password) || !moira.ValidatePassword("quiet-harbour-lantern") {
		t.Error("the password from before is believed again")
	}
	var factors []string
	if err := app.ConcurrentDB().NewQuery(`SELECT id || ' ' || hex(sealed) FROM account_factors WHERE account = '` + demo.Manager.ID + `'`).Column(&factors); err != nil || len(factors) != 1 || factors[0] != "later 00FF" {
		t.Errorf("second factors: %v, %v", factors, err)
	}
}
