package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// Who has a copy of the database has what PocketBase would sign its tokens with. None that
// they make of it opens anything: the keys are not in it.
func TestACopiedDatabaseIsNotAnIdentity(t *testing.T) {
	s := house(t)
	c := must(s.App.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers))
	operator := core.NewRecord(c)
	operator.SetEmail("operator@fellmoor.example")
	operator.SetPassword("thirteen wide herons")
	if err := s.App.Save(operator); err != nil {
		t.Fatal(err)
	}
	worker := must(s.App.FindRecordById("users", demo.Practitioner.ID))
	forged := func(of *core.Record, kind, secretOf string) string {
		var options string
		if err := s.App.ConcurrentDB().NewQuery(`SELECT options FROM _collections WHERE id = '` + of.Collection().Id + `'`).Row(&options); err != nil {
			t.Fatal(err)
		}
		var stored map[string]json.RawMessage
		if err := json.Unmarshal([]byte(options), &stored); err != nil {
			t.Fatal(err)
		}
		var token struct{ Secret string }
		if err := json.Unmarshal(stored[secretOf], &token); err != nil || token.Secret == "" {
			t.Fatalf("no secret of %s in the database: %v", secretOf, err)
		}
		return must(security.NewJWT(jwt.MapClaims{
			core.TokenClaimType: kind, core.TokenClaimId: of.Id, core.TokenClaimCollectionId: of.Collection().Id,
			core.TokenClaimEmail: of.Email(), core.TokenClaimRefreshable: true, "auth_time": time.Now().Unix(),
		}, of.TokenKey()+token.Secret, time.Hour))
	}
	for what, a := range map[string]demotest.Answer{
		"a sign-in registers a phone": s.Do("POST", "/api/sync/devices", forged(worker, core.TokenTypeAuth, "authToken"), map[string]string{"name": "a thief's"}),
		"a sign-in is an account":     s.Do("GET", "/api/collections/users/records/"+worker.Id, forged(worker, core.TokenTypeAuth, "authToken"), nil),
		"an operator":                 s.Do("GET", "/api/ops/health", forged(operator, core.TokenTypeAuth, "authToken"), nil),
		"a reset by the API": s.Do("POST", "/api/collections/users/confirm-password-reset", "", map[string]string{
			"token": forged(worker, core.TokenTypePasswordReset, "passwordResetToken"), "password": "a thief's long password", "passwordConfirm": "a thief's long password"}),
		"a reset on the page": s.Do("GET", "/coordinate/reset/"+forged(worker, core.TokenTypePasswordReset, "passwordResetToken"), "", nil),
	} {
		if a.Status < 400 {
			t.Errorf("%s: %d %.200s", what, a.Status, a.Body)
		}
	}
	if a := s.Do("GET", "/api/collections/users/records/"+worker.Id, s.SignIn(demo.Practitioner), nil); a.Status != 200 {
		t.Errorf("a sign-in of the server's own: %d %s", a.Status, a.Body)
	}
}
