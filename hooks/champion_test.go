package hooks_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/champion"
	"holdfast/hooks/kernel"
	"holdfast/hooks/scheme"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// offer registers the colleague from their own phone.
func offer(t *testing.T, app core.App, more map[string]any) *core.Record {
	t.Helper()
	r := core.NewRecord(must(app.FindCachedCollectionByNameOrId("champion_registrations")))
	r.Load(map[string]any{"job_title": "Family support worker", "work_email": demo.Colleague.Email(), "reason": "To help.",
		"manager_name": "Moira Ash", "manager_email": demo.Manager.Email(), "directory_consent": true, "locality": "Fellmoor"})
	r.Load(more)
	if err := as(app, demo.Colleague, "sync", func(tx core.App) error { return tx.Save(r) }); err != nil {
		t.Fatal(err)
	}
	return r
}

func as(app core.App, p demo.Person, door string, fn func(core.App) error) error {
	return kernel.Within(app, kernel.Actor{User: must(app.FindRecordById("users", p.ID)), Door: door}, fn)
}

func instant(s string) types.DateTime {
	return must(types.ParseDateTime(must(time.Parse("2006-01-02 15:04", s))))
}

func take(app core.App, p demo.Person, id, act, at string) error {
	return as(app, p, "coordinate", func(tx core.App) error {
		return scheme.Take(tx, must(tx.FindRecordById("champion_registrations", id)), kernel.Taken{Act: act, At: instant(at), Reason: "A reason."})
	})
}

func link(t *testing.T, app core.App, id, purpose, at string) string {
	t.Helper()
	return must(scheme.NewLink(app, must(app.FindRecordById("champion_registrations", id)), purpose, instant(at)))
}

// activate takes a registration all the way on days that are given.
func activate(t *testing.T, app core.App, id, day string) {
	t.Helper()
	steps := []error{
		take(app, demo.Coordinator, id, champion.Ask, day+" 09:00"),
		scheme.AnswerLink(app, link(t, app, id, "agreement", day+" 09:01"), scheme.Answer{Agrees: true, Name: "Moira Ash"}, instant(day+" 10:00")),
		take(app, demo.Coordinator, id, champion.Induct, day+" 11:00"),
		take(app, demo.Coordinator, id, champion.Activate, day+" 12:00"),
	}
	if err := errors.Join(steps...); err != nil {
		t.Fatal(err)
	}
}

func status(app core.App, id string) string {
	return must(app.FindRecordById("champion_registrations", id)).GetString("status")
}

func TestAChampionFromOfferToDirectory(t *testing.T) {
	app := demotest.App(t)
	r := offer(t, app, nil)
	activate(t, app, r.Id, "2026-10-01")
	stored := must(app.FindRecordById("champion_registrations", r.Id))
	if stored.GetString("status") != "active" || stored.GetString("valid_until") != "2027-10-01" || stored.GetString("agreed_by") != "Moira Ash" {
		t.Fatalf("%v", stored.PublicExport())
	}
	if e, err := app.FindFirstRecordByData("champions", "user", demo.Colleague.ID); err != nil || e.GetString("since") != "2026-10-01" {
		t.Fatalf("the directory: %v", err)
	}
	var lines []string
	if err := app.ConcurrentDB().NewQuery(`SELECT act || ' ' || by_kind || ' ' || by_name || ' ' || status FROM champion_history WHERE registration = {:r} ORDER BY rowid`).
		Bind(dbx.Params{"r": r.Id}).Column(&lines); err != nil {
		t.Fatal(err)
	}
	want := "submit applicant Colm Reeve submitted; ask_manager coordinator Cora Lindqvist awaiting_manager; agree manager Moira Ash approved; induct coordinator Cora Lindqvist induction; activate coordinator Cora Lindqvist active"
	if got := strings.Join(lines, "; "); got != want {
		t.Fatalf("history:\n%s\nwant\n%s", got, want)
	}
}

// Whatever door it is tried by, nobody jumps to active, and what is refused leaves
// nothing behind.
func TestNoDoorLeadsPastTheManager(t *testing.T) {
	app := demotest.App(t)
	s := demotest.Serve(t, app)
	r := offer(t, app, nil)
	path := "/api/collections/champion_registrations/records"
	super := core.NewRecord(must(app.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)))
	super.Load(map[string]any{"email": "operator@fellmoor.example", "password": "a-long-password"})
	if err := app.Save(super); err != nil {
		t.Fatal(err)
	}
	operator := must(super.NewAuthToken())
	lines := must(app.CountRecords("champion_history"))
	for _, to := range []string{"active", "approved", "renewed", "awaiting_manager", "induction"} {
		for who, token := range map[string]string{"applicant": s.Token(demo.Colleague), "operator": operator} {
			if a := s.Do("PATCH", path+"/"+r.Id, token, map[string]any{"status": to}); a.Status != 400 || !strings.Contains(string(a.Body), "transition") {
				t.Errorf("%s by the %s over REST: %d %s", to, who, a.Status, a.Body)
			}
		}
		batch := map[string]any{"requests": []map[string]any{{"method": "PATCH", "url": path + "/" + r.Id, "body": map[string]any{"status": to}}}}
		if a := s.Do("POST", "/api/batch", s.Token(demo.Colleague), batch); a.Status != 400 {
			t.Errorf("%s in a batch: %d", to, a.Status)
		}
		if err := as(app, demo.Coordinator, "coordinate", func(tx core.App) error {
			x := must(tx.FindRecordById("champion_registrations", r.Id))
			x.Set("status", to)
			return tx.Save(kernel.AsServer(x))
		}); to != "awaiting_manager" && err == nil {
			t.Errorf("%s by the coordinator", to)
		}
		if to == "awaiting_manager" { // that one is hers to take; the applicant takes it back
			x := must(app.FindRecordById("champion_registrations", r.Id))
			x.Set("manager_email", "another@fellmoor.example")
			if err := as(app, demo.Colleague, "sync", func(tx core.App) error { return tx.Save(x) }); err != nil || status(app, r.Id) != "submitted" {
				t.Fatalf("a new address: %v, %s", err, status(app, r.Id))
			}
		}
		fresh := map[string]any{"job_title": "x", "work_email": "o@fellmoor.example", "reason": "r", "manager_name": "m", "manager_email": "m@fellmoor.example", "status": to}
		if a := s.Do("POST", path, s.Token(demo.DPO), fresh); a.Status != 400 {
			t.Errorf("a registration that begins as %s: %d", to, a.Status)
		}
	}
	if got := status(app, r.Id); got != "submitted" {
		t.Fatal(got)
	}
	if now := must(app.CountRecords("champion_history")); now != lines+2 {
		t.Errorf("%d lines were written; want the asking and the sending back", now-lines)
	}
	for _, noun := range []string{"champion_history", "manager_links", "outbox"} {
		var id string
		if err := app.ConcurrentDB().Select("id").From(noun).Limit(1).Row(&id); err != nil {
			t.Fatal(err)
		}
		for _, m := range []string{"PATCH", "DELETE"} {
			if a := s.Do(m, "/api/collections/"+noun+"/records/"+id, operator, map[string]any{"reason": "x", "answered_by": "x"}); a.Status == 200 || a.Status == 204 {
				t.Errorf("the operator's %s of %s: %d", m, noun, a.Status)
			}
		}
	}
	if a := s.Do("DELETE", path+"/"+r.Id, operator, nil); a.Status == 204 {
		t.Error("a registration was deleted")
	}
	if a := s.Do("PATCH", path+"/"+r.Id, s.Token(demo.Colleague), map[string]any{"status": "withdrawn"}); a.Status != 200 {
		t.Errorf("the applicant may withdraw: %d %s", a.Status, a.Body)
	}
}

func TestDecliningNeedsAReasonAtEveryDoor(t *testing.T) {
	app := demotest.App(t)
	r := offer(t, app, nil)
	decline := func(reason string) error {
		return as(app, demo.Coordinator, "anywhere", func(tx core.App) error {
			return scheme.Take(tx, must(tx.FindRecordById("champion_registrations", r.Id)), kernel.Taken{Act: champion.Decline, Reason: reason})
		})
	}
	if err := decline(" "); err == nil || status(app, r.Id) != "submitted" {
		t.Fatalf("declined without a reason: %v", err)
	}
	if err := decline("Enough champions for now."); err != nil || status(app, r.Id) != "declined" {
		t.Fatal(err)
	}
}

func TestNobodyIsTheirOwnManager(t *testing.T) {
	app := demotest.App(t)
	s := demotest.Serve(t, app)
	body := map[string]any{"job_title": "x", "work_email": "someone@fellmoor.example", "reason": "r", "manager_name": "m"}
	for _, email := range []string{strings.ToUpper(demo.Colleague.Email()), "someone@fellmoor.example"} {
		body["manager_email"] = email
		if a := s.Do("POST", "/api/collections/champion_registrations/records", s.Token(demo.Colleague), body); a.Status != 400 || !strings.Contains(string(a.Body), "own_manager") {
			t.Errorf("%s: %d %s", email, a.Status, a.Body)
		}
	}
	r := offer(t, app, map[string]any{"work_email": "colm@fellmoor.example"})
	if err := take(app, demo.Colleague, r.Id, champion.Ask, "2026-11-20 09:00"); err == nil {
		t.Error("an applicant asked for themselves")
	}
}

func TestALinkIsGoodOnceForFourteenDays(t *testing.T) {
	app := demotest.App(t)
	r := offer(t, app, nil)
	if err := take(app, demo.Coordinator, r.Id, champion.Ask, "2026-11-01 09:00"); err != nil {
		t.Fatal(err)
	}
	yes := scheme.Answer{Agrees: true, Name: "Moira Ash"}
	first := link(t, app, r.Id, "agreement", "2026-11-01 09:00")
	second := link(t, app, r.Id, "agreement", "2026-11-01 09:05")
	if first == second || len(second) != 43 {
		t.Fatalf("tokens %q %q", first, second)
	}
	var held int
	if err := app.ConcurrentDB().NewQuery(`SELECT count(*) FROM manager_links WHERE token_hash IN ({:a}, {:b})`).Bind(dbx.Params{"a": first, "b": second}).Row(&held); err != nil || held != 0 {
		t.Fatal("a token itself is in the store", err)
	}
	flipped := "A" + second[1:]
	if flipped == second {
		flipped = "B" + second[1:]
	}
	for name, c := range map[string][2]string{
		"void": {first, "2026-11-02 09:00"}, "tampered": {flipped, "2026-11-02 09:00"}, "cut": {second[:42], "2026-11-02 09:00"},
		"expired": {second, "2026-11-15 09:05"}, "empty": {"", "2026-11-02 09:00"},
	} {
		if _, _, err := scheme.OpenLink(app, c[0], instant(c[1])); !errors.Is(err, kernel.ErrLink) {
			t.Errorf("%s: %v", name, err)
		}
		if err := scheme.AnswerLink(app, c[0], yes, instant(c[1])); !errors.Is(err, kernel.ErrLink) {
			t.Errorf("%s: %v", name, err)
		}
	}
	last := instant("2026-11-15 09:04")
	if _, _, err := scheme.OpenLink(app, second, last); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []scheme.Answer{{Agrees: true}, {Name: "Moira Ash"}, {Agrees: true, Name: strings.Repeat("x", 300)}} {
		if err := scheme.AnswerLink(app, second, bad, last); err == nil || errors.Is(err, kernel.ErrLink) {
			t.Errorf("%+v was taken: %v", bad, err)
		}
	}
	var mu sync.Mutex
	said := map[bool]int{}
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			err := scheme.AnswerLink(app, second, yes, last)
			mu.Lock()
			defer mu.Unlock()
			said[err == nil]++
		})
	}
	all.Wait()
	if said[true] != 1 || status(app, r.Id) != "approved" {
		t.Fatalf("of six answers at once %v were taken; %s", said, status(app, r.Id))
	}
	l := must(app.FindFirstRecordByFilter("manager_links", "registration = {:r} && answer != ''", dbx.Params{"r": r.Id}))
	if l.GetString("answered_by") != "Moira Ash" || l.GetString("email") != demo.Manager.Email() || !l.GetDateTime("answered_at").Equal(last) {
		t.Errorf("%v", l.PublicExport())
	}
}

func TestRemindersAreWrittenOnceEachAlsoAfterSilence(t *testing.T) {
	app := demotest.App(t)
	r := offer(t, app, nil)
	activate(t, app, r.Id, "2026-12-20")
	said := func() string {
		var all []string
		if err := app.ConcurrentDB().NewQuery(`SELECT CAST(days AS INTEGER) || ' ' || status FROM outbox WHERE record = {:r} AND kind = 'reminder' ORDER BY days DESC`).
			Bind(dbx.Params{"r": r.Id}).Column(&all); err != nil {
			t.Fatal(err)
		}
		return strings.Join(all, ", ")
	}
	for _, c := range []struct{ at, want string }{
		{"2027-11-19 12:00", ""},
		{"2027-11-21 12:00", "30 queued"}, // a day late: the server was away
		{"2027-11-21 12:01", "30 queued"},
		{"2027-12-18 12:00", "30 queued, 14 dropped, 3 queued"}, // away for weeks: one mail, not two
		{"2027-12-20 23:00", "30 queued, 14 dropped, 3 queued"},
	} {
		if err := scheme.TurnScheme(app, instant(c.at)); err != nil || said() != c.want {
			t.Fatalf("at %s: %q, want %q (%v)", c.at, said(), c.want, err)
		}
	}
}

func TestOneLeadAnAgency(t *testing.T) {
	app := demotest.App(t)
	leads := func() string {
		var all []string
		if err := app.ConcurrentDB().NewQuery(`SELECT id FROM champion_registrations WHERE lead`).Column(&all); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(all)
	}
	if leads() != "["+demo.ID("registration", 1)+"]" {
		t.Fatal(leads())
	}
	if err := take(app, demo.Coordinator, demo.ID("registration", 3), champion.MakeLead, "2026-11-20 09:00"); err != nil || leads() != "["+demo.ID("registration", 3)+"]" {
		t.Fatal(leads(), err)
	}
	if err := take(app, demo.Coordinator, demo.ID("registration", 3), champion.Leave, "2026-11-21 09:00"); err != nil || leads() != "[]" {
		t.Fatal(leads(), err)
	}
	if err := take(app, demo.Coordinator, demo.ID("registration", 2), champion.MakeLead, "2026-11-20 09:00"); err == nil {
		t.Error("one who is no champion leads")
	}
}
