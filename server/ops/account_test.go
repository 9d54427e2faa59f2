package ops

import (
	"testing"

	"holdfast/server/demo"
)

// Accounts are made in PocketBase's dashboard: nobody else gives one its agency and
// its roles, and takes a second factor off whose owner lost their mail.
func TestTheOperatorMakesAccounts(t *testing.T) {
	s := house(t, Options{})
	token := operator(t, s)
	made := map[string]any{"email": "new@fellmoor.example", "password": "a-long-password", "passwordConfirm": "a-long-password", "verified": true,
		"name": "Nia Holt", "agency": demo.Agencies[0].ID, "roles": []string{"practitioner"}, "active": true}
	var account struct{ ID string }
	a := s.Do("POST", "/api/collections/users/records", token, made)
	if a.Status != 200 {
		t.Fatalf("making one: %d %s", a.Status, a.Body)
	}
	a.JSON(t, &account)
	login := map[string]any{"identity": "new@fellmoor.example", "password": "a-long-password"}
	if status, said := ask(t, s, "auth-with-password", login); status != 200 || said["token"] == nil {
		t.Fatalf("signing in to it: %d %v", status, said)
	}
	path := "/api/collections/users/records/" + account.ID
	for _, change := range []map[string]any{{"roles": []string{"coordinator"}}, {"manager": demo.Manager.ID}, {"second_factor": true}, {"second_factor": false}, {"active": false}} {
		if a := s.Do("PATCH", path, token, change); a.Status != 200 {
			t.Errorf("%v: %d %s", change, a.Status, a.Body)
		}
	}
	u, err := s.App.FindRecordById("users", account.ID)
	if err != nil || u.GetBool("second_factor") || u.GetBool("active") || len(u.GetStringSlice("roles")) != 1 || u.GetString("manager") != demo.Manager.ID {
		t.Fatalf("%v %v", u.PublicExport(), err)
	}
	var by string
	if err := s.App.ConcurrentDB().NewQuery(`SELECT group_concat(DISTINCT actor_kind) FROM audit_log WHERE collection = 'users' AND record = '` + account.ID + `' AND verb IN ('create', 'update')`).Row(&by); err != nil || by != "superuser" {
		t.Errorf("on record as made by %q, %v", by, err)
	}
	if a := s.Do("POST", "/api/collections/users/records", s.Token(demo.Coordinator), made); a.Status < 400 {
		t.Errorf("a coordinator makes one: %d %s", a.Status, a.Body)
	}
}
