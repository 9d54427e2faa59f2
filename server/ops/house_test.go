package ops

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks"
	"holdfast/hooks/kernel"
	"holdfast/hooks/upkeep"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// onRecord counts lines of the audit log.
func onRecord(t *testing.T, s *demotest.Server, where string) (n int) {
	t.Helper()
	if err := kernel.SettleAudit(s.App); err != nil {
		t.Fatal(err)
	}
	if err := s.App.ConcurrentDB().NewQuery(`SELECT count(*) FROM audit_log WHERE ` + where).Row(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// What an operator can try from the dashboard against the house itself: each is refused
// with a sentence, is on record with who tried, and shows in health.
func TestAnOperatorDoesNotChangeTheHouse(t *testing.T) {
	s := house(t, Options{})
	token := operator(t, s)
	before := onRecord(t, s, "1")
	for _, c := range []struct {
		method, path string
		body         any
		shown        string
	}{
		{"DELETE", "/api/collections/audit_log", nil, "Somebody tried to delete audit_log"},
		{"DELETE", "/api/collections/notes", nil, "Somebody tried to delete notes"},
		{"PATCH", "/api/collections/users", map[string]any{"listRule": ""}, "Somebody tried to change the list rule of users"},
		{"PATCH", "/api/collections/cases", map[string]any{"listRule": "@request.auth.id != ''", "viewRule": "@request.auth.id != ''"}, "Somebody tried to change the list rule, the view rule of cases"},
		{"PATCH", "/api/collections/_superusers", map[string]any{"mfa": map[string]any{"enabled": false}}, "Somebody tried to change the option mfa of _superusers"},
		{"PATCH", "/api/collections/users", map[string]any{"authToken": map[string]any{"duration": 8 * 3600, "secret": strings.Repeat("known", 10)}}, "Somebody tried to change"},
		{"PATCH", "/api/collections/cases", map[string]any{"name": "files", "listRule": ""}, "Somebody tried to change the name, the list rule of cases"},
		{"PATCH", "/api/collections/users", map[string]any{"authToken": map[string]any{"secret": strings.Repeat("known", 10)}}, "Somebody tried to change users"},
		{"PATCH", "/api/collections/notes", map[string]any{"name": "noted"}, "Somebody tried to change the name of notes"},
		{"DELETE", "/api/collections/notes/truncate", nil, "Somebody tried to empty notes"},
		{"DELETE", "/api/collections/audit_log/truncate", nil, "Somebody tried to empty audit_log"},
		{"PUT", "/api/collections/import", map[string]any{"deleteMissing": true, "collections": []map[string]any{{"name": "mine", "type": "base"}}}, "Somebody tried to delete"},
		{"POST", "/api/collections", map[string]any{"name": "keys", "type": "view", "viewQuery": "SELECT name AS id, value FROM sync_meta"}, "Somebody tried to make keys"},
		{"POST", "/api/collections", map[string]any{"name": "sittings", "type": "view", "viewQuery": "SELECT id, \"user\" FROM device_sessions"}, ""},
		{"POST", "/api/collections", map[string]any{"name": "mine", "type": "base", "fields": []map[string]any{{"name": "about", "type": "relation", "collectionId": "hf_cases"}}}, "Somebody tried to make mine"},
		{"POST", "/api/collections/meta/dry-run-view", map[string]any{"query": "SELECT name AS id, value FROM sync_meta"}, "Somebody tried to look into every table"},
		{"POST", "/api/collections/users/impersonate/" + demo.Practitioner.ID, map[string]any{"duration": 3600}, "Somebody tried to act as somebody of users"},
		{"POST", "/api/collections/_pb_users_auth_/impersonate/" + demo.Practitioner.ID, nil, "Somebody tried to act as somebody of _pb_users_auth_"},
	} {
		lines := onRecord(t, s, "verb = 'refused' AND actor_kind = 'superuser' AND actor != ''")
		a := s.Do(c.method, c.path, token, c.body)
		if a.Status < 400 || c.shown != "" && !strings.Contains(string(a.Body), "on record") {
			t.Errorf("%s %s: %d %s", c.method, c.path, a.Status, a.Body)
		}
		if c.shown == "" { // a table that is not there is refused before it is asked for
			continue
		}
		if n := onRecord(t, s, "verb = 'refused' AND actor_kind = 'superuser' AND actor != ''"); n != lines+1 {
			t.Errorf("%s %s: %d lines on record", c.method, c.path, n-lines)
		}
		h, err := healthOf(s.App, time.Now())
		if err != nil || !strings.Contains(strings.Join(h.Problems, "\n"), c.shown) {
			t.Errorf("%s %s: health says %q, %v", c.method, c.path, h.Problems, err)
		}
		if later, err := healthOf(s.App, time.Now().Add(8*24*time.Hour)); err != nil || len(later.House.Tried) != 0 {
			t.Errorf("eight days later health says %v, %v", later.House.Tried, err)
		}
	}
	if n := onRecord(t, s, "1"); n < before {
		t.Errorf("of %d lines on record %d are left", before, n)
	}
	if found, err := upkeep.Differences(s.App); err != nil || len(found) != 0 {
		t.Errorf("afterwards: %q %v", found, err)
	}
	if err := hooks.Ready(s.App); err != nil {
		t.Error(err)
	}
}

// Nobody writes what the server writes of itself: false lines in the audit log, in a
// chain of custody, in histories. No kind of it is left out.
func TestNobodyWritesWhatTheServerWritesOfItself(t *testing.T) {
	s := house(t, Options{})
	token := operator(t, s)
	smash(t, s, token)
	kinds := 0
	for _, n := range collections.All() {
		if !n.ByServer {
			if n.AppendOnly && n.Rules.Create == "" && n.Name != "account_policies" && n.Name != "case_policies" && n.Name != "risk_policies" {
				t.Errorf("%s is added to by no person, and not by the server alone", n.Name)
			}
			continue
		}
		kinds++
		before, err := s.App.CountRecords(n.Name)
		if err != nil {
			t.Fatal(err)
		}
		body := map[string]any{"at": "2026-11-20 09:00:00.000Z", "verb": "read", "actor": demo.Practitioner.ID, "case": demo.CaseID(1), "user": demo.Practitioner.ID, "kind": "viewed", "name": "x", "status": "active"}
		for who, by := range map[string]string{"the operator": token, "a manager": s.Token(demo.Manager)} {
			if a := s.Do("POST", "/api/collections/"+n.Name+"/records", by, body); a.Status < 400 {
				t.Errorf("%s writes %s: %d %s", who, n.Name, a.Status, a.Body)
			}
		}
		c, err := s.App.FindCollectionByNameOrId(n.Name)
		if err != nil {
			t.Fatal(err)
		}
		r := core.NewRecord(c)
		r.Load(body)
		if err := s.App.SaveNoValidate(r); err == nil {
			t.Errorf("a row of %s is written past every door", n.Name)
		}
		if after, err := s.App.CountRecords(n.Name); err != nil || after != before && n.Name != "audit_log" {
			t.Errorf("%s had %d rows and has %d, %v", n.Name, before, after, err)
		}
	}
	if kinds < 10 {
		t.Errorf("only %d kinds were looked at", kinds)
	}
}

// An operator gives nobody's account a password, which would be a way to be them.
func TestAnOperatorDoesNotBecomeSomebody(t *testing.T) {
	s := house(t, Options{})
	token := operator(t, s)
	a := s.Do("PATCH", "/api/collections/users/records/"+demo.Practitioner.ID, token, map[string]any{"password": "known-to-me-alone", "passwordConfirm": "known-to-me-alone"})
	if a.Status != 400 || !strings.Contains(string(a.Body), "their own to set") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if status, said := ask(t, s, "auth-with-password", map[string]any{"identity": demo.Practitioner.Email(), "password": "known-to-me-alone"}); status == 200 {
		t.Errorf("signed in as %s: %v", demo.Practitioner.Name, said)
	}
}

// Nor do they write what a sign-in is made of: a code of their own making and a "password
// that was right" were a way to be anybody.
func TestAnOperatorMakesNobodysSignIn(t *testing.T) {
	s := house(t, Options{})
	token := operator(t, s)
	of := map[string]any{"recordRef": demo.DPO.ID, "collectionRef": "_pb_users_auth_", "password": "123456", "method": "password", "provider": "oidc", "providerId": "x", "fingerprint": "x"}
	for _, table := range []string{"_otps", "_mfas", "_externalAuths", "_authOrigins"} {
		at := "/api/collections/" + table + "/records"
		batch := map[string]any{"requests": []map[string]any{{"method": "POST", "url": at, "body": of}}}
		for how, a := range map[string]demotest.Answer{
			"made": s.Do("POST", at, token, of), "made in a batch": s.Do("POST", "/api/batch", token, batch),
		} {
			if a.Status < 400 {
				t.Errorf("%s is %s: %d %s", table, how, a.Status, a.Body)
			}
		}
		if n, err := s.App.CountRecords(table); err != nil || n != 0 {
			t.Errorf("%d rows of %s (%v)", n, table, err)
		}
		if err := kernel.SettleAudit(s.App); err != nil {
			t.Fatal(err)
		}
		if n, err := s.App.CountRecords("audit_log", dbx.HashExp{"verb": "refused", "collection": table}); err != nil || n == 0 {
			t.Errorf("the attempts on %s are on record %d times (%v)", table, n, err)
		}
	}
}

// Settings are the operator's, and on record; where the whole store or its files go is
// theirs to change with a second person knowing.
func TestWhatCarriesEverythingAwayIsBehindTheGlass(t *testing.T) {
	s := house(t, Options{})
	token := operator(t, s)
	if a := s.Do("PATCH", "/api/settings", token, map[string]any{"trustedProxy": map[string]any{"headers": []string{"X-Forwarded-For"}}}); a.Status != 200 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if n := onRecord(t, s, `verb = 'settings' AND fields = '["trustedProxy"]' AND actor_kind = 'superuser'`); n != 1 {
		t.Errorf("%d lines on record", n)
	}
	backups := map[string]any{"backups": map[string]any{"cron": "0 0 * * *", "cronMaxKeep": 3}}
	files := map[string]any{"s3": map[string]any{"enabled": true, "bucket": "b", "region": "r", "endpoint": "https://s3.example", "accessKey": "a", "secret": "s"}}
	for name, change := range map[string]map[string]any{"backups": backups, "files": files} {
		if a := s.Do("PATCH", "/api/settings", token, change); a.Status != 403 {
			t.Errorf("%s with the glass whole: %d %s", name, a.Status, a.Body)
		}
	}
	smash(t, s, token)
	// Both would go on when it is whole again, with no line of who reads.
	for name, change := range map[string]map[string]any{"backups": backups, "files": files, "backups elsewhere": {"backups": map[string]any{"s3": files["s3"]}}} {
		if a := s.Do("PATCH", "/api/settings", token, change); a.Status != 403 {
			t.Errorf("%s with the glass broken: %d %s", name, a.Status, a.Body)
		}
	}
	// A store that has them elsewhere from before brings them home without it.
	if a := s.Do("DELETE", "/api/ops/glass", token, nil); a.Status != 204 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	elsewhere := &s.App.Settings().S3
	elsewhere.Enabled, elsewhere.Bucket, elsewhere.Region, elsewhere.Endpoint, elsewhere.AccessKey, elsewhere.Secret = true, "b", "r", "https://s3.example", "a", "s"
	if err := s.App.Save(s.App.Settings()); err != nil {
		t.Fatal(err)
	}
	if a := s.Do("PATCH", "/api/settings", token, map[string]any{"s3": map[string]any{"enabled": false}}); a.Status != 200 {
		t.Errorf("files come home: %d %s", a.Status, a.Body)
	}
	for name, change := range map[string]map[string]any{
		"a rule":               {"listRule": ""},
		"by whom people enter": {"oauth2": map[string]any{"enabled": true, "providers": []map[string]any{{"name": "oidc", "clientId": "x", "clientSecret": "y", "authURL": "https://id.example/a", "tokenURL": "https://id.example/t", "userInfoURL": "https://id.example/u"}}}},
	} {
		if a := s.Do("PATCH", "/api/collections/users", token, change); a.Status != 403 {
			t.Errorf("%s with the glass broken: %d %s", name, a.Status, a.Body)
		}
	}
	if err := hooks.Ready(s.App); err != nil {
		t.Error(err)
	}
	// Nor does it stand that somebody wrote one into the database.
	if _, err := s.App.NonconcurrentDB().NewQuery(`UPDATE _collections SET options = json_set(options, '$.oauth2.enabled', json('true')) WHERE name = 'users'`).Execute(); err != nil {
		t.Fatal(err)
	}
	if found, err := upkeep.Differences(s.App); err != nil || len(found) != 1 {
		t.Errorf("%q %v", found, err)
	}
}

// Who makes an operator, or takes one away, is on record.
func TestOperatorsMadeAndTakenAwayAreOnRecord(t *testing.T) {
	s := house(t, Options{})
	token := operator(t, s)
	var made struct{ ID string }
	a := s.Do("POST", "/api/collections/_superusers/records", token, map[string]any{"email": "second@fellmoor.example", "password": "another-long-password", "passwordConfirm": "another-long-password"})
	if a.JSON(t, &made); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if a := s.Do("DELETE", "/api/collections/_superusers/records/"+made.ID, token, nil); a.Status != 204 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if n := onRecord(t, s, "collection = '_superusers' AND record = '"+made.ID+"' AND actor_kind = 'superuser' AND verb IN ('create', 'delete')"); n != 2 {
		t.Errorf("%d lines on record", n)
	}
}
