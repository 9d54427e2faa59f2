package sync

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// summary is what the first case says now.
func summary(t *testing.T, s *demotest.Server) string {
	t.Helper()
	c, err := s.App.FindRecordById("cases", demo.CaseID(1))
	if err != nil {
		t.Fatal(err)
	}
	return c.GetString("summary")
}

// choose is a settling as a phone hands it in with its other work.
func choose(p *phone, conflict, choice string, more ...any) contract.Mutation {
	return mutation("update", "sync_conflicts", conflict, p.rows["sync_conflicts/"+conflict].rev, set(append([]any{"choice", choice}, more...)...))
}

// movedOn reads what an answer says of what stands.
func standing(t *testing.T, a demotest.Answer) (now contract.Standing) {
	t.Helper()
	var body struct{ Data contract.Standing }
	a.JSON(t, &body)
	return body.Data
}

// A conflict stays open while the work goes on. Whoever settles it late, by whichever way
// and with whichever choice, writes over nothing that they have not seen.
func TestAConflictSettledLateWritesOverNothingNewer(t *testing.T) {
	const week = "The school's words, and a week of work."
	for name, settle := range map[string]func(s *demotest.Server, p *phone, id string) (answered string){
		"online, ours": func(s *demotest.Server, p *phone, id string) string {
			a := s.Do("POST", "/api/sync/conflicts/"+id, p.token, contract.SettleRequest{Choice: "ours"})
			if now := standing(t, a); a.Status != 409 || now.Base == 0 || now.Rev == 0 || string(now.Values["summary"]) != encode(week) {
				t.Errorf("%d %s", a.Status, a.Body)
			}
			return a.Code()
		},
		"online, with words of their own and a base": func(s *demotest.Server, p *phone, id string) string {
			return s.Do("POST", "/api/sync/conflicts/"+id, p.token, contract.SettleRequest{Choice: "other", Set: set("summary", "Both."), Base: p.rev("sync_conflicts", id)}).Code()
		},
		"online, with what they saw": func(s *demotest.Server, p *phone, id string) string {
			return s.Do("POST", "/api/sync/conflicts/"+id, p.token, contract.SettleRequest{Choice: "ours", Seen: set("summary", "The school's words.")}).Code()
		},
		"from an outbox": func(s *demotest.Server, p *phone, id string) string {
			r := want(t, p.push(choose(p, id, "ours"))[0], contract.Conflict)
			if r.Conflict != id || !slices.Equal(r.Fields, []string{"summary"}) {
				t.Errorf("%+v", r)
			}
			return r.Code
		},
		"from an outbox, with words of their own": func(s *demotest.Server, p *phone, id string) string {
			r := want(t, p.push(choose(p, id, "other", "values", set("summary", "Both, in one sentence.")))[0], contract.Conflict)
			k, err := s.App.FindRecordById("sync_conflicts", r.Conflict)
			if err != nil || r.Conflict == id || !strings.Contains(k.GetString("ours"), "Both, in one sentence.") || !strings.Contains(k.GetString("theirs"), "a week of work") {
				t.Errorf("what they wrote is not kept: %+v %v", r, err)
			}
			return r.Code
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, a, b, id := disagreement(t)
			a.pull(0)
			b.pull(0)
			late := mutation("update", "cases", demo.CaseID(1), b.rev("cases", demo.CaseID(1)), set("summary", week))
			late.Was = set("summary", "The school's words.")
			want(t, b.push(late)[0], contract.Applied)
			if code := settle(s, a, id); code != "moved_on" {
				t.Errorf("answered %q", code)
			}
			if got := summary(t, s); got != week {
				t.Fatalf("a week of work is gone: %q", got)
			}
			for _, p := range []*phone{a, b} {
				p.pull(0)
				p.inSync()
				if got := p.field("sync_conflicts", id, "theirs"); fmt.Sprint(got) != "map[summary:"+week+"]" || p.field("sync_conflicts", id, "status") != "open" {
					t.Errorf("%s's phone shows %v beside it, %v", p.who.Account, got, p.field("sync_conflicts", id, "status"))
				}
			}
			// They look again, and choose again.
			want(t, a.push(choose(a, id, "ours"))[0], contract.Applied)
			if got := summary(t, s); got != "The practitioner's words." {
				t.Errorf("chosen again, it says %q", got)
			}
		})
	}
}

// A choice that was made of what the conflict showed before it was brought up to date
// counts for nothing, though by now it shows what stands: two of them in one queue.
func TestTwoChoicesInOneQueueOfWhatWasSeenOnce(t *testing.T) {
	s, a, b, id := disagreement(t)
	a.pull(0)
	b.pull(0)
	want(t, b.push(mutation("update", "cases", demo.CaseID(1), b.rev("cases", demo.CaseID(1)), set("summary", "Newer.")))[0], contract.Applied)
	for _, r := range a.push(choose(a, id, "ours"), choose(a, id, "ours")) {
		if r.Verdict != contract.Conflict || r.Code != "moved_on" {
			t.Errorf("%+v", r)
		}
	}
	if got := s.Do("POST", "/api/sync/conflicts/"+id, a.token, contract.SettleRequest{Choice: "ours", Base: a.rev("sync_conflicts", id)}); got.Status != 409 {
		t.Errorf("and a third, online: %d %s", got.Status, got.Body)
	}
	if got := summary(t, s); got != "Newer." {
		t.Errorf("it says %q", got)
	}
}

// An answer that was lost costs nothing: the same decision sent again is answered again,
// by either way, whatever became of the conflict meanwhile.
func TestADecisionSentTwiceCountsOnce(t *testing.T) {
	s, a, b, id := disagreement(t)
	a.pull(0)
	b.pull(0)
	path, ask := "/api/sync/conflicts/"+id, contract.SettleRequest{ID: ulid(), Choice: "ours", Base: a.rev("sync_conflicts", id)}
	first := s.Do("POST", path, a.token, ask)
	if first.Status != 200 {
		t.Fatalf("%d %s", first.Status, first.Body)
	}
	b.pull(0)
	want(t, b.push(mutation("update", "cases", demo.CaseID(1), b.rev("cases", demo.CaseID(1)), set("summary", "Later.")))[0], contract.Applied)
	if again := s.Do("POST", path, a.token, ask); again.Status != 200 || string(again.Body) != string(first.Body) {
		t.Errorf("%d %s, and before %s", again.Status, again.Body, first.Body)
	}
	m := choose(a, id, "ours")
	m.ID = ask.ID
	want(t, a.push(m)[0], contract.Applied)
	if got := summary(t, s); got != "Later." {
		t.Errorf("it says %q", got)
	}
	// The second choice of somebody else is no blank 404.
	if got := s.Do("POST", path, b.token, contract.SettleRequest{Choice: "theirs"}); got.Status != 409 || standing(t, got).SettledBy != demo.Practitioner.Name || string(standing(t, got).Values["summary"]) != `"Later."` {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if got := s.Do("POST", path, s.Token(demo.Outsider), contract.SettleRequest{Choice: "theirs"}); got.Status != 404 {
		t.Errorf("an outsider: %d %s", got.Status, got.Body)
	}
	// A refused mutation likewise.
	r := want(t, a.push(mutation("create", "notes", "decidednote0001", 0, set("case", demo.CaseID(1), "body", "Seen.", "source", "telepathy")))[0], contract.Refused)
	resend := contract.ResendRequest{ID: ulid(), Action: "resend", Set: set("source", "document")}
	first = s.Do("POST", "/api/sync/refusals/"+r.Refusal, a.token, resend)
	again := s.Do("POST", "/api/sync/refusals/"+r.Refusal, a.token, resend)
	if first.Status != 200 || again.Status != 200 || string(first.Body) != string(again.Body) {
		t.Errorf("%d %s, then %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	if got := s.Do("POST", path, a.token, contract.SettleRequest{ID: resend.ID, Choice: "ours"}); got.Status != 409 {
		t.Errorf("the id of another decision: %d %s", got.Status, got.Body)
	}
	if n := counted(t, s.App, `SELECT count(*) FROM notes WHERE id = 'decidednote0001'`, nil); n != 1 {
		t.Errorf("%d notes", n)
	}
}

// Two people settle one conflict, each without signal. The same choice counts once; what
// they choose differently is contested in its turn, and nobody's words are lost.
func TestTwoPeopleSettleOneConflict(t *testing.T) {
	for name, c := range map[string]struct {
		first, second func(p *phone, id string) contract.Mutation
		verdict       string
	}{
		"the same": {ours, ours, contract.Merged}, "the same words": {both("Both."), both("Both."), contract.Merged},
		"ours, then theirs": {ours, theirs, contract.Conflict}, "theirs, then ours": {theirs, ours, contract.Conflict},
		"two sentences": {both("Both."), both("Neither."), contract.Conflict},
	} {
		t.Run(name, func(t *testing.T) {
			s, a, b, id := disagreement(t)
			a.pull(0)
			b.pull(0)
			second := c.second(b, id)
			want(t, a.push(c.first(a, id))[0], contract.Applied)
			stands := summary(t, s)
			r := want(t, b.push(second)[0], c.verdict)
			if c.verdict == contract.Conflict && (r.Code != "already_settled" || r.Conflict == id || !strings.Contains(r.Message, demo.Practitioner.Name)) {
				t.Errorf("%+v", r)
			}
			if got := summary(t, s); got != stands {
				t.Errorf("the second wrote %q over %q", got, stands)
			}
			if c.verdict == contract.Conflict {
				b.pull(0)
				want(t, b.push(choose(b, r.Conflict, "ours"))[0], contract.Applied)
			}
			for _, p := range []*phone{a, b} {
				p.pull(0)
				p.inSync()
			}
		})
	}
}

func ours(p *phone, id string) contract.Mutation   { return choose(p, id, "ours") }
func theirs(p *phone, id string) contract.Mutation { return choose(p, id, "theirs") }
func both(words string) func(*phone, string) contract.Mutation {
	return func(p *phone, id string) contract.Mutation {
		return choose(p, id, "other", "values", set("summary", words))
	}
}

// A deletion that lost against an edit deletes, when it is chosen, what its chooser saw
// and nothing that was written since.
func TestAChosenDeletionDeletesWhatWasSeen(t *testing.T) {
	s := fellmoor(t)
	a, b := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Practitioner)
	want(t, a.push(mutation("create", "notes", "deletednote0001", 0, set("case", demo.CaseID(1), "body", "One.", "source", "document", "shared", true)))[0], contract.Applied)
	a.pull(0)
	b.pull(0)
	base := a.rev("notes", "deletednote0001")
	want(t, b.push(mutation("update", "notes", "deletednote0001", base, set("body", "Two.")))[0], contract.Applied)
	r := want(t, a.push(mutation("delete", "notes", "deletednote0001", base, nil))[0], contract.Conflict)
	a.pull(0)
	b.pull(0)
	want(t, b.push(mutation("update", "notes", "deletednote0001", b.rev("notes", "deletednote0001"), set("body", "Two, and the child's words.")))[0], contract.Applied)
	if r := want(t, a.push(choose(a, r.Conflict, "ours"))[0], contract.Conflict); r.Code != "moved_on" {
		t.Errorf("%+v", r)
	}
	a.pull(0)
	if got := a.field("notes", "deletednote0001", "body"); got != "Two, and the child's words." {
		t.Fatal(got)
	}
	if got := fmt.Sprint(a.field("sync_conflicts", r.Conflict, "theirs")); got != "map[body:Two, and the child's words.]" {
		t.Errorf("beside the deletion stands %s", got)
	}
	want(t, a.push(choose(a, r.Conflict, "ours"))[0], contract.Applied)
	a.pull(0)
	a.inSync()
	if _, there := a.rows["notes/deletednote0001"]; there {
		t.Error("it is still there")
	}
}

// What is wrong with a decision is said in words that fit, and what was corrected without
// signal and is refused again is kept whole.
func TestACorrectionThatIsRefusedAgainIsKept(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	r := want(t, p.push(mutation("create", "notes", "correctednote01", 0, set("case", demo.CaseID(1), "body", "Seen at the window.", "source", "telepathy")))[0], contract.Refused)
	a := s.Do("POST", "/api/sync/refusals/"+r.Refusal, p.token, contract.ResendRequest{Action: "resend", Set: set("source", "guesswork")})
	if a.Status != 422 || a.Code() != "invalid" || strings.Contains(string(a.Body), "may not") || !strings.Contains(string(a.Body), `"errors":{"source"`) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	put := mutation("update", "sync_refusals", r.Refusal, 0, set("action", "resend", "values", set("source", "guesswork", "body", "Seen at the window, crying.")))
	bad := want(t, p.push(put)[0], contract.Refused)
	kept, err := s.App.FindRecordById("sync_refusals", bad.Refusal)
	if err != nil || !strings.Contains(kept.GetString("content"), "crying") || bad.Errors["source"].Message == "" {
		t.Fatalf("%+v %v", bad, err)
	}
	good := mutation("update", "sync_refusals", r.Refusal, 0, set("action", "resend", "values", set("source", "document", "body", "Seen at the window, crying.")))
	if got := want(t, p.push(good)[0], contract.Applied); got.ID != good.ID {
		t.Errorf("%+v", got)
	}
	// A second one says the same, or what differs is contested; a withdrawal comes too late.
	want(t, p.push(mutation("update", "sync_refusals", r.Refusal, 0, set("action", "resend")))[0], contract.Merged)
	want(t, p.push(mutation("update", "sync_refusals", r.Refusal, 0, set("action", "resend", "values", set("source", "document", "body", "Not crying."))))[0], contract.Conflict)
	if late := want(t, p.push(mutation("update", "sync_refusals", r.Refusal, 0, set("action", "withdraw")))[0], contract.Refused); late.Code != "already_settled" {
		t.Errorf("%+v", late)
	}
	for _, action := range []string{"resend", "withdraw"} { // a request is told who it was, and how it stands
		a := s.Do("POST", "/api/sync/refusals/"+r.Refusal, p.token, contract.ResendRequest{Action: action})
		if now := standing(t, a); a.Status != 409 || now.Code != "already_settled" || now.SettledBy == "" || now.Choice != "resend" || now.Rev == 0 || now.Base == 0 {
			t.Errorf("%s: %d %s", action, a.Status, a.Body)
		}
	}
	for _, wrong := range []map[string]json.RawMessage{set("action", "burn"), set("action", 7), set("status", "settled"), set("action", "resend", "values", "x")} {
		want(t, p.push(mutation("update", "sync_refusals", r.Refusal, 0, wrong))[0], contract.Refused)
	}
	p.pull(0)
	p.inSync()
	if got := p.field("notes", "correctednote01", "body"); got != "Seen at the window, crying." {
		t.Error(got)
	}
}

// Three phones edit one field and settle what comes of it at random, online and from
// outboxes, late and twice. Whatever the order, nobody writes over what they had not
// seen, and every word that was ever handed in stands, is kept beside what stands, or was
// written over by somebody who had it before them.
func TestNoOrderOfSettlingLosesAWord(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			s := fellmoor(t)
			dice := rand.New(rand.NewPCG(seed, 7))
			phones := []*phone{newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School), newPhone(t, s, demo.Manager)}
			for _, p := range phones {
				p.pull(0)
			}
			seen := map[*phone]map[string]bool{}
			look := func(p *phone) {
				if seen[p] == nil {
					seen[p] = map[string]bool{}
				}
				seen[p][fmt.Sprint(p.field("cases", demo.CaseID(1), "summary"))] = true
				for k := range p.rows {
					if id, ok := strings.CutPrefix(k, "sync_conflicts/"); ok {
						if th, ok := p.field("sync_conflicts", id, "theirs").(map[string]any); ok {
							seen[p][fmt.Sprint(th["summary"])] = true
						}
					}
				}
			}
			given, over := map[string]bool{}, map[string]bool{}
			for n := range 30 {
				p := phones[dice.IntN(len(phones))]
				look(p)
				before, words := summary(t, s), fmt.Sprintf("Words %d.", n)
				var open []string
				for k := range p.rows {
					if id, ok := strings.CutPrefix(k, "sync_conflicts/"); ok && p.field("sync_conflicts", id, "status") == "open" {
						open = append(open, id)
					}
				}
				slices.Sort(open)
				switch roll := dice.IntN(8); {
				case roll < 2:
					p.pull(0)
				case roll < 5 || len(open) == 0:
					given[words] = true
					p.push(mutation("update", "cases", demo.CaseID(1), p.rev("cases", demo.CaseID(1)), set("summary", words)))
				case roll == 5:
					given[words] = true
					p.push(choose(p, open[0], "other", "values", set("summary", words)))
				case roll == 6:
					p.push(choose(p, open[len(open)-1], "ours"))
				default:
					s.Do("POST", "/api/sync/conflicts/"+open[0], p.token, contract.SettleRequest{Choice: "ours", Base: p.rev("sync_conflicts", open[0])})
				}
				if after := summary(t, s); after != before {
					if !seen[p][before] {
						t.Fatalf("step %d: %s wrote over %q, which they had not seen", n, p.who.Account, before)
					}
					over[before] = true
					seen[p][after] = true
				}
			}
			var kept []string
			if err := s.App.ConcurrentDB().NewQuery(`SELECT ours || theirs FROM sync_conflicts WHERE record = {:r}`).Bind(dbx.Params{"r": demo.CaseID(1)}).Column(&kept); err != nil {
				t.Fatal(err)
			}
			for words := range maps.Keys(given) {
				if summary(t, s) != words && !over[words] && !strings.Contains(strings.Join(kept, " "), words) {
					t.Errorf("%q is nowhere", words)
				}
			}
		})
	}
}

// A restored server judges again what it had lost, and keeps it under the same id: what a
// person decided of it meanwhile, without signal, finds it.
func TestWhatIsKeptOfAMutationKeepsItsID(t *testing.T) {
	s, a, b, _ := disagreement(t)
	backup := t.TempDir() + "/backup.db"
	if _, err := s.App.ConcurrentDB().NewQuery("VACUUM INTO '" + backup + "'").Execute(); err != nil {
		t.Fatal(err)
	}
	a.pull(0)
	b.pull(0)
	bad := mutation("create", "notes", "restorednote001", 0, set("case", demo.CaseID(1), "body", "Seen.", "source", "telepathy"))
	late := mutation("update", "cases", demo.CaseID(1), 1, set("summary", "Of before the restore."))
	first := a.push(bad, late)
	want(t, first[0], contract.Refused)
	want(t, first[1], contract.Conflict)
	a.pull(0)
	decided := []contract.Mutation{choose(a, first[1].Conflict, "ours"), mutation("update", "sync_refusals", first[0].Refusal, a.rev("sync_refusals", first[0].Refusal), set("action", "resend", "values", set("source", "document")))}
	r := restored(t, s, backup)
	got := r.Do("POST", "/api/sync/push", a.token, contract.PushRequest{Mutations: append([]contract.Mutation{bad, late}, decided...), Epoch: "the old one"})
	var answer contract.PushAnswer
	got.JSON(t, &answer)
	if got.Status != 200 || answer.Results[3].Refusal != first[0].Refusal || answer.Results[1].Conflict != first[1].Conflict {
		t.Fatalf("%d %s, and before %+v", got.Status, got.Body, first)
	}
	want(t, answer.Results[0], contract.Applied) // put right further on in the same push
	want(t, answer.Results[2], contract.Applied)
	want(t, answer.Results[3], contract.Applied)
	if now := summary(t, r); now != "Of before the restore." {
		t.Errorf("it says %q", now)
	}
}
