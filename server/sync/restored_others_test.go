package sync

import (
	"fmt"
	"strings"
	"testing"
	"time"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// offers pushes what was acknowledged in a history that is gone.
func (p *phone) offers(all ...contract.Mutation) []contract.Result {
	p.t.Helper()
	a := p.s.Do("POST", "/api/sync/push", p.token, contract.PushRequest{Mutations: all, Epoch: "one that is gone"})
	if a.Status != 200 {
		p.t.Fatalf("replay: %d %s", a.Status, a.Body)
	}
	var answer contract.PushAnswer
	a.JSON(p.t, &answer)
	return answer.Results
}

const lostPerson = "lostperson00001"

func personLost() contract.Mutation {
	return mutation("create", "people", lostPerson, 0, set("case", demo.CaseID(1), "kind", "adult", "name", "Aunt May", "needs", "None known."))
}

// A worker made a record, and somebody else edited it; the copy from before is put back.
// Whoever comes first with what was acknowledged, and however often it is put back, the
// edit is there in the end, and its phone learns it.
func TestAnAcknowledgedEditOfALostRecordComesBackWhoeverComesFirst(t *testing.T) {
	told := func(m contract.Mutation) contract.Mutation {
		m.Was = set("needs", "None known.")
		return m
	}
	stands := func(want string) func(*testing.T, *demotest.Server) {
		return func(t *testing.T, s *demotest.Server) {
			if is := must(s.App.FindRecordById("people", lostPerson)).GetString("needs"); is != want {
				t.Errorf("she needs %q", is)
			}
		}
	}
	for name, edit := range map[string]struct {
		first, edits []contract.Mutation // of the worker; of the school
		stands       func(*testing.T, *demotest.Server)
	}{
		"an update":     {edits: []contract.Mutation{told(mutation("update", "people", lostPerson, 0, set("needs", "An interpreter.")))}, stands: stands("An interpreter.")},
		"an upsert":     {edits: []contract.Mutation{told(mutation("upsert", "people", lostPerson, 0, set("needs", "An interpreter.")))}, stands: stands("An interpreter.")},
		"two, in order": {edits: []contract.Mutation{told(mutation("update", "people", lostPerson, 0, set("needs", "A lift."))), mutation("update", "people", lostPerson, 0, set("needs", "An interpreter."))}, stands: stands("An interpreter.")},
		"an edit of her author's that came before": {
			first: []contract.Mutation{told(mutation("update", "people", lostPerson, 0, set("needs", "A lift.")))},
			edits: []contract.Mutation{func() contract.Mutation {
				m := mutation("update", "people", lostPerson, 0, set("needs", "An interpreter."))
				m.Was = set("needs", "A lift.")
				return m
			}()},
			stands: stands("An interpreter."),
		},
		"a group": {edits: func() []contract.Mutation {
			a := told(mutation("update", "people", lostPerson, 0, set("needs", "An interpreter.")))
			b := mutation("create", "notes", "grouplost000001", 0, set("case", demo.CaseID(1), "body", "Seen with her.", "source", "document"))
			a.Group, b.Group = "visit", "visit"
			return []contract.Mutation{a, b}
		}(), stands: func(t *testing.T, s *demotest.Server) {
			stands("An interpreter.")(t, s)
			must(s.App.FindRecordById("notes", "grouplost000001"))
		}},
	} {
		for _, schoolFirst := range []bool{true, false} {
			for _, twice := range []bool{false, true} {
				t.Run(strings.ReplaceAll(fmt.Sprint(name, ", the school first ", schoolFirst, ", twice ", twice), " ", "_"), func(t *testing.T) {
					s := fellmoor(t)
					worker, school := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
					copied := storeCopy(t, s.App)
					made := append([]contract.Mutation{personLost()}, edit.first...)
					for _, m := range made {
						worker.push(m)
					}
					first := school.push(edit.edits...)
					back := func() {
						s = putBack(t, s, copied, true, false)
						worker.s, school.s = s, s
					}
					back()
					if twice {
						school.offers(edit.edits...)
						back()
					}
					if !schoolFirst {
						worker.offers(made...)
					}
					for i, r := range school.offers(edit.edits...) {
						if schoolFirst && r.Verdict != contract.Held {
							t.Errorf("%d is %+v, and was %s", i, r, first[i].Verdict)
						}
					}
					if schoolFirst {
						worker.offers(made...)
					}
					edit.stands(t, s)
					for i, r := range school.push(edit.edits...) { // and what it asks again, it learns
						if r.Verdict != contract.Applied && r.Verdict != contract.Merged {
							t.Errorf("in the end %d is %+v, and was %s", i, r, first[i].Verdict)
						}
					}
					school.pull(0)
					school.inSync()
					for k := range school.rows {
						if id, ok := strings.CutPrefix(k, "sync_refusals/"); ok && school.field("sync_refusals", id, "status") != "settled" {
							t.Errorf("its phone still shows %s", school.rows[k].record)
						}
					}
				})
			}
		}
	}
}

// Two phones of one worker are two: what the second edited waits for what the first made.
func TestTheEditsOfASecondPhoneWaitForTheFirst(t *testing.T) {
	s := fellmoor(t)
	one, two := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Practitioner)
	copied := storeCopy(t, s.App)
	made, mine, edit := personLost(), mutation("update", "people", lostPerson, 0, set("needs", "A lift.")), mutation("update", "people", lostPerson, 0, set("needs", "An interpreter."))
	edit.Was = set("needs", "A lift.")
	one.push(made, mine)
	want(t, two.push(edit)[0], contract.Merged)
	s = putBack(t, s, copied, true, false)
	one.s, two.s = s, s
	want(t, two.offers(edit)[0], contract.Held)
	one.offers(made, mine)
	two.push(edit)
	if is := must(s.App.FindRecordById("people", lostPerson)).GetString("needs"); is != "An interpreter." {
		t.Errorf("she needs %q", is)
	}
}

// A delete waits likewise, and then takes the record as where that came first. What its author made themselves and
// was refused is nothing to wait for.
func TestADeleteInAReplayWaitsForItsRecord(t *testing.T) {
	for _, makerFirst := range []bool{false, true} {
		s := fellmoor(t)
		one, two := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Practitioner)
		made, gone := noteOf("noteofthefirst1", "Seen at home"), mutation("delete", "notes", "noteofthefirst1", 0, nil)
		if makerFirst {
			one.offers(made)
		} else {
			want(t, two.offers(gone)[0], contract.Held)
			one.offers(made)
		}
		want(t, two.offers(gone)[0], contract.Applied)
		if n := counted(t, s.App, `SELECT count(*) FROM notes WHERE id = 'noteofthefirst1'`, nil); n != 0 {
			t.Error("it is there")
		}
		bad := mutation("create", "notes", "noteofnobody001", 0, set("case", demo.CaseID(1), "body", "x", "source", "telepathy"))
		results := one.offers(bad, mutation("delete", "notes", "noteofnobody001", 0, nil))
		want(t, results[0], contract.Refused)
		want(t, results[1], contract.Applied)
	}
}

// What was decided of a conflict waits until that is kept again; so does what was put right
// of a refused mutation.
func TestWhatWasDecidedWaitsForWhatItIsAbout(t *testing.T) {
	s := fellmoor(t)
	worker, school := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	manager := newPhone(t, s, demo.Manager)
	worker.pull(0)
	copied := storeCopy(t, s.App)
	theirs := mutation("update", "cases", demo.CaseID(1), worker.rev("cases", demo.CaseID(1)), set("summary", "The school's words."))
	ours := mutation("update", "cases", demo.CaseID(1), worker.rev("cases", demo.CaseID(1)), set("summary", "The practitioner's words."))
	bad := mutation("create", "notes", "badnote00000001", 0, set("case", demo.CaseID(1), "body", "Seen.", "source", "telepathy"))
	want(t, school.push(theirs)[0], contract.Applied)
	conflict := want(t, worker.push(ours)[0], contract.Conflict).Conflict
	refusal := want(t, worker.push(bad)[0], contract.Refused).Refusal
	chosen := mutation("update", "sync_conflicts", conflict, 0, set("choice", "other", "values", set("summary", "Both.")))
	right := mutation("update", "sync_refusals", refusal, 0, set("action", "resend", "values", set("source", "document")))
	want(t, school.push(chosen)[0], contract.Applied)
	want(t, manager.push(right)[0], contract.Applied)
	s = putBack(t, s, copied, true, false)
	worker.s, school.s, manager.s = s, s, s
	want(t, manager.offers(right)[0], contract.Held)
	results := school.offers(theirs, chosen)
	want(t, results[1], contract.Held)
	worker.offers(ours, bad)
	want(t, school.push(chosen)[0], contract.Applied)
	want(t, manager.push(right)[0], contract.Applied)
	if is := summary(t, s); is != "Both." {
		t.Errorf("it says %q", is)
	}
	must(s.App.FindRecordById("notes", "badnote00000001"))
	for _, p := range []*phone{worker, school, manager} {
		p.position, p.rows = nil, map[string]held{}
		p.pull(0)
		p.inSync()
	}
}

// A replay is no way to ask what there is: of a record out of sight and of none it is
// answered alike, now and after the days that either waits.
func TestAReplayTellsNothingOfAForeignRecord(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Outsider)
	worker := newPhone(t, s, demo.Practitioner)
	want(t, worker.push(personLost())[0], contract.Applied)
	of := func(record string) (all []contract.Mutation) {
		for _, op := range []string{"update", "delete"} {
			all = append(all, mutation(op, "people", record, 0, set("needs", "x")))
		}
		all[1].Set = nil
		return append(all, mutation("upsert", "people", record, 0, set("needs", "x")))
	}
	foreign, missing := of(lostPerson), of("nosuchperson001")
	alike := func(a, b []contract.Result, verdict string) {
		t.Helper()
		for i := range a {
			want(t, a[i], verdict)
			a[i].ID, a[i].Refusal, b[i].ID, b[i].Refusal = "", "", "", ""
			if fmt.Sprintf("%+v", a[i]) != fmt.Sprintf("%+v", b[i]) {
				t.Errorf("%+v\n%+v", a[i], b[i])
			}
		}
	}
	alike(p.offers(foreign...), p.offers(missing...), contract.Held)
	want(t, worker.push(noteOf("noteofaworker01", "Another day"))[0], contract.Applied)
	if err := must(New(s.App)).expireHeld(time.Now().AddDate(0, 0, contract.HeldDays+1)); err != nil {
		t.Fatal(err)
	}
	alike(p.push(foreign...), p.push(missing...), contract.Refused)
}

// Whose right to the record comes back later than the record has their edit applied then;
// and where nobody pushes until its days are over, at their end.
func TestAnEditWaitsForSightOfItsRecord(t *testing.T) {
	s := fellmoor(t)
	worker, school := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	school.pull(0)
	leave(t, s.App, demo.School.ID, demo.CaseID(1))
	edit := mutation("update", "people", lostPerson, 0, set("needs", "An interpreter."))
	edit.Was = set("needs", "None known.")
	want(t, school.offers(edit)[0], contract.Held)
	want(t, worker.push(personLost())[0], contract.Applied)
	want(t, school.push(edit)[0], contract.Held)
	second := mutation("update", "people", lostPerson, 0, set("name", "Aunt Maya"))
	want(t, school.offers(second)[0], contract.Held)
	join(t, s.App, demo.School.ID, demo.CaseID(1))
	if err := must(New(s.App)).expireHeld(time.Now().AddDate(0, 0, contract.HeldDays+1)); err != nil {
		t.Fatal(err)
	}
	want(t, school.push(edit)[0], contract.Applied)
	if is := must(s.App.FindRecordById("people", lostPerson)).GetString("needs"); is != "An interpreter." {
		t.Errorf("she needs %q", is)
	}
}

// A phone offers again what it had acknowledged, the answer is lost, and it sends the same
// among what is new, as of the history that stands now: it waits all the same, for as long
// as anything waits after a restore. What names a base, or comes later, is told at once.
func TestAnOfferWhoseAnswerWasLostWaitsToo(t *testing.T) {
	for _, op := range []string{"update", "upsert"} {
		s := fellmoor(t)
		worker, school := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
		copied := storeCopy(t, s.App)
		made, edit := personLost(), mutation(op, "people", lostPerson, 0, set("needs", "An interpreter."))
		worker.push(made)
		first := school.push(edit)[0].Verdict
		worker.pull(0)
		s = putBack(t, s, copied, true, false)
		worker.s, school.s = s, s
		if a := s.Do("POST", "/api/sync/pull", worker.token, contract.PullRequest{Position: worker.position}); a.Status != 409 {
			t.Fatalf("the worker's pull noticed nothing: %d", a.Status)
		}
		want(t, school.push(edit)[0], contract.Held)
		want(t, school.push(mutation(op, "people", lostPerson, 1, set("needs", "A lift.")))[0], contract.Refused)
		worker.offers(made)
		want(t, school.push(edit)[0], first)
		if is := must(s.App.FindRecordById("people", lostPerson)).GetString("needs"); is != "An interpreter." {
			t.Errorf("she needs %q", is)
		}
		_, err := s.App.NonconcurrentDB().NewQuery(`UPDATE sync_epochs SET at = at - 86400 * 5`).Execute()
		if err != nil {
			t.Fatal(err)
		}
		want(t, school.push(mutation("update", "people", "nobodyofthem001", 0, set("needs", "A lift.")))[0], contract.Refused)
	}
}
