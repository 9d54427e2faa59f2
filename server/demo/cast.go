package demo

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
)

// Password is every demo account's password.
const Password = "holdfast-demo"

// ID is a demo record's id: what it is and its number, in PocketBase's 15 characters.
func ID(noun string, n int) string { return fmt.Sprintf("%s%0*d", noun, 15-len(noun), n) }

// Agency is a partner of the Fellmoor Safeguarding Partnership.
type Agency struct {
	ID, Name, Kind, Locality string
	Headcount                int
}

// Agencies of Fellmoor.
var Agencies = []Agency{
	{ID("agency", 1), "Fellmoor Early Help", "early_help", "Fellmoor", 40},
	{ID("agency", 2), "Harbour School", "school", "Harbour", 65},
	{ID("agency", 3), "Northgate Housing", "housing", "Northgate", 30},
	{ID("agency", 4), "Fellmoor Safeguarding Partnership", "other", "Fellmoor", 9},
	{ID("agency", 5), "Fellmoor Children's Services", "local_authority_csc", "Fellmoor", 120},
	{ID("agency", 6), "Tarn Valley Health Visiting", "health_trust", "Tarn Valley", 25},
}

// Person is one of the cast, named after what they are.
type Person struct {
	ID, Account, Name, Agency, JobTitle string
	Roles                               []string
	Manager                             string
}

// Email is the address that the person signs in with.
func (p Person) Email() string { return p.Account + "@fellmoor.example" }

// The cast.
var (
	Manager      = Person{ID("user", 4), "manager", "Moira Ash", Agencies[0].ID, "Team manager", []string{"practitioner", "manager"}, ""}
	Practitioner = Person{ID("user", 1), "practitioner", "Priya Kendal", Agencies[0].ID, "Family support worker", []string{"practitioner"}, Manager.ID}
	Colleague    = Person{ID("user", 2), "colleague", "Colm Reeve", Agencies[0].ID, "Family support worker", []string{"practitioner"}, Manager.ID}
	School       = Person{ID("user", 3), "school", "Saskia Dunn", Agencies[1].ID, "Pastoral lead", []string{"practitioner"}, ""}
	Coordinator  = Person{ID("user", 5), "coordinator", "Cora Lindqvist", Agencies[3].ID, "Champion coordinator", []string{"coordinator"}, ""}
	DPO          = Person{ID("user", 6), "dpo", "Dafydd Powell", Agencies[3].ID, "Data protection officer", []string{"dpo"}, ""}
	Outsider     = Person{ID("user", 7), "outsider", "Otto Byrne", Agencies[2].ID, "Housing officer", []string{"practitioner"}, ""}
)

// Cast is everybody, managers before those they manage.
var Cast = []Person{Manager, Practitioner, Colleague, School, Coordinator, DPO, Outsider}

func savePeople(app core.App) error {
	for _, a := range Agencies {
		if _, err := save(app, "agencies", map[string]any{
			"id": a.ID, "name": a.Name, "kind": a.Kind, "locality": a.Locality, "headcount": a.Headcount,
			"phone": "01632 960 100", "active": true,
			"address": "1 Beck Street\nFellmoor\nFM1 1AA", "return_address": "PO Box 12, Fellmoor FM1 1AA",
		}); err != nil {
			return err
		}
	}
	return saveAccounts(app, Cast)
}

// saveAccounts gives everybody the demo's password as it is stored: hashing it anew for
// each costs a third of a second, and typed as a new password it is refused everywhere.
func saveAccounts(app core.App, people []Person) error {
	users, err := app.FindCachedCollectionByNameOrId("users")
	if err != nil {
		return err
	}
	typed := core.NewRecord(users)
	typed.SetPassword(Password)
	hash := typed.GetString("password:hash")
	for _, p := range people {
		u := core.NewRecord(users)
		u.Load(map[string]any{
			"id": p.ID, "email": p.Email(), "name": p.Name, "agency": p.Agency,
			"roles": p.Roles, "manager": p.Manager, "job_title": p.JobTitle, "active": true, "verified": true,
		})
		u.SetRaw("password", &core.PasswordFieldValue{Hash: hash})
		u.RefreshTokenKey()
		if err := app.Save(kernel.AsServer(u)); err != nil {
			return fmt.Errorf("saving %s: %w", p.Account, err)
		}
	}
	return nil
}
