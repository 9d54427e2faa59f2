package soak

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// A server is killed twice while phones hand in.
func TestAKilledServerKeepsItsWord(t *testing.T) { kills(t, 2) }

// A server is killed fifty times while phones hand in.
func TestSoakAKilledServerKeepsItsWord(t *testing.T) {
	long(t)
	if lost := kills(t, 50); lost == 0 {
		t.Error("of 50 kills none came between a commit and its answer: the soak has not tried what it is for")
	}
}

// kills lets phones hand in without a pause to a server that dies again and again,
// and answers how many sets of mutations were committed with their answer lost.
func kills(t *testing.T, cycles int) (lost int) {
	const seed = 20261120
	random := rand.New(rand.NewPCG(seed, 1))
	cast := []demo.Person{demo.Practitioner, demo.Practitioner, demo.School, demo.School, demo.Manager, demo.Colleague}
	var users []string
	for _, who := range cast {
		users = append(users, who.ID)
	}
	dir, signIns := prepared(t, func(core.App) {}, users...)
	s := serve(t, dir)
	w := &writers{t: t, stop: make(chan struct{})}
	for i, user := range users {
		p := newPhone(t, s, user, signIns[user])
		if err := p.sync(); err != nil {
			t.Fatal(err)
		}
		w.all = append(w.all, &writer{phone: p, of: w, random: rand.New(rand.NewPCG(seed, uint64(i+2)))})
	}
	for _, one := range w.all {
		w.working.Go(one.work)
	}
	var restarts []time.Duration
	for range cycles {
		if t.Failed() {
			break
		}
		before := w.answers.Load()
		for deadline := time.Now().Add(time.Minute); w.answers.Load() < before+3 && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(random.IntN(600_000)) * time.Microsecond)
		s.kill()
		lost += w.check(dir)
		restarts = append(restarts, s.start())
	}
	close(w.stop)
	w.working.Wait()
	for _, one := range w.all {
		if err := one.sync(); err != nil {
			t.Fatal(err)
		}
	}
	s.kill()
	sound(t, dir)
	a := open(t, dir, "data.db")
	defer a.close()
	var deeds []*deed
	for _, one := range w.all {
		deeds = append(deeds, one.made...)
		one.inSync(a)
	}
	verdicts := a.judge(deeds)
	for _, verdict := range []string{contract.Applied, contract.Conflict, contract.Refused} {
		if verdicts[verdict] == 0 && len(deeds) > 300 { // a slow machine may hand in fewer
			t.Errorf("no mutation was %s: the soak has not tried it", verdict)
		}
	}
	middle, _, slowest := spread(restarts)
	t.Logf("%d kills (seed %d), %d phones, %d mutations in %d pushes, %d sent again; %d sets committed with the answer lost; verdicts %v; "+
		"answering again after %.2f s in the middle, %.2f s at most; %s",
		cycles, seed, len(w.all), len(deeds), w.answers.Load(), w.again.Load(), lost, verdicts, middle.Seconds(), slowest.Seconds(), outcome(t))
	return lost
}

// writers are phones at work on one server.
type writers struct {
	t       *testing.T
	all     []*writer
	working sync.WaitGroup
	stop    chan struct{}
	answers atomic.Int64 // pushes that were answered
	again   atomic.Int64 // mutations that were sent again
}

// writer is a phone that hands in all the time. Its outbox is what has no answer.
type writer struct {
	*phone
	of     *writers
	random *rand.Rand

	mu     sync.Mutex // over what follows: the judge looks while it works
	made   []*deed
	outbox []*deed
	sets   int
}

// work records, hands in, and hands in again what was not answered, sometimes with
// more behind it, until it is told to stop and all is answered.
func (w *writer) work() {
	for silent := 0; ; { // how many of the oldest were sent without an answer
		stopped := false
		select {
		case <-w.of.stop:
			stopped = true
		default:
		}
		w.mu.Lock()
		if !stopped && len(w.outbox) < 40 && (len(w.outbox) == 0 || w.random.IntN(2) == 0) {
			w.record(1 + w.random.IntN(10))
		}
		outbox := slices.Clone(w.outbox)
		w.mu.Unlock()
		if len(outbox) == 0 {
			return
		}
		told := make([]*deed, len(outbox)) // an answer is taken over under the lock
		for i, d := range outbox {
			told[i] = &deed{Mutation: d.Mutation}
		}
		err := w.push(told)
		if errors.Is(err, errSilence) {
			silent = len(outbox)
			time.Sleep(time.Duration(w.random.IntN(20)) * time.Millisecond)
			continue
		}
		if err != nil {
			w.of.t.Errorf("a phone of %s cannot hand in: %v", w.user, err)
			return
		}
		w.mu.Lock()
		for i, d := range outbox {
			d.result = told[i].result
		}
		w.outbox = w.outbox[len(outbox):]
		w.mu.Unlock()
		w.of.answers.Add(1)
		w.of.again.Add(int64(silent))
		silent = 0
	}
}

// record makes a set of mutations that set out together: most are applied, some meet
// somebody else's, some are refused.
func (w *writer) record(n int) {
	w.sets++
	for range n {
		c := w.anyCase()
		text := fmt.Sprintf("Line %d of phone %s.", len(w.made), w.device.Device)
		var d *deed
		switch k := w.random.IntN(100); {
		case k < 45:
			d = w.note(c, text)
		case k < 75:
			d = w.attempt(c, text)
		case k < 85 && len(w.made) > 0:
			mine := w.made[w.random.IntN(len(w.made))]
			if mine.Collection != "notes" || mine.Op != "create" || mine.result == nil || mine.result.Verdict != contract.Applied {
				d = w.note(c, text)
				break
			}
			d = w.change("notes", mine.Record, "body", text)
			d.Base = mine.result.Rev
		case k < 93: // with the base of the first pull: others have written since
			d = w.change("cases", c, "summary", text)
		default:
			d = w.attempt(c, text)
			d.Set["outcome"] = []byte(`"no such outcome"`)
		}
		d.sent = w.sets
		w.made = append(w.made, d)
		w.outbox = append(w.outbox, d)
	}
}

// anyCase is one of the first cases that the phone holds.
func (w *writer) anyCase() string {
	var ids []string
	for key := range w.rows {
		if id, ok := strings.CutPrefix(key, "cases/"); ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids[w.random.IntN(min(3, len(ids)))]
}

// check looks at what a killed server left: databases that are whole, every verdict
// that was told, and of each set of mutations, all or none. It answers how many sets
// are there whose phone was not told.
func (w *writers) check(dir string) (lost int) {
	w.t.Helper()
	sound(w.t, dir)
	a := open(w.t, dir, "data.db")
	defer a.close()
	kept := a.verdicts()
	for _, one := range w.all {
		one.mu.Lock()
		there, sizes := map[int]int{}, map[int]int{}
		for _, d := range one.made {
			if _, ok := kept[one.user+"/"+d.ID]; ok {
				there[d.sent]++
			} else if d.result != nil {
				w.t.Errorf("%s was acknowledged before the kill and is not there", d.ID)
			}
			sizes[d.sent]++
		}
		for set, n := range there {
			if n != sizes[set] {
				w.t.Errorf("of a set of %d mutations of one push, %d are there", sizes[set], n)
			}
		}
		untold := map[int]bool{}
		for _, d := range one.outbox {
			untold[d.sent] = untold[d.sent] || there[d.sent] > 0
		}
		for _, committed := range untold {
			if committed {
				lost++
			}
		}
		one.mu.Unlock()
	}
	return lost
}
