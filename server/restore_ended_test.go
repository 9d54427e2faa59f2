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
	shutStore(t, app)
	said := shellIn(t, t.TempDir(), "HOLDFAST_DIR="+dir).works("restore", "--from", copied)
	if !strings.Contains(said, "phones 1, accounts 1") {
		t.Errorf("it says\n%s", said)
	}
	app = demotest.Open(t, dir)
	if is := must(app.FindRecordById("devices", stolen.Device)).GetString("status"); is != "ended" {
		t.Errorf("the phone is %s", is)
	}
	if must(app.FindRecordById("users", demo.Colleague.ID)).GetBool("active") {
		t.Error("the account is believed again")
	}
}
