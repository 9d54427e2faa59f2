package main

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/account"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// The operator makes an account in the dashboard, switched off and with a password that
// nobody knows, and has its owner choose one.
func TestTheOperatorInvitesWhomTheyMadeAnAccountFor(t *testing.T) {
	app := demotest.App(t)
	made := core.NewRecord(must(app.FindCollectionByNameOrId("users")))
	made.Load(map[string]any{"name": "Nia Newling", "agency": demo.Practitioner.Agency, "roles": []string{"agency_lead"}, "email": "nia@fellmoor.example", "password": "thimble-orchard-9"})
	if err := app.Save(kernel.AsServer(made)); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	until, err := invite(app, " NIA@fellmoor.example", now)
	if err != nil || until.Sub(now) < 6*24*time.Hour {
		t.Fatal(until, err)
	}
	token := must(account.InvitationToken(app, must(app.FindRecordById("users", made.Id))))
	if err := account.AcceptInvitation(app, token, "lantern-harbour-42", "coordinate", now); err != nil {
		t.Fatal(err)
	}
	if u := must(app.FindRecordById("users", made.Id)); !u.GetBool("active") || !u.ValidatePassword("lantern-harbour-42") {
		t.Error(u.PublicExport())
	}
	for email, why := range map[string]string{"nia@fellmoor.example": "is in use", "nobody@fellmoor.example": "there is no account"} {
		if _, err := invite(app, email, now); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", email, err)
		}
	}
}
