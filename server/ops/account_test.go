package ops

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"holdfast/collections"
	"holdfast/hooks/kernel"
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
	if a := s.Do("POST", "/api/collections/users/records", token, made); a.Status != 400 || !strings.Contains(string(a.Body), "switched off until its owner has chosen") {
		t.Errorf("one in use at once: %d %s", a.Status, a.Body)
	}
	made["active"] = false
	a := s.Do("POST", "/api/collections/users/records", token, made)
	if a.Status != 200 {
		t.Fatalf("making one: %d %s", a.Status, a.Body)
	}
	a.JSON(t, &account)
	login := map[string]any{"identity": "new@fellmoor.example", "password": "a-long-password"}
	if a := s.Do("PATCH", "/api/collections/users/records/"+account.ID, token, map[string]any{"active": true}); a.Status != 200 {
		t.Fatalf("switching it on: %d %s", a.Status, a.Body)
	}
	if status, said := ask(t, s, "auth-with-password", login); status == 200 {
		t.Errorf("signed in with a password that the operator chose: %v", said)
	}
	path := "/api/collections/users/records/" + account.ID
	for _, change := range []map[string]any{{"roles": []string{"coordinator"}}, {"manager": demo.Manager.ID}, {"active": false}} {
		if a := s.Do("PATCH", path, token, change); a.Status != 200 {
			t.Errorf("%v: %d %s", change, a.Status, a.Body)
		}
	}
	if a := s.Do("PATCH", path, token, map[string]any{"second_factor": true}); a.Status != 400 || !strings.Contains(string(a.Body), "nobody sets it by hand") {
		t.Errorf("a second step that nobody set up, by hand: %d %s", a.Status, a.Body)
	}
	u, err := s.App.FindRecordById("users", account.ID)
	if err != nil || u.GetBool("second_factor") || u.GetBool("active") || len(u.GetStringSlice("roles")) != 1 || u.GetString("manager") != demo.Manager.ID {
		t.Fatalf("%v %v", u.PublicExport(), err)
	}
	var by string
	if err := s.App.ConcurrentDB().NewQuery(`SELECT group_concat(DISTINCT actor_kind) FROM audit_log WHERE collection = 'users' AND record = '` + account.ID + `' AND verb IN ('create', 'update')`).Row(&by); err != nil || by != "superuser" {
		t.Errorf("on record as made by %q, %v", by, err)
	}
	for kind, to := range map[string]string{"account_made_of": demo.DPO.Email(), "rights_changed_of": demo.DPO.Email(), "rights_changed": "new@fellmoor.example"} {
		n, err := s.App.CountRecords("outbox", dbx.HashExp{"kind": kind, "to": to, "record": account.ID})
		if err != nil || n == 0 {
			t.Errorf("%s is told %s %d times (%v)", to, kind, n, err)
		}
	}
	if a := s.Do("POST", "/api/collections/users/records", s.Token(demo.Coordinator), made); a.Status < 400 {
		t.Errorf("a coordinator makes one: %d %s", a.Status, a.Body)
	}
}

// An address decides who is mailed a new password: that an operator changed it is told at
// the old one and to the agency's leads, each time, and ends what was signed in.
func TestAChangedAddressIsTold(t *testing.T) {
	s := house(t, Options{})
	token := operator(t, s)
	lead, err := s.App.FindRecordById("users", demo.Manager.ID)
	if err != nil {
		t.Fatal(err)
	}
	lead.Set("roles", []string{"agency_lead"})
	if err := s.App.Save(kernel.AsServer(lead)); err != nil {
		t.Fatal(err)
	}
	mailed := func(kind, to string) int64 {
		t.Helper()
		n, err := s.App.CountRecords("outbox", dbx.HashExp{"kind": kind, "to": to, "record": demo.Practitioner.ID})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	change := func(fields map[string]any) {
		t.Helper()
		if a := s.Do("PATCH", "/api/collections/users/records/"+demo.Practitioner.ID, token, fields); a.Status != 200 {
			t.Fatalf("%v: %d %s", fields, a.Status, a.Body)
		}
	}
	key := func() string {
		t.Helper()
		u, err := s.App.FindRecordById("users", demo.Practitioner.ID)
		if err != nil {
			t.Fatal(err)
		}
		return u.TokenKey()
	}
	held := key()
	change(map[string]any{"job_title": "Family worker", "email": demo.Practitioner.Email()})
	if n := mailed("address_changed", demo.Practitioner.Email()) + mailed("address_changed_of", lead.Email()); n != 0 {
		t.Errorf("%d mails about an address that stayed", n)
	}
	change(map[string]any{"email": "elsewhere@fellmoor.example"})
	if mailed("address_changed", demo.Practitioner.Email()) != 1 || mailed("address_changed_of", lead.Email()) != 1 || mailed("address_changed", "elsewhere@fellmoor.example") != 0 {
		t.Error("it was not told, or to whom it was given")
	}
	if key() == held {
		t.Error("what was signed in goes on")
	}
	if n := onRecord(t, s, `collection = 'users' AND verb = 'update' AND actor_kind = 'superuser' AND fields LIKE '%"email"%' AND record = '`+demo.Practitioner.ID+`'`); n != 1 {
		t.Errorf("%d lines on record", n)
	}
	change(map[string]any{"email": demo.Practitioner.Email()}) // and back, which is told too
	if mailed("address_changed_of", lead.Email()) != 2 {
		t.Error("the second time it was not told")
	}
	// An address that was set aside reaches nobody; the lead is told all the same.
	if _, err := s.App.NonconcurrentDB().Update("users", dbx.Params{"email": "x" + collections.Aside}, dbx.HashExp{"id": demo.Practitioner.ID}).Execute(); err != nil {
		t.Fatal(err)
	}
	change(map[string]any{"email": "third@fellmoor.example"})
	if mailed("address_changed", "x"+collections.Aside) != 0 || mailed("address_changed_of", lead.Email()) != 3 {
		t.Error("a mail to nobody, or none to the lead")
	}
}

// To change the key of somebody's account signs them out everywhere: it is on record as
// that, and they are told, once, and not beside what is told as something else.
func TestWhomAnOperatorSignsOutIsTold(t *testing.T) {
	s := house(t, Options{})
	token := operator(t, s)
	for _, c := range []struct {
		change map[string]any
		mails  int64
	}{
		{map[string]any{"job_title": "Family worker"}, 0},
		{map[string]any{"tokenKey": strings.Repeat("anotherkey", 5)}, 1},
		{map[string]any{"email": "elsewhere@fellmoor.example"}, 1},
		{map[string]any{"active": false}, 1},
	} {
		if a := s.Do("PATCH", "/api/collections/users/records/"+demo.Practitioner.ID, token, c.change); a.Status != 200 {
			t.Fatalf("%v: %d %s", c.change, a.Status, a.Body)
		}
		if n, err := s.App.CountRecords("outbox", dbx.HashExp{"kind": "signed_out", "record": demo.Practitioner.ID}); err != nil || n != c.mails {
			t.Errorf("after %v: %d mails (%v)", c.change, n, err)
		}
	}
	if n := onRecord(t, s, `collection = 'users' AND verb = 'update' AND actor_kind = 'superuser' AND fields = '["tokenKey"]' AND record = '`+demo.Practitioner.ID+`'`); n != 1 {
		t.Errorf("%d lines on record", n)
	}
}

// Less asked at sign-in weakens how every record is kept: it is told to who answers for it,
// each time, and a stricter policy is nobody's alarm.
func TestALooserPolicyIsTold(t *testing.T) {
	s := house(t, Options{})
	token := operator(t, s)
	decide := func(keys string, roles ...string) int64 {
		t.Helper()
		if a := s.Do("POST", "/api/collections/account_policies/records", token, map[string]any{"second_factor": roles, "device_keys": keys, "reason": "Decided by the board."}); a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		n, err := s.App.CountRecords("outbox", dbx.HashExp{"kind": "policy_loosened", "to": demo.DPO.Email()})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, step := range []struct {
		what  string
		told  int64
		keys  string
		roles []string
	}{
		{"as strict as it gets", 0, "required", []string{"manager", "coordinator", "dpo", "agency_lead", "practitioner"}},
		{"one role spared", 1, "required", []string{"manager", "coordinator", "dpo", "agency_lead"}},
		{"phones no longer prove themselves", 2, "asked", []string{"manager", "coordinator", "dpo", "agency_lead"}},
		{"the same again", 2, "asked", []string{"manager", "coordinator", "dpo", "agency_lead"}},
		{"stricter", 2, "required", []string{"manager", "coordinator", "dpo", "agency_lead"}},
		{"the second time", 3, "asked", []string{"manager", "coordinator", "dpo", "agency_lead"}},
	} {
		if n := decide(step.keys, step.roles...); n != step.told {
			t.Errorf("%s: told %d times, want %d", step.what, n, step.told)
		}
	}
}
