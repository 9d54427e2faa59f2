package sync

import (
	"errors"
	"fmt"
	"slices"
	stdsync "sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
	"holdfast/server/devices"
)

// travelled is what became of one push of a convoy: the transactions that it was
// written in, and its end.
type travelled struct {
	turn  turn
	in    []*core.TxAppInfo
	err   error
	broke any
}

// together sends pushes that all wait before the first is written. Each leaves its name.
func together(t *testing.T, app core.App, pushes map[string]*travelled) {
	t.Helper()
	var c convoy
	var all stdsync.WaitGroup
	release := hold(&c, len(pushes))
	for name, p := range pushes {
		do := p.turn.do
		p.turn.do = func(tx core.App) error {
			p.in = append(p.in, tx.TxInfo())
			if _, err := kernel.Query(tx, `INSERT INTO sync_meta (name, value) VALUES ({:n}, {:v})`).Bind(dbx.Params{"n": name, "v": kernel.ActorOf(tx).Device}).Execute(); err != nil {
				return err
			}
			if do != nil {
				return do(tx)
			}
			return nil
		}
		p.turn.actor = kernel.Actor{Device: "phone of " + name, Door: "sync"}
		all.Go(func() {
			defer func() { p.broke = recover() }()
			p.err = c.write(app, &p.turn)
		})
	}
	release()
	all.Wait()
}

// hold keeps every push waiting until release is called and so many wait.
func hold(c *convoy, many int) (release func()) {
	c.mu.Lock()
	c.led = true
	c.mu.Unlock()
	return func() {
		for {
			c.mu.Lock()
			if len(c.waiting) == many {
				break
			}
			c.mu.Unlock()
			time.Sleep(time.Millisecond)
		}
		c.next()
		c.mu.Unlock()
	}
}

func left(t *testing.T, app core.App, name string) string {
	t.Helper()
	var by []string
	if err := app.ConcurrentDB().NewQuery(`SELECT value FROM sync_meta WHERE name = {:n}`).Bind(dbx.Params{"n": name}).Column(&by); err != nil {
		t.Fatal(err)
	}
	return slices.Concat(by, []string{""})[0]
}

func TestPushesThatWaitShareATransaction(t *testing.T) {
	app := demotest.App(t)
	pushes := map[string]*travelled{"one": {}, "two": {}, "three": {}}
	together(t, app, pushes)
	for name, p := range pushes {
		if p.err != nil || len(p.in) != 1 || p.in[0] != pushes["one"].in[0] {
			t.Errorf("%s: %v, written in %d transactions; they wait together for one", name, p.err, len(p.in))
		}
		if by := left(t, app, name); by != "phone of "+name {
			t.Errorf("%s was written by %q", name, by)
		}
	}
}

func TestAConvoyIsNoLongerThanItsBound(t *testing.T) {
	app := demotest.App(t)
	pushes := map[string]*travelled{"one": {turn: turn{size: 300}}, "two": {turn: turn{size: 300}}, "more than all": {turn: turn{size: convoyed + 1}}}
	together(t, app, pushes)
	seen := map[*core.TxAppInfo]bool{}
	for name, p := range pushes {
		if p.err != nil || len(p.in) != 1 {
			t.Fatalf("%s: %v in %d transactions", name, p.err, len(p.in))
		}
		seen[p.in[0]] = true
	}
	if len(seen) != 3 {
		t.Errorf("%d transactions; no two of these fit into one", len(seen))
	}
}

// Whoever's transaction is on the disk is answered, though others are written still and
// came before it could go: else all that were written wait for the last, and their
// answers with them.
func TestNobodyWaitsForThoseBehind(t *testing.T) {
	app := demotest.App(t)
	var c convoy
	const many = 6
	answered := make([]chan error, many)
	goOn := make(chan struct{})
	release := hold(&c, many)
	for i := range many {
		answered[i] = make(chan error, 1)
		go func() {
			answered[i] <- c.write(app, &turn{size: convoyed, do: func(core.App) error {
				if i == many-1 {
					<-goOn
				}
				return nil
			}})
		}()
		for waiting := 0; waiting <= i; time.Sleep(time.Millisecond) { // in this order
			c.mu.Lock()
			waiting = len(c.waiting)
			c.mu.Unlock()
		}
	}
	release()
	for i := range many - 1 {
		if err := <-answered[i]; err != nil {
			t.Error(err)
		}
	}
	close(goOn)
	if err := <-answered[many-1]; err != nil {
		t.Error(err)
	}
	if c.led || len(c.waiting) > 0 {
		t.Errorf("somebody leads: %v; %d wait", c.led, len(c.waiting))
	}
}

// One that fails or breaks harms none of those that travel with it, and what it and they
// had done together is done once.
func TestAConvoyFallsForOneAndEachGoesAlone(t *testing.T) {
	for name, fall := range map[string]func(core.App) error{
		"failed": func(core.App) error { return errors.New("the disk") },
		"broke":  func(core.App) error { panic("a defect") },
	} {
		t.Run(name, func(t *testing.T) {
			app := demotest.App(t)
			pushes := map[string]*travelled{"one": {}, "two": {turn: turn{do: fall}}, "three": {}}
			together(t, app, pushes)
			for _, who := range []string{"one", "three"} {
				p := pushes[who]
				if p.err != nil || p.broke != nil || left(t, app, who) == "" {
					t.Errorf("%s: %v %v, left %q", who, p.err, p.broke, left(t, app, who))
				}
				if p.in[len(p.in)-1] == pushes["two"].in[len(pushes["two"].in)-1] {
					t.Errorf("%s was not written alone: %d transactions", who, len(p.in))
				}
			}
			two := pushes["two"]
			if left(t, app, "two") != "" || (two.err != nil) != (name == "failed") || (two.broke != nil) != (name == "broke") {
				t.Errorf("the one itself: %v %v, left %q", two.err, two.broke, left(t, app, "two"))
			}
		})
	}
}

// Phones that push at the same time each get their own verdicts, whatever becomes of
// the others, and each record is its own author's.
func TestARefusalInOnePushHarmsNoOther(t *testing.T) {
	app := demotest.App(t)
	var e *Engine
	s := demotest.Serve(t, app, devices.Open, func(ev *core.ServeEvent) (err error) {
		e, err = New(ev.App)
		ev.Router.POST("/api/sync/push", e.push)
		return err
	})
	people := []demo.Person{demo.Practitioner, demo.School, demo.Manager}
	verdicts := make([][]contract.Result, len(people))
	for _, refused := range []bool{false, true} {
		var all stdsync.WaitGroup
		release := hold(&e.convoy, len(people))
		for i, who := range people {
			p := newPhone(t, s, who)
			all.Go(func() {
				ms := []contract.Mutation{}
				for n := range 3 {
					body := "words"
					if refused && i == 1 && n == 1 {
						body = "" // a note says something
					}
					ms = append(ms, mutation("create", "notes", fmt.Sprintf("note%d%d%d%08d", i, n, len(verdicts[i]), 0), 0, set("case", demo.CaseID(1), "body", body, "source", "document", "shared", true)))
				}
				verdicts[i] = p.push(ms...)
			})
		}
		release()
		all.Wait()
		for i, who := range people {
			for n, r := range verdicts[i] {
				want := contract.Applied
				if refused && i == 1 && n == 1 {
					want = contract.Refused
				}
				if r.Verdict != want {
					t.Errorf("refused %v: %s's mutation %d was %s (%s), not %s", refused, who.Account, n, r.Verdict, r.Message, want)
				}
			}
		}
	}
	var wrong, notes int
	if err := app.ConcurrentDB().NewQuery(`SELECT count(*) FILTER (WHERE n.author IS NOT a.actor), count(*) FROM notes n
		LEFT JOIN audit_log a ON a.collection = 'notes' AND a.record = n.id AND a.verb = 'create' WHERE n.id LIKE 'note%00000000'`).Row(&wrong, &notes); err != nil {
		t.Fatal(err)
	}
	if wrong != 0 || notes != 17 {
		t.Errorf("%d notes, %d of them not in the log as their author's; 17 were applied", notes, wrong)
	}
}
