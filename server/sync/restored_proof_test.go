package sync

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast/hooks/lineage"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// The whole folder is put back, the school writes first, and a phone of an app that keeps
// no history pushes over it with the rev that it saw: what the school wrote stands (B02).
func TestABaseOfALostHistoryOverwritesNothing(t *testing.T) {
	s := fellmoor(t)
	worker, school := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	worker.pull(0)
	copied := storeCopy(t, s.App)
	for _, words := range []string{"One", "Two", "Three"} {
		want(t, worker.push(mutation("update", "cases", demo.CaseID(1), worker.rev("cases", demo.CaseID(1)), set("summary", words)))[0], contract.Applied)
		worker.pull(0)
	}
	base := worker.rev("cases", demo.CaseID(1))
	s = putBack(t, s, copied, false, false)
	worker.s, school.s = s, s
	school.pull(0)
	want(t, school.push(mutation("update", "cases", demo.CaseID(1), school.rev("cases", demo.CaseID(1)), set("summary", "An injury to the arm")))[0], contract.Applied)
	want(t, worker.push(mutation("update", "cases", demo.CaseID(1), base, set("summary", "Written over")))[0], contract.Conflict)
	if is := summary(t, s); is != "An injury to the arm" {
		t.Errorf("the case says %q", is)
	}
}

// A base above all that was ever given out is no licence to overwrite, and where no branch
// can have given it out, no proof of anything.
func TestAMadeUpBaseIsNoLicenceToOverwrite(t *testing.T) {
	for name, base := range map[string]int64{"absurd": 9007199254740991, "of next year": lineage.Floor(time.Now().AddDate(1, 0, 0))} {
		s := fellmoor(t)
		worker, school := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
		worker.pull(0)
		school.pull(0)
		before := status(t, worker).Epoch
		want(t, school.push(mutation("update", "cases", demo.CaseID(1), school.rev("cases", demo.CaseID(1)), set("summary", "An injury to the arm")))[0], contract.Applied)
		m := mutation("update", "cases", demo.CaseID(1), base, set("summary", "Written over"))
		want(t, worker.push(m)[0], contract.Conflict)
		m = mutation("update", "cases", demo.CaseID(1), base, set("summary", "Written over again"))
		m.Was = set("summary", "What nobody wrote")
		want(t, worker.push(m)[0], contract.Conflict)
		if is := summary(t, s); is != "An injury to the arm" {
			t.Errorf("%s: the case says %q", name, is)
		}
		if after := status(t, worker).Epoch; after != before {
			t.Errorf("%s: a new epoch began", name)
		}
	}
}

func status(t *testing.T, p *phone) (a contract.StatusAnswer) {
	t.Helper()
	p.s.Do("GET", "/api/sync/status", p.token, nil).JSON(t, &a)
	return a
}

// Nor is one that could have been given out by now: anybody signed in makes one up, after
// every start of the server. What it comes with is judged, and nothing written over.
func TestAMadeUpBaseBeginsNoEpoch(t *testing.T) {
	s := fellmoor(t)
	worker := newPhone(t, s, demo.Practitioner)
	worker.pull(0)
	school := newPhone(t, s, demo.School)
	school.pull(0)
	want(t, school.push(mutation("update", "cases", demo.CaseID(1), school.rev("cases", demo.CaseID(1)), set("summary", "An injury to the arm")))[0], contract.Applied)
	before := status(t, worker).Epoch
	is := summary(t, s)
	for range 2 {
		s = putBack(t, s, storeCopy(t, s.App), false, false)
		worker.s = s
		at, err := lineage.Of(s.App).Now()
		if err != nil {
			t.Fatal(err)
		}
		for _, base := range []int64{at.Seq + 1, lineage.Floor(time.Now().Add(-time.Millisecond))} {
			want(t, worker.push(mutation("update", "cases", demo.CaseID(1), base, set("summary", "Written over")))[0], contract.Conflict)
		}
		if status(t, worker).Epoch != before {
			t.Error("a new epoch began")
		}
		if now := summary(t, s); now != is {
			t.Errorf("the case says %q", now)
		}
	}
}

// A phone renewed its sign-in after the copy was made, and its app keeps no history: that
// it is ahead of the database is a restore, and no theft. The sign-in goes on, and so many
// phones come so, one new epoch began.
func TestARefreshTokenFromTheFutureIsProofOfARestore(t *testing.T) {
	s := fellmoor(t)
	worker, school := s.Phone(demo.Practitioner), s.Phone(demo.School)
	copied := storeCopy(t, s.App)
	epoch := worker.Epoch
	for range 3 {
		if a := worker.Refresh(); a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		school.Refresh()
	}
	old := worker.RefreshToken
	s = putBack(t, s, copied, false, false)
	worker.On(s)
	school.On(s)
	if a := worker.Refresh(); a.Status != 200 || worker.Epoch == epoch {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	began := worker.Epoch
	for range 2 {
		if a := school.Refresh(); a.Status != 200 || school.Epoch != began {
			t.Errorf("the next: %d %s", a.Status, a.Body)
		}
		if a := worker.Refresh(); a.Status != 200 || worker.Epoch != began {
			t.Errorf("again: %d %s", a.Status, a.Body)
		}
	}
	worker.RefreshToken = old // a copy of it is about
	if a := worker.Refresh(); a.Code() != "device_ended" {
		t.Errorf("a token that was spent: %d %s", a.Status, a.Body)
	}
}

// A phone that was registered after the copy is nobody's to the restored server: it signs in
// anew, and what it had handed in as the other comes back.
func TestAPhoneRegisteredAfterTheCopyBringsBackItsWork(t *testing.T) {
	s := fellmoor(t)
	school := carefulPhone(t, s, demo.School)
	copied := storeCopy(t, s.App)
	worker := carefulPhone(t, s, demo.Practitioner)
	worker.write(noteOf("noteafterwards1", "Bruise on the left arm"))
	worker.finish()
	was, epoch := worker.device, worker.epoch
	s = putBack(t, s, copied, false, false)
	worker.s, school.s = s, s
	worker.renew()
	if worker.device == was || worker.epoch == epoch {
		t.Fatalf("device %s, epoch %s", worker.device, worker.epoch)
	}
	worker.finish()
	school.finish()
	for _, p := range []*careful{worker, school} {
		p.inSync()
		if _, ok := p.rows["notes/noteafterwards1"]; !ok {
			t.Errorf("%s's phone lacks the note", p.who.Account)
		}
	}
}

// Under a server that runs, the database is changed for an older one: the next push is
// judged on nothing of it.
func TestAPushMeetsADatabaseThatWasChangedUnderTheServer(t *testing.T) {
	s := fellmoor(t)
	worker := carefulPhone(t, s, demo.Practitioner)
	worker.write(noteOf("noteafterwards1", "Bruise on the left arm"))
	worker.finish()
	for _, statement := range []string{ // as an older file would have it
		`DELETE FROM notes WHERE id = 'noteafterwards1'`, `DELETE FROM sync_feed WHERE record = 'noteafterwards1'`,
		`DELETE FROM sync_verdicts WHERE id = '` + worker.acked[0].ID + `'`, `UPDATE sync_counter SET seq = seq - 40`,
	} {
		if _, err := s.App.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	worker.write(mutation("update", "notes", "noteafterwards1", worker.rev("notes", "noteafterwards1"), set("body", "Both arms")))
	if worker.handInOutbox() {
		t.Error("it was judged")
	}
	worker.finish()
	worker.inSync()
	if h := worker.rows["notes/noteafterwards1"]; !strings.Contains(h.record, "Both arms") {
		t.Errorf("the note is %q", h.record)
	}
}

// What ended proves nothing by itself, and nor does a history that somebody made up.
func TestNobodyBeginsAnEpochWithoutProof(t *testing.T) {
	s := fellmoor(t)
	s = putBack(t, s, storeCopy(t, s.App), false, false)
	worker, ended := newPhone(t, s, demo.Practitioner), s.Phone(demo.Colleague)
	epoch := worker.epochNow()
	token := ended.RefreshToken
	if a := ended.Do("DELETE", "/api/sync/devices", nil); a.Status != 204 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	ended.RefreshToken = token
	if a := ended.Refresh(); a.Code() != "device_ended" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	keys, err := signing.Load(s.App)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := signing.Load(demotest.App(t))
	if err != nil {
		t.Fatal(err)
	}
	made := func(k *signing.Keys, typ string) string {
		text, err := k.Seal(typ, &place{Epoch: "another", Mark: "a run", Seq: 1 << 50})
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for _, history := range []string{"nonsense", "a.b.c", made(keys, signing.Position), made(elsewhere, signing.History)} {
		for _, path := range []string{"/api/sync/pull", "/api/sync/push"} {
			s.Do("POST", path, worker.token, map[string]any{"history": history, "mutations": []any{attempt("attemptbefore01", 1)}})
		}
		s.Do("GET", "/api/sync/status?history="+history, worker.token, nil)
		s.Do("POST", "/api/sync/devices", s.SignIn(demo.Practitioner), contract.DeviceRequest{Name: "another", History: history})
	}
	if now := worker.epochNow(); now != epoch {
		t.Error("a new epoch began")
	}
}

func (p *phone) epochNow() string {
	var a contract.StatusAnswer
	p.s.Do("GET", "/api/sync/status", p.token, nil).JSON(p.t, &a)
	return a.Epoch
}

// A rev names one state on every branch of the history, so a digest over revs tells a
// record that is gone from one that is there, noticed or not (T32).
func TestADigestNeverAgreesOverAGhost(t *testing.T) {
	s := fellmoor(t)
	worker, school := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	worker.pull(0)
	school.pull(0)
	copied := storeCopy(t, s.App)
	want(t, worker.push(noteOf("noteofaworker01", "Bruise on the left arm"))[0], contract.Applied)
	worker.pull(0)
	s = putBack(t, s, copied, false, false)
	worker.s, school.s = s, s
	want(t, school.push(noteOf("noteofaschool01", "Late three times"))[0], contract.Applied) // where each wrote one
	school.pull(0)
	school.inSync()
	mine, theirs := tallied(worker), tallied(school)
	if mine.Count != theirs.Count || mine.Hash == theirs.Hash {
		t.Errorf("the worker's phone holds %+v, the school's %+v", mine, theirs)
	}
	if worker.rev("notes", "noteofaworker01") == school.rev("notes", "noteofaschool01") {
		t.Error("a rev was given out twice")
	}
}

func tallied(p *phone) contract.Digest {
	var tally contract.Tally
	for _, h := range p.rows {
		if h.scope == "case:"+demo.CaseID(1) {
			tally.Add(h.rev)
		}
	}
	return tally.Digest()
}

// Keys that are lost take the old history with them: what a phone shows of it is nothing
// to begin an epoch by, and its push is held until it has offered again what it had.
func TestAHistoryOfLostKeysIsKnownForWhatItIs(t *testing.T) {
	s := fellmoor(t)
	worker := carefulPhone(t, s, demo.Practitioner)
	copied := storeCopy(t, s.App)
	worker.write(noteOf("noteafterwards1", "Bruise on the left arm"))
	worker.finish()
	if err := os.RemoveAll(copied + "/" + signing.Folder); err != nil {
		t.Fatal(err)
	}
	bare := bareStore(t, copied)
	if err := errors.Join(signing.Anew(bare, time.Now()), lineage.New(bare, lineage.NewKeys), bare.ResetBootstrapState()); err != nil {
		t.Fatal(err)
	}
	s = putBack(t, s, copied, false, false)
	worker.s = s
	worker.register()
	worker.write(mutation("update", "notes", "noteafterwards1", worker.rev("notes", "noteafterwards1"), set("body", "Both arms")))
	if worker.handInOutbox() {
		t.Error("an edit of what was lost was judged")
	}
	worker.finish()
	worker.inSync()
	if _, ok := worker.rows["notes/noteafterwards1"]; !ok {
		t.Error("what was acknowledged did not come back")
	}
}

// A store that cannot keep rows and position as one keeps the rows first. Whichever of the
// two a crash took, and whatever its user may not see any more, the phone comes to the same.
func TestAPhoneThatLostItsPlaceComesToTheSame(t *testing.T) {
	s := fellmoor(t)
	p, school := newPhone(t, s, demo.School), newPhone(t, s, demo.Practitioner)
	p.pull(0)
	school.pull(0)
	old, far := *p.position, "case:"+demo.CaseID(4)
	join(t, s.App, demo.School.ID, demo.CaseID(4))
	want(t, school.push(noteOf("noteofaworker01", "Mother was in"))[0], contract.Applied)
	p.pull(0)
	p.position = &old // the rows stayed
	leave(t, s.App, demo.School.ID, demo.CaseID(4))
	p.pull(0)
	before := len(p.rows)
	differs := p.differing()
	if slices.Contains(differs, far) || len(p.rows) >= before {
		t.Fatalf("it held %d rows and holds %d; it differs in %v", before, len(p.rows), differs)
	}
	p.mend(0)
	p.inSync()
	delete(p.rows, "notes/noteofaworker01") // the position stayed
	if repaired, _ := p.mend(0); len(repaired) != 1 || repaired[0] != "case:"+demo.CaseID(1) {
		t.Fatalf("it repaired %v", repaired)
	}
	p.inSync()
}

// What waited on a phone whose sign-in ended goes in from the new one and meets what the
// old one handed in, which is another's to the server: it says what it saw.
func TestWhatWaitedIsSentFromTheNewDeviceAndMeetsNoConflict(t *testing.T) {
	s := fellmoor(t)
	old := newPhone(t, s, demo.Practitioner)
	old.pull(0)
	base := old.rev("cases", demo.CaseID(1))
	first := mutation("update", "cases", demo.CaseID(1), base, set("summary", "Seen at home"))
	want(t, old.push(first)[0], contract.Applied) // and the answer was lost
	waited := mutation("update", "cases", demo.CaseID(1), base, set("summary", "Seen at home, and at school"))
	waited.Was = set("summary", "Seen at home")
	anew := newPhone(t, s, demo.Practitioner)
	results := anew.push(first, waited)
	if results[0].Verdict != contract.Applied || results[1].Verdict == contract.Conflict || summary(t, s) != "Seen at home, and at school" {
		t.Errorf("%+v, and the case says %q", results, summary(t, s))
	}
}
