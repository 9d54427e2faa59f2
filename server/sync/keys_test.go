package sync

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/lineage"
	"holdfast/hooks/signing"
	"holdfast/hooks/store"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// A phone pulls on from where it was after the server's keys were replaced.
func TestAPositionOutlivesItsKey(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	keys, err := signing.Load(s.App)
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.Rotate("", time.Now()); err != nil {
		t.Fatal(err)
	}
	want(t, p.push(attempt("attemptbefore01", 1))[0], contract.Applied)
	if len(p.pull(0)) == 0 {
		t.Error("what is new did not come")
	}
	p.inSync()
}

// bareStore is a store as "keys new" opens it.
func bareStore(t *testing.T, dir string) core.App {
	t.Helper()
	bare := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: store.Open})
	if err := bare.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	return bare
}

// A server whose keys are lost for good is not the one that its phones knew. Their
// positions are no forgeries: they hear that a new history has begun, and offer again.
func TestAServerWithNewKeysBeginsANewHistory(t *testing.T) {
	s := fellmoor(t)
	p := newPhone(t, s, demo.Practitioner)
	p.pull(0)
	dir := s.App.DataDir()
	if err := errors.Join(s.App.ResetBootstrapState(), os.RemoveAll(demotest.Path(s.App, signing.Folder))); err != nil {
		t.Fatal(err)
	}
	bare := bareStore(t, dir)
	if err := signing.Anew(bare, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(lineage.New(bare, lineage.NewKeys), bare.ResetBootstrapState()); err != nil {
		t.Fatal(err)
	}
	p.s = demotest.Serve(t, demotest.Open(t, dir), rooms...)
	ask := func(position string) demotest.Answer {
		return p.s.Do("POST", "/api/sync/pull", p.token, contract.PullRequest{Position: &position})
	}
	if a := ask(*p.position); a.Status != 401 {
		t.Errorf("its old token: %d %s", a.Status, a.Body)
	}
	again := newPhone(t, p.s, demo.Practitioner)
	p.token = again.token
	if a := ask(*p.position); a.Code() != "position_other_epoch" {
		t.Errorf("its old position: %d %s", a.Status, a.Body)
	}
	again.pull(0)
	forged := []byte(*again.position)
	forged[len(forged)-5] ^= 1
	if a := ask(string(forged)); a.Code() != "position_forged" {
		t.Errorf("a forged one: %d %s", a.Status, a.Body)
	}
}
