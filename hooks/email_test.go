package hooks_test

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"

	accountrules "holdfast/hooks/account"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

func TestAnAddressIsFoldedAsPhonesTypeIt(t *testing.T) {
	for typed, want := range map[string]string{
		"Practitioner@Fellmoor.example":                "practitioner@fellmoor.example",
		"\u00a0 PRACTITIONER@FELLMOOR.EXAMPLE\u200b\t": "practitioner@fellmoor.example",
		"\ufeffsiân@fellmoor.example\u2060":            "siân@fellmoor.example",
		"":                                             "",
	} {
		if got := accountrules.FoldEmail(typed); got != want {
			t.Errorf("%q: %q", typed, got)
		}
	}
}

func TestTwoAccountsNeverDifferByCaseAlone(t *testing.T) {
	app := demotest.App(t)
	account := func(collection, email string) *core.Record {
		r := core.NewRecord(must(app.FindCollectionByNameOrId(collection)))
		r.Load(map[string]any{"name": "A colleague", "agency": demo.Practitioner.Agency, "active": true})
		r.SetEmail(email)
		r.SetPassword("thimble-orchard-9")
		return r
	}
	refused(t, app.Save(kernel.AsServer(account("users", "PRACtitioner@Fellmoor.example"))), "email", "already")
	made := account("users", " New.Person@Fellmoor.EXAMPLE\u200b")
	if err := app.Save(kernel.AsServer(made)); err != nil || made.Email() != "new.person@fellmoor.example" {
		t.Fatal(made.Email(), err)
	}
	made.SetEmail("Manager@fellmoor.example")
	refused(t, app.Save(kernel.AsServer(made)), "email", "Capitals make no difference")
	if err := app.Save(account(core.CollectionNameSuperusers, "Operator@fellmoor.example")); err != nil {
		t.Fatal(err)
	}
	refused(t, app.Save(account(core.CollectionNameSuperusers, "oPERATOR@fellmoor.example")), "email", "already")
	// Past every hook, the store itself does not take it.
	_, err := app.NonconcurrentDB().NewQuery(`UPDATE users SET email = 'MANAGER@fellmoor.example' WHERE id = '` + demo.Practitioner.ID + `'`).Execute()
	if err == nil {
		t.Error("the store holds two that differ by case")
	}
}
