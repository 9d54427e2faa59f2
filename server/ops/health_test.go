package ops

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/feed"
	"holdfast/hooks/kernel"
	"holdfast/hooks/lineage"
	"holdfast/hooks/signin"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

func TestHealthIsForTheOperatorAlone(t *testing.T) {
	s := house(t, Options{})
	for who, token := range map[string]string{"a guest": "", "a coordinator": s.Token(demo.Coordinator), "a lead": s.Token(demo.Practitioner), "nonsense": "x.y.z"} {
		if a := s.Do("GET", "/api/ops/health", token, nil); a.Status != 401 && a.Status != 403 {
			t.Errorf("%s: %d %s", who, a.Status, a.Body)
		}
	}
	a := s.Do("GET", "/api/ops/health", operator(t, s), nil)
	if a.Status != 200 || a.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("the operator: %d %s", a.Status, a.Body)
	}
	for _, p := range demo.Cast {
		if contains(a.Body, p.Name) || contains(a.Body, p.Email()) {
			t.Errorf("it names %s", p.Name)
		}
	}
	cases, err := s.App.FindAllRecords("cases")
	if err != nil || len(cases) == 0 {
		t.Fatal(len(cases), err)
	}
	for _, c := range cases {
		if contains(a.Body, c.Id) || contains(a.Body, c.GetString("family_name")) {
			t.Errorf("it names the family %s", c.GetString("family_name"))
		}
	}
}

// ill is Fellmoor with something of everything that waits.
func ill(t *testing.T) *demotest.Server {
	t.Helper()
	s := house(t, Options{})
	put := func(table string, row dbx.Params) {
		t.Helper()
		if _, err := s.App.NonconcurrentDB().Insert(table, row).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range []string{"sync_refusals", "sync_conflicts", "outbox", "devices", "evidence"} {
		if _, err := s.App.NonconcurrentDB().Delete(table, nil).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	for i, status := range []string{"held", "held", "open", "settled", "withdrawn"} {
		put("sync_refusals", dbx.Params{"id": fmt.Sprintf("refusal%08d", i), "user": demo.Colleague.ID, "mutation": fmt.Sprint(i), "status": status, "created": fmt.Sprintf("2026-11-1%d 09:00:00.000Z", i)})
	}
	for i, status := range []string{"open", "settled"} {
		put("sync_conflicts", dbx.Params{"id": fmt.Sprintf("conflict%07d", i), "status": status, "created": "2026-11-10 09:00:00.000Z"})
	}
	for i, status := range []string{"queued", "failed", "failed", "unsure", "sent", "dropped"} {
		put("outbox", dbx.Params{"id": fmt.Sprintf("mail%011d", i), "reason": fmt.Sprint(i), "status": status})
	}
	for i, status := range []string{"active", "active", "wipe"} {
		put("devices", dbx.Params{"id": fmt.Sprintf("device%09d", i), "user": demo.Colleague.ID, "name": "A phone", "status": status})
	}
	for i, status := range []string{"sealed", "sealed", "quarantined"} {
		put("evidence", dbx.Params{"id": fmt.Sprintf("evidence%07d", i), "case": demo.CaseID(1), "status": status, "size": 1000 + i})
	}
	if _, err := s.App.NonconcurrentDB().NewQuery(`CREATE TABLE device_sessions (device TEXT, used INTEGER)`).Execute(); err != nil {
		t.Fatal(err)
	}
	put("device_sessions", dbx.Params{"device": "device000000000", "used": demotest.Today.Add(-time.Hour).Unix()})
	put("device_sessions", dbx.Params{"device": "device000000001", "used": demotest.Today.Add(-30 * 24 * time.Hour).Unix()})
	return s
}

func TestHealthSaysWhatWaits(t *testing.T) {
	s := ill(t)
	h, err := healthOf(s.App, demotest.Today)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(map[string]any{"held": h.Held, "refused": h.Refused, "conflicts": h.Conflicts, "mail": h.Mail, "devices": h.Devices, "evidence": h.Evidence, "backup": h.Backup})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"backup":null,"conflicts":{"count":1,"oldest":"2026-11-10 09:00:00.000Z"},` +
		`"devices":{"active":{"count":2,"quiet":1,"last_seen":"2026-11-20 08:00:00.000Z"},"wipe":{"count":1,"quiet":1,"last_seen":""}},` +
		`"evidence":{"quarantined":{"count":1,"bytes":1002},"sealed":{"count":2,"bytes":2001}},` +
		`"held":{"count":2,"oldest":"2026-11-10 09:00:00.000Z"},"mail":{"failed":2,"queued":1,"unsure":1},` +
		`"refused":{"count":1,"oldest":"2026-11-12 09:00:00.000Z"}}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !h.Feed.InPlace || h.Feed.Head == 0 || h.Feed.Epoch == "" || h.Storage.Database == 0 || h.Storage.Free == 0 || h.Storage.Size < h.Storage.Free {
		t.Errorf("%+v %+v", h.Feed, h.Storage)
	}
	for _, p := range []string{"There is no backup in this server's folder.", "Mails that could not be sent: 2.", "Mails that may not have arrived: 1.",
		"Files in quarantine: 1.", "Phones that have not yet confirmed that they are wiped: 1."} {
		if !slices.Contains(h.Problems, p) {
			t.Errorf("it does not say %q: %q", p, h.Problems)
		}
	}
}

// A day that cannot be true, stored before there was a rule, is the operator's to see.
func TestHealthSaysWhichStoredDaysCannotBeTrue(t *testing.T) {
	app := demotest.App(t)
	says := func() string {
		t.Helper()
		if err := kernel.LookAtTimes(t.Context(), app); err != nil {
			t.Fatal(err)
		}
		h, err := healthOf(app, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(h.Problems, "\n")
	}
	if got := says(); strings.Contains(got, "cannot be true") {
		t.Error(got)
	}
	child := demo.ID("child", 100)
	if _, err := app.NonconcurrentDB().NewQuery("UPDATE people SET date_of_birth = '2023-02-29' WHERE id = '" + child + "'").Execute(); err != nil {
		t.Fatal(err)
	}
	if got := says(); !strings.Contains(got, "1 stored days or times cannot be true, the first in people/"+child+" date_of_birth.") {
		t.Error(got)
	}
}

func TestHealthSaysWhoCannotSignInAndWhy(t *testing.T) {
	s := house(t, Options{})
	h, err := healthOf(s.App, demotest.Today)
	if err != nil || h.SignIn != (SignIn{}) {
		t.Fatalf("%+v %v", h.SignIn, err)
	}
	if _, err := s.App.NonconcurrentDB().Update("users", dbx.Params{"email": demo.Colleague.ID + "@set-aside.invalid"}, dbx.HashExp{"id": demo.Colleague.ID}).Execute(); err != nil {
		t.Fatal(err)
	}
	signin.ProxyUnknown(s.App, true)
	h, err = healthOf(s.App, demotest.Today)
	said := strings.Join(h.Problems, "\n")
	if err != nil || !strings.Contains(said, "through a proxy that the settings do not name") || !strings.Contains(said, "sign in nowhere: 1.") {
		t.Errorf("%q %v", said, err)
	}
}

func TestHealthSaysThatTheCaptureIsNotInPlace(t *testing.T) {
	s := house(t, Options{})
	if err := s.App.RunInTransaction(feed.Remove); err != nil {
		t.Fatal(err)
	}
	h, err := healthOf(s.App, demotest.Today)
	if err != nil || h.Feed.InPlace || !strings.Contains(strings.Join(h.Problems, " "), "Phones do not hear of every change") {
		t.Fatalf("%+v %q %v", h.Feed, h.Problems, err)
	}
}

func TestHealthNamesTheLatestBackupAndItsAge(t *testing.T) {
	s := house(t, Options{})
	folder := filepath.Join(s.App.DataDir(), "backups")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, age := range map[string]time.Duration{"old.db": 72 * time.Hour, "young.db": 2 * time.Hour} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, demotest.Today, demotest.Today.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	const late = "The last backup is more than a day old."
	h, err := healthOf(s.App, demotest.Today)
	if err != nil || h.Backup == nil || h.Backup.Name != "young.db" || h.Backup.Bytes != 8 || slices.Contains(h.Problems, late) {
		t.Fatalf("%+v %q %v", h.Backup, h.Problems, err)
	}
	if h, err = healthOf(s.App, demotest.Today.Add(25*time.Hour)); err != nil || !slices.Contains(h.Problems, late) {
		t.Fatalf("%q %v", h.Problems, err)
	}
}

// What grows with the store is counted from an index, what waits is found by one.
func TestHealthReadsNoWholeTableThatGrows(t *testing.T) {
	s := house(t, Options{})
	for _, q := range []string{evidenceCounts,
		`SELECT count(*), coalesce(min(created), '') FROM sync_refusals WHERE status = 'held'`,
		`SELECT count(*), coalesce(min(created), '') FROM sync_conflicts WHERE status = 'open'`,
		`SELECT status, count(*) AS n FROM outbox WHERE status IN ('queued', 'sending', 'failed', 'unsure') GROUP BY status`} {
		var plan []struct {
			Detail string `db:"detail"`
		}
		if err := s.App.ConcurrentDB().NewQuery("EXPLAIN QUERY PLAN " + q).All(&plan); err != nil {
			t.Fatal(err)
		}
		for _, step := range plan {
			if strings.Contains(step.Detail, "SCAN") && !strings.Contains(step.Detail, "COVERING INDEX") {
				t.Errorf("%s: %s", q, step.Detail)
			}
		}
	}
}

// Health says whom nothing lets in, what is older than it should be, and why mail waits.
func TestHealthSaysWhoHasNoSecondFactorAndWhyMailWaits(t *testing.T) {
	s := house(t, Options{})
	says := func(at time.Time) string {
		t.Helper()
		h, err := healthOf(s.App, at)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(h.Problems, "\n")
	}
	const without = "Superusers who have no second factor and cannot sign in: 1."
	now := time.Now()
	operator(t, s)
	if said := says(now); !strings.Contains(said, without) {
		t.Errorf("an operator without: %s", said)
	}
	authenticator(t, s)
	if said := says(now); strings.Contains(said, without) {
		t.Errorf("with: %s", said)
	}
	const old = "Keys are older than they should be: those for phones' access tokens"
	if said := says(now); strings.Contains(said, "Keys are older") {
		t.Errorf("young keys: %s", said)
	}
	if said := says(now.Add(92 * 24 * time.Hour)); !strings.Contains(said, old) {
		t.Errorf("after a quarter: %s", said)
	}

	if _, err := s.App.NonconcurrentDB().Delete("outbox", nil).Execute(); err != nil {
		t.Fatal(err)
	}
	for i, m := range []dbx.Params{{"due_at": stamp(now)}, {"due_at": stamp(now.Add(time.Hour))}, {"due_at": stamp(now), "status": "sent", "tries": 1}} {
		row := dbx.Params{"id": fmt.Sprintf("mail%011d", i), "reason": fmt.Sprint(i), "kind": "reminder", "status": "queued", "tries": 0}
		for name, value := range m {
			row[name] = value
		}
		if _, err := s.App.NonconcurrentDB().Insert("outbox", row).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	const waits = "Mails that should have left and wait: 1. "
	if said := says(now); strings.Contains(said, "should have left") {
		t.Errorf("none waits long: %s", said)
	}
	if said := says(now.Add(2 * time.Minute)); !strings.Contains(said, waits+"The application's address") { // while a house is set up, somebody waits for their invitation
		t.Errorf("no round takes them: %s", said)
	}
	later := now.Add(10 * time.Minute)
	settings := s.App.Settings()
	for _, c := range []struct {
		app  string
		smtp bool
		says string
	}{{"http://localhost:8090", false, "The application's address"}, {"https://holdfast.fellmoor.example", false, "No mail server"}, {"https://holdfast.fellmoor.example", true, "The mail server did not take them"}} {
		settings.Meta.AppURL, settings.SMTP.Enabled, settings.SMTP.Host, settings.SMTP.Port = c.app, c.smtp, "mail.fellmoor.example", 587
		if err := s.App.Save(settings); err != nil {
			t.Fatal(err)
		}
		if said := says(later); !strings.Contains(said, waits+c.says) {
			t.Errorf("want %q: %s", c.says, said)
		}
	}
}

// An older copy put in the database's place is no secret of a log.
func TestHealthSaysThatAnOlderCopyWasPutBack(t *testing.T) {
	s := ill(t)
	says := func(at time.Time) string {
		h, err := healthOf(s.App, at)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range h.Problems {
			if strings.Contains(p, "A new history began") {
				return p
			}
		}
		return ""
	}
	if p := says(time.Now()); p != "" {
		t.Fatalf("with nothing put back: %s", p)
	}
	if err := lineage.New(s.App, lineage.OlderCopy); err != nil {
		t.Fatal(err)
	}
	if p := says(time.Now()); !strings.Contains(p, "was an older copy") || !strings.Contains(p, "Phones in use that have not come since: 2.") {
		t.Errorf("it says %q", p)
	}
	if p := says(time.Now().AddDate(0, 0, 31)); p != "" {
		t.Errorf("a month later: %q", p)
	}
}
