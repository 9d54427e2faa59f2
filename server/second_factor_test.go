package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pquerna/otp/totp"

	"holdfast/hooks"
	"holdfast/hooks/factor"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// The only superuser and an agency's only lead come back in by the command line.
func TestWhoIsAloneIsHelpedFromOutside(t *testing.T) {
	app := demotest.App(t)
	supers, err := app.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		t.Fatal(err)
	}
	boss := core.NewRecord(supers)
	boss.SetEmail("operator@fellmoor.example")
	boss.SetPassword("a-long-password")
	if err := app.Save(boss); err != nil {
		t.Fatal(err)
	}
	lead, err := app.FindRecordById("users", demo.Manager.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, account := range []*core.Record{boss, lead} {
		e, err := factor.BeginTOTP(app, account, "x", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		code, err := totp.GenerateCode(e.Secret, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		err = hooks.Within(app, hooks.Actor{User: account, Door: "dashboard"}, func(tx core.App) error {
			_, err := hooks.AddTOTP(tx, account, e.ID, code, "", time.Now())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	run := func(args ...string) (string, error) {
		var out bytes.Buffer
		c := secondFactorCommand(app)
		c.SetOut(&out)
		c.SetErr(&out)
		c.SetArgs(append([]string{"reset"}, args...))
		err := c.Execute()
		return out.String(), err
	}
	for _, args := range [][]string{{}, {"nobody@fellmoor.example"}, {boss.Email()}, {"--superuser", lead.Email()}} {
		if said, err := run(args...); err == nil {
			t.Errorf("%v says %q", args, said)
		}
	}
	for account, args := range map[*core.Record][]string{boss: {"--superuser", boss.Email()}, lead: {lead.Email()}} {
		said, err := run(args...)
		if err != nil || !strings.Contains(said, "is reset") {
			t.Fatalf("%v: %q %v", args, said, err)
		}
		if strong, err := factor.Strong(app, account); strong || err != nil {
			t.Errorf("%v left a factor, %v", args, err)
		}
		n, err := app.CountRecords("audit_log", dbx.HashExp{"verb": "factors_reset", "record": account.Id, "door": "command", "collection": account.Collection().Name})
		if err != nil || n != 1 {
			t.Errorf("%v is on record %d times, %v", args, n, err)
		}
		n, err = app.CountRecords("outbox", dbx.HashExp{"kind": "factors_reset", "to": account.Email()})
		if err != nil || n != 1 {
			t.Errorf("%v told its owner %d times, %v", args, n, err)
		}
	}
}

// mailedCode has a person choose, or no longer choose, to be mailed a code.
func mailedCode(t *testing.T, app core.App, p demo.Person, on bool) {
	t.Helper()
	u := must(app.FindRecordById("users", p.ID))
	err := hooks.Within(app, hooks.Actor{User: u, Door: "coordinate"}, func(tx core.App) error { return hooks.SetMailedCode(tx, u, on, time.Now()) })
	if err != nil {
		t.Fatal(err)
	}
}
