package sync

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/feed"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// disagreement makes two workers write one field differently.
func disagreement(t *testing.T) (s *demotest.Server, a, b *phone, conflict string) {
	t.Helper()
	s = fellmoor(t)
	a, b = newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	a.pull(0)
	b.pull(0)
	base := a.rev("cases", demo.CaseID(1))
	want(t, b.push(mutation("update", "cases", demo.CaseID(1), base, set("summary", "The school's words.")))[0], contract.Applied)
	r := want(t, a.push(mutation("update", "cases", demo.CaseID(1), base, set("summary", "The practitioner's words.")))[0], contract.Conflict)
	return s, a, b, r.Conflict
}

func TestAPersonSettlesAConflictAndBothPhonesLearnIt(t *testing.T) {
	for choice, wanted := range map[string]string{
		"ours": "The practitioner's words.", "theirs": "The school's words.", "other": "Both, in one sentence.",
	} {
		t.Run(choice, func(t *testing.T) {
			s, a, b, id := disagreement(t)
			ask := contract.SettleRequest{Choice: choice}
			if choice == "other" {
				ask.Set = set("summary", wanted)
			}
			path := "/api/sync/conflicts/" + id
			if got := s.Do("POST", path, s.Token(demo.Outsider), ask); got.Status != 404 {
				t.Errorf("the outsider settles it: %d %s", got.Status, got.Body)
			}
			if got := s.Do("GET", "/api/sync/conflicts", b.token, nil); got.Status != 200 || !json.Valid(got.Body) {
				t.Fatalf("the list: %d %s", got.Status, got.Body)
			}
			if got := s.Do("POST", path, b.token, ask); got.Status != 200 {
				t.Fatalf("settling: %d %s", got.Status, got.Body)
			}
			if got := s.Do("POST", path, b.token, ask); got.Status != 409 || got.Code() != "already_settled" || !strings.Contains(string(got.Body), demo.School.Name) {
				t.Errorf("settling twice: %d %s", got.Status, got.Body)
			}
			for _, p := range []*phone{a, b} {
				p.pull(0)
				p.inSync()
				if got := p.field("cases", demo.CaseID(1), "summary"); got != wanted {
					t.Errorf("%s's phone has %q", p.who.Account, got)
				}
				if got := p.field("sync_conflicts", id, "status"); got != "settled" {
					t.Errorf("the conflict on %s's phone is %v", p.who.Account, got)
				}
			}
		})
	}
}

func TestARefusedMutationIsCorrectedAndSentAgain(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	bad := mutation("create", "notes", "correctednote01", 0, set("case", demo.CaseID(1), "body", "Seen at the window.", "source", "telepathy"))
	r := want(t, p.push(bad)[0], contract.Refused)
	path := "/api/sync/refusals/" + r.Refusal
	if got := s.Do("POST", path, p.token, contract.ResendRequest{Action: "resend", Set: set("source", "guesswork")}); got.Status/100 != 4 {
		t.Errorf("corrected into another fault: %d %s", got.Status, got.Body)
	}
	if got := s.Do("POST", path, s.Token(demo.School), contract.ResendRequest{Action: "resend", Set: set("source", "seen_by_worker")}); got.Status != 404 {
		t.Errorf("somebody else's: %d", got.Status)
	}
	if got := s.Do("POST", path, p.token, contract.ResendRequest{Action: "resend", Set: set("source", "seen_by_worker")}); got.Status != 200 {
		t.Fatalf("corrected: %d %s", got.Status, got.Body)
	}
	want(t, p.push(bad)[0], contract.Applied) // the same mutation's verdict is the settled one
	p.pull(0)
	p.inSync()
	if got := p.field("notes", "correctednote01", "body"); got != "Seen at the window." {
		t.Error(got)
	}
}

func TestWorkInGoodFaithIsHandedToThoseWhoHoldTheCase(t *testing.T) {
	s := fellmoor(t)
	lost, holder := newPhone(t, s, demo.School), newPhone(t, s, demo.Practitioner)
	lost.pull(0)
	holder.pull(0)
	leave(t, s.App, demo.School.ID, demo.CaseID(1))
	late := mutation("create", "notes", "goodfaithnote01", 0, set("case", demo.CaseID(1), "body", "Ivy said she was hungry.", "source", "said_by_child", "shared", true))
	want(t, lost.push(late)[0], contract.Refused)
	holder.pull(0)
	holder.inSync()
	var handed string
	for k := range holder.rows {
		if len(k) > 14 && k[:14] == "sync_refusals/" && holder.field("sync_refusals", k[14:], "handover") == true {
			handed = k[14:]
		}
	}
	if handed == "" {
		t.Fatal("the practitioner's phone has nothing handed over")
	}
	if got := s.Do("POST", "/api/sync/refusals/"+handed, holder.token, contract.ResendRequest{Action: "resend"}); got.Status != 200 {
		t.Fatalf("applied in one step: %d %s", got.Status, got.Body)
	}
	holder.pull(0)
	if got := holder.field("notes", "goodfaithnote01", "body"); got != "Ivy said she was hungry." {
		t.Error(got)
	}
	lost.pull(0)
	lost.inSync()
	if _, ok := lost.rows["notes/goodfaithnote01"]; ok {
		t.Error("the note is on the phone of one who may not see it")
	}
}

// Who reads by REST what was handed over has read of the case, and that is on record.
func TestReadingWhatWasHandedOverIsOnRecord(t *testing.T) {
	s := fellmoor(t)
	lost, holder := newPhone(t, s, demo.School), newPhone(t, s, demo.Practitioner)
	lost.pull(0)
	leave(t, s.App, demo.School.ID, demo.CaseID(1))
	want(t, lost.push(mutation("create", "notes", "goodfaithnote01", 0, set("case", demo.CaseID(1), "body", "Ivy said she was hungry.", "source", "said_by_child", "shared", true)))[0], contract.Refused)
	for range 2 {
		s.Do("GET", "/api/collections/sync_refusals/records", holder.token, nil)
	}
	if err := kernel.SettleAudit(s.App); err != nil {
		t.Fatal(err)
	}
	if n := counted(t, s.App, `SELECT sum(count) FROM audit_log WHERE verb = 'read' AND collection = 'sync_refusals' AND "case" = {:c}`, map[string]any{"c": demo.CaseID(1)}); n != 2 {
		t.Errorf("it was read twice, and %d times is on record", n)
	}
}

func leave(t *testing.T, app core.App, user, c string) {
	t.Helper()
	m, err := app.FindFirstRecordByFilter("case_members", "user = '"+user+"' && case = '"+c+"' && active = true")
	if err != nil {
		t.Fatal(err)
	}
	m.Set("until", "2026-01-01 00:00:00.000Z")
	if err := app.Save(m); err != nil {
		t.Fatal(err)
	}
}

func TestAPhoneThatDiffersRepairsOneScope(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.stream()
	differs := func() (out []string) {
		a := s.Do("POST", "/api/sync/digest", p.token, contract.DigestRequest{Position: *p.position})
		if a.Status != 200 {
			t.Fatalf("digest: %d %s", a.Status, a.Body)
		}
		var d contract.DigestAnswer
		a.JSON(t, &d)
		mine := map[string]*contract.Tally{}
		for scope := range d.Digests {
			mine[scope] = &contract.Tally{}
		}
		for _, h := range p.rows {
			mine[h.scope].Add(h.rev)
		}
		for scope, theirs := range d.Digests {
			if m := mine[scope].Digest(); m != theirs {
				out = append(out, scope)
			}
		}
		return out
	}
	if d := differs(); len(d) > 0 {
		t.Fatalf("a phone fresh from a sync differs in %v", d)
	}
	delete(p.rows, "notes/"+demo.ID("note", 100))
	d := differs()
	if len(d) != 1 || d[0] != "case:"+demo.CaseID(1) {
		t.Fatalf("a lost note shows in %v", d)
	}
	a := p.page(contract.PullRequest{Position: p.position, Repair: d, Limit: 5000})
	p.apply(a.Changes)
	p.position = &a.Position
	for _, c := range a.Changes {
		if c.Scope != d[0] {
			t.Errorf("the repair of %s also sent %s", d[0], c.Scope)
		}
	}
	if d := differs(); len(d) > 0 {
		t.Errorf("after the repair it differs in %v", d)
	}
	p.inSync()
}

func TestThePhonesHealARestoredServer(t *testing.T) { // T16
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	kept := attempt("attemptbefore01", 1)
	want(t, p.push(kept)[0], contract.Applied)
	p.pull(0)
	backup := t.TempDir() + "/backup.db"
	if _, err := s.App.ConcurrentDB().NewQuery("VACUUM INTO '" + backup + "'").Execute(); err != nil {
		t.Fatal(err)
	}
	lost := []contract.Mutation{attempt("attemptafter001", 1), attempt("attemptafter002", 1)}
	for _, r := range p.push(lost...) {
		want(t, r, contract.Applied)
	}
	p.pull(0)

	r := restored(t, s, backup)
	p.s = r
	a := r.Do("POST", "/api/sync/pull", p.token, contract.PullRequest{Position: p.position})
	if a.Status != 409 || a.Code() != "position_other_epoch" {
		t.Fatalf("a position of a history that is gone: %d %s", a.Status, a.Body)
	}
	a = r.Do("POST", "/api/sync/push", p.token, contract.PushRequest{Mutations: append([]contract.Mutation{kept}, lost...), Epoch: "the old one"})
	if a.Status != 200 {
		t.Fatalf("replay: %d %s", a.Status, a.Body)
	}
	if a = r.Do("POST", "/api/sync/replayed", p.token, contract.ReplayedRequest{Offered: 3}); a.Status != 200 {
		t.Fatalf("replayed: %d %s", a.Status, a.Body)
	}
	p.position, p.rows = nil, map[string]held{}
	p.pull(0)
	p.inSync()
	for _, m := range append(lost, kept) {
		if _, ok := p.rows["contact_attempts/"+m.Record]; !ok {
			t.Errorf("%s did not come back", m.Record)
		}
	}
}

// restored is a server over a copy of a database, in the state it was copied in, with the
// keys of the server it was copied from.
func restored(t *testing.T, s *demotest.Server, backup string) *demotest.Server {
	t.Helper()
	dir := t.TempDir()
	if err := copyFile(backup, dir+"/data.db"); err != nil {
		t.Fatal(err)
	}
	demotest.CopyKeys(t, s.App.DataDir(), dir)
	app := demotest.Open(t, dir)
	if _, err := feed.Epoch(app.ConcurrentDB()); err != nil {
		t.Fatal(err)
	}
	return demotest.Serve(t, app, rooms...)
}
