package sync

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"holdfast/collections"
	"holdfast/hooks/casework"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// privates says of each noun that an agency may keep to itself within a case how one of
// its records is written, where its words stand and which field shares it. A noun that
// learns to be kept so is named here, or the test below fails.
var privates = map[string]struct {
	words, shares string
	rest          map[string]any
}{
	"notes": {"body", "shared", map[string]any{"source": "document"}},
}

// secret is a story about one noun: practitioner and colleague of one agency, the school
// of another, all on one case, and what the school's side gets to see of it.
type secret struct {
	t              *testing.T
	s              *demotest.Server
	noun           string
	ours, second   *phone // of the worker who writes
	mate           *phone // of their agency
	school         *phone
	others         []*phone
	words, toShare string
	rest           map[string]any
}

func secrets(t *testing.T, tell func(*testing.T, *secret)) {
	told := 0
	for _, n := range collections.All() {
		if !n.Own() || n.Name == "sync_conflicts" || n.Name == "sync_refusals" {
			continue
		}
		p, known := privates[n.Name]
		if !known {
			t.Fatalf("%s can be an agency's own: say in privates how", n.Name)
		}
		told++
		t.Run(n.Name, func(t *testing.T) {
			s := fellmoor(t)
			join(t, s.App, demo.Colleague.ID, demo.CaseID(1))
			x := &secret{t: t, s: s, noun: n.Name, ours: newPhone(t, s, demo.Practitioner), second: newPhone(t, s, demo.Practitioner), mate: newPhone(t, s, demo.Colleague), school: newPhone(t, s, demo.School), words: p.words, toShare: p.shares, rest: p.rest}
			x.others = []*phone{x.school}
			for _, who := range []demo.Person{demo.Outsider, demo.Coordinator, demo.DPO} {
				x.others = append(x.others, newPhone(t, s, who))
			}
			for _, p := range append(x.others, x.ours, x.second, x.mate) {
				p.pull(0)
			}
			tell(t, x)
		})
	}
	if told == 0 {
		t.Fatal("no noun can be an agency's own")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// make is a create of the noun, shared or not, that holds the words.
func (x *secret) make(id, words string, shared bool, more ...any) contract.Mutation {
	m := mutation("create", x.noun, id, 0, set("case", demo.CaseID(1), x.words, words, x.toShare, shared))
	for name, v := range x.rest {
		m.Set[name] = set(name, v)[name]
	}
	for name, v := range set(more...) {
		m.Set[name] = v
	}
	return m
}

// argue makes a worker write one record's words differently on two phones: whose words
// they are changes them, and nobody else (M106).
func (x *secret) argue(id, first, second string, more ...any) (conflict string) {
	x.t.Helper()
	x.ours.pull(0)
	x.second.pull(0)
	base := x.ours.rev(x.noun, id)
	want(x.t, x.second.push(mutation("update", x.noun, id, base, set(x.words, first)))[0], contract.Applied)
	m := mutation("update", x.noun, id, base, set(append([]any{x.words, second}, more...)...))
	return want(x.t, x.ours.push(m)[0], contract.Conflict).Conflict
}

// told is everything a person's phones, lists, views and pages say now.
func (x *secret) told(p *phone) string {
	x.t.Helper()
	var out strings.Builder
	say := func(v any) {
		raw, err := json.Marshal(v)
		if err != nil {
			x.t.Fatal(err)
		}
		out.Write(raw)
	}
	say(p.pull(0)) // what is new to the phone that was there
	for _, h := range p.rows {
		out.WriteString(h.record)
	}
	for _, pull := range []func(*phone){func(f *phone) { say(f.pull(100)) }, func(f *phone) { say(f.stream()) }} {
		fresh := *p // it has nothing yet
		fresh.position, fresh.rows = nil, map[string]held{}
		pull(&fresh)
	}
	say(p.page(contract.PullRequest{Position: p.position, Repair: []string{"case:" + demo.CaseID(1), "case:" + demo.CaseID(1) + "/agency:" + demo.Practitioner.Agency, "user:" + p.who.ID}}))
	for _, path := range []string{"/api/sync/conflicts", "/api/sync/refusals"} {
		out.Write(x.s.Do("GET", path, p.token, nil).Body)
	}
	for _, n := range []string{x.noun, "sync_conflicts", "sync_refusals", "notices", "chronology_entries"} {
		out.Write(x.s.Do("GET", "/api/collections/"+n+"/records?perPage=500", p.token, nil).Body)
		all, err := x.s.App.FindAllRecords(n)
		if err != nil {
			x.t.Fatal(err)
		}
		for _, r := range all {
			out.Write(x.s.Do("GET", "/api/collections/"+n+"/records/"+r.Id, p.token, nil).Body)
		}
	}
	actor := kernel.Actor{User: must(x.s.App.FindRecordById("users", p.who.ID)), Door: "page"}
	say(must(casework.Disagreements(x.s.App, actor)))
	say(must(casework.RefusedMutations(x.s.App, actor)))
	return out.String()
}

// ownOf fails where anybody of another agency is told the words, and unless the phone
// that should is.
func (x *secret) ownOf(who *phone, words string) {
	x.t.Helper()
	if who != nil && !strings.Contains(x.told(who), words) {
		x.t.Errorf("%s is not told %q", who.who.Account, words)
	}
	for _, p := range x.others {
		if said := x.told(p); strings.Contains(said, words) {
			at := strings.Index(said, words)
			x.t.Errorf("%s of another agency is told %q: …%s…", p.who.Account, words, said[max(0, at-200):min(len(said), at+200)])
		}
		p.inSync()
	}
}

// allOf fails unless the school is told the words.
func (x *secret) allOf(words string) {
	x.t.Helper()
	if !strings.Contains(x.told(x.school), words) {
		x.t.Errorf("the school is not told %q", words)
	}
}

// What an agency wrote for itself, and its copies that sync keeps: refused, contested
// and settled, of a record that lives and of one that was deleted.
func TestWhatAnAgencyWroteForItselfStaysItsOwn(t *testing.T) {
	secrets(t, func(t *testing.T, x *secret) {
		want(t, x.ours.push(x.make("privaterefused1", "CANARY-REFUSED", false, "source", "telepathy"))[0], contract.Refused)
		x.ownOf(x.ours, "CANARY-REFUSED")

		want(t, x.ours.push(x.make("privatenote0001", "CANARY-MADE", false))[0], contract.Applied)
		conflict := x.argue("privatenote0001", "CANARY-FIRST", "CANARY-SECOND")
		for _, words := range []string{"CANARY-MADE", "CANARY-FIRST", "CANARY-SECOND"} {
			x.ownOf(nil, words)
		}
		x.ownOf(x.mate, "CANARY-SECOND")
		if got := x.s.Do("POST", "/api/sync/conflicts/"+conflict, x.ours.token, contract.SettleRequest{Choice: "theirs"}); got.Status != 200 {
			t.Fatalf("settling: %d %s", got.Status, got.Body)
		}
		x.ownOf(x.mate, "CANARY-SECOND")

		second := x.argue("privatenote0001", "CANARY-THIRD", "CANARY-FOURTH")
		x.ours.pull(0)
		want(t, x.ours.push(mutation("delete", x.noun, "privatenote0001", x.ours.rev(x.noun, "privatenote0001"), nil))[0], contract.Applied)
		x.ownOf(x.mate, "CANARY-FOURTH")
		if got := x.s.Do("POST", "/api/sync/conflicts/"+second, x.school.token, contract.SettleRequest{Choice: "ours"}); got.Status != 404 {
			t.Errorf("the school settles what is not theirs: %d %s", got.Status, got.Body)
		}
	})
}

// Un-shared by whatever door, a record takes with it what was contested of it, settled or
// not, and the phones that held that drop it. Shared again it comes back; what was
// contested while it was the agency's own stays the agency's own.
func TestWhatIsNoLongerSharedIsNoLongerShared(t *testing.T) {
	share := func(x *secret, id string, shared bool, door string) {
		x.t.Helper()
		switch door {
		case "a phone":
			x.ours.pull(0)
			want(x.t, x.ours.push(mutation("update", x.noun, id, x.ours.rev(x.noun, id), set(x.toShare, shared)))[0], contract.Applied)
		case "REST":
			if got := x.s.Do("PATCH", "/api/collections/"+x.noun+"/records/"+id, x.s.Token(demo.Practitioner), map[string]any{x.toShare: shared}); got.Status != 200 {
				x.t.Fatalf("%d %s", got.Status, got.Body)
			}
		case "a hook":
			r := must(x.s.App.FindRecordById(x.noun, id))
			r.Set(x.toShare, shared)
			if err := x.s.App.Save(r); err != nil {
				x.t.Fatal(err)
			}
		case "SQL":
			if _, err := x.s.App.NonconcurrentDB().NewQuery(`UPDATE ` + x.noun + ` SET ` + x.toShare + ` = {:s} WHERE id = {:id}`).Bind(dbx.Params{"s": shared, "id": id}).Execute(); err != nil {
				x.t.Fatal(err)
			}
		}
	}
	for _, door := range []string{"a phone", "REST", "a hook", "SQL"} {
		t.Run(door, func(t *testing.T) {
			secrets(t, func(t *testing.T, x *secret) {
				const id = "sharednote00001"
				want(t, x.ours.push(x.make(id, "CANARY-ONE", true))[0], contract.Applied)
				settled := x.argue(id, "CANARY-TWO", "CANARY-THREE")
				if got := x.s.Do("POST", "/api/sync/conflicts/"+settled, x.ours.token, contract.SettleRequest{Choice: "theirs"}); got.Status != 200 {
					t.Fatalf("settling: %d %s", got.Status, got.Body)
				}
				x.argue(id, "CANARY-FOUR", "CANARY-FIVE")
				x.allOf("CANARY-THREE")
				x.allOf("CANARY-FIVE")

				share(x, id, false, door)
				for _, words := range []string{"CANARY-TWO", "CANARY-THREE", "CANARY-FOUR", "CANARY-FIVE"} {
					x.ownOf(nil, words)
				}
				x.ownOf(x.mate, "CANARY-THREE")
				x.ownOf(x.mate, "CANARY-FIVE")
				x.argue(id, "CANARY-SIX", "CANARY-SEVEN")

				share(x, id, true, door)
				x.allOf("CANARY-THREE")
				x.allOf("CANARY-FIVE")
				x.ownOf(x.mate, "CANARY-SEVEN")
			})
		})
	}
}

// One mutation that un-shares a record and is in conflict, and one that the same is
// settled by: the copy is of where the record stands after it.
func TestUnsharingInTheSameBreath(t *testing.T) {
	secrets(t, func(t *testing.T, x *secret) {
		want(t, x.ours.push(x.make("breathnote00001", "CANARY-OPEN", true))[0], contract.Applied)
		x.argue("breathnote00001", "CANARY-AIR", "CANARY-BREATH", x.toShare, false)
		x.ownOf(x.mate, "CANARY-BREATH")

		want(t, x.ours.push(x.make("breathnote00002", "CANARY-OPEN", true))[0], contract.Applied)
		conflict := x.argue("breathnote00002", "CANARY-WIND", "CANARY-STORM")
		x.allOf("CANARY-STORM")
		if got := x.s.Do("PATCH", "/api/collections/"+x.noun+"/records/breathnote00002", x.s.Token(demo.Practitioner), map[string]any{x.toShare: false}); got.Status != 200 {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		if got := x.s.Do("POST", "/api/sync/conflicts/"+conflict, x.ours.token, contract.SettleRequest{Choice: "ours"}); got.Status != 200 {
			t.Fatalf("settling: %d %s", got.Status, got.Body)
		}
		x.ownOf(x.mate, "CANARY-STORM")
	})
}

// A worker is taken off the case, and does not know it yet. What they wrote for their own
// agency is handed to their agency's people on the case, and to nobody else's; what they
// wrote for all goes to all, until somebody keeps it to their agency.
func TestAHandoverIsForThoseItWasWrittenFor(t *testing.T) {
	secrets(t, func(t *testing.T, x *secret) {
		want(t, x.mate.push(x.make("handednote00001", "CANARY-BEFORE", false), x.make("handednote00002", "CANARY-SHARED", true))[0], contract.Applied)
		x.mate.pull(0)
		base := x.mate.rev(x.noun, "handednote00001")
		leave(t, x.s.App, demo.Colleague.ID, demo.CaseID(1))
		results := x.mate.push(
			x.make("handednote00003", "CANARY-PRIVATE", false),
			x.make("handednote00004", "CANARY-GARBLED", false, x.toShare, "perhaps"),
			mutation("update", x.noun, "handednote00001", base, set(x.words, "CANARY-UPDATE")),
			mutation("update", x.noun, "handednote00002", base, set(x.words, "CANARY-NARROWED", x.toShare, false)),
			x.make("handednote00005", "CANARY-FOR-ALL", true),
			x.make("handednote00006", "CANARY-TAKEN-IN", true),
		)
		for _, r := range results {
			want(t, r, contract.Refused)
		}
		for _, words := range []string{"CANARY-PRIVATE", "CANARY-GARBLED", "CANARY-UPDATE", "CANARY-NARROWED"} {
			x.ownOf(x.ours, words)
		}
		x.allOf("CANARY-FOR-ALL")
		x.allOf("CANARY-TAKEN-IN")

		resend := func(p *phone, record string, status int, more ...any) {
			t.Helper()
			r := must(x.s.App.FindFirstRecordByFilter("sync_refusals", "handover = true && record = {:r}", dbx.Params{"r": record}))
			if got := x.s.Do("POST", "/api/sync/refusals/"+r.Id, p.token, contract.ResendRequest{Action: "resend", Set: set(more...)}); got.Status != status {
				t.Errorf("%s: %d %s", record, got.Status, got.Body)
			}
		}
		resend(x.school, "handednote00003", 404)
		resend(x.ours, "handednote00003", 200)
		x.ownOf(x.ours, "CANARY-PRIVATE") // settled, it stays where it was
		resend(x.ours, "handednote00006", 200, x.toShare, false)
		x.ownOf(x.ours, "CANARY-TAKEN-IN") // the record is the agency's own, and so is what it came of
	})
}

// Its author's manager sees what was refused, unless it is another agency's own.
func TestAManagerElsewhereSeesNothingOfAnAgencysOwn(t *testing.T) {
	secrets(t, func(t *testing.T, x *secret) {
		r := must(x.s.App.FindRecordById("users", demo.Practitioner.ID))
		want(t, x.ours.push(x.make("managernote0001", "CANARY-OWN", false, "source", "telepathy"), x.make("managernote0002", "CANARY-ALL", true, "source", "telepathy"))[0], contract.Refused)
		manager := newPhone(t, x.s, demo.Manager)
		if said := x.told(manager); !strings.Contains(said, "CANARY-OWN") || !strings.Contains(said, "CANARY-ALL") {
			t.Error("the manager does not see what their worker was refused")
		}
		r.Set("manager", demo.School.ID)
		if err := x.s.App.Save(kernel.AsServer(r)); err != nil {
			t.Fatal(err)
		}
		x.ownOf(nil, "CANARY-OWN")
		x.allOf("CANARY-ALL")
	})
}

// What somebody is shown of their own refusals is on record where they name no case too.
func TestOnesOwnRefusalsOfNoCaseAreReadOnRecord(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	want(t, p.push(mutation("create", "no_such_nouns", "ofnocase0000001", 0, set("body", "x")))[0], contract.Refused)
	if got := s.Do("GET", "/api/sync/refusals", p.token, nil); got.Status != 200 || !strings.Contains(string(got.Body), "ofnocase0000001") {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	if err := kernel.SettleAudit(s.App); err != nil {
		t.Fatal(err)
	}
	n, err := s.App.CountRecords("audit_log", dbx.HashExp{"verb": "sync", "collection": "sync_refusals", "actor": demo.Practitioner.ID, "case": "", "count": 1})
	if err != nil || n != 1 {
		t.Errorf("%d lines (%v)", n, err)
	}
}
