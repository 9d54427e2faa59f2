package sync

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	stdsync "sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/lineage"
	"holdfast/hooks/store"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// The everyday number of seeds; HOLDFAST_SEEDS runs more, HOLDFAST_FROM begins later,
// HOLDFAST_SEED runs one alone.
const everydaySeeds, simulatedSteps = 200, 300

// TestSimulatedPhonesLoseNothing runs phones against a real server over a network
// that loses, repeats, delays and cuts, while memberships change, the server dies
// and is restored from older copies. After healing, every invariant must hold.
func TestSimulatedPhonesLoseNothing(t *testing.T) {
	first, seeds := 1, everydaySeeds
	if testing.Short() {
		seeds = 10
	}
	if n, err := strconv.Atoi(os.Getenv("HOLDFAST_SEEDS")); err == nil {
		seeds = n
	}
	if n, err := strconv.Atoi(os.Getenv("HOLDFAST_FROM")); err == nil {
		first = n
	}
	if n, err := strconv.Atoi(os.Getenv("HOLDFAST_SEED")); err == nil {
		first, seeds = n, 1
	}
	inMemory(t)
	var next atomic.Int64
	var workers stdsync.WaitGroup
	for range runtime.GOMAXPROCS(0) + 1 { // one more than processors: a phone that waits for its server leaves one idle
		workers.Go(func() {
			for seed := first + int(next.Add(1)) - 1; seed < first+seeds; seed = first + int(next.Add(1)) - 1 {
				t.Run(fmt.Sprint("seed", seed), func(t *testing.T) { simulate(t, seed) })
			}
		})
	}
	workers.Wait()
}

// inMemory puts the stores of a test into memory where the system has a folder there with
// room for them: no commit of a simulated world waits for a disk (see hurry), so there is
// nothing to be learnt from one.
func inMemory(t *testing.T) {
	const folder, enough = "/dev/shm", 2 << 30 // bytes
	var there syscall.Statfs_t
	if err := syscall.Statfs(folder, &there); err == nil && uint64(there.Bavail)*uint64(there.Bsize) > enough {
		t.Setenv("TMPDIR", folder)
	}
}

func simulate(t *testing.T, seed int) {
	w := newWorld(t, uint64(seed))
	for range simulatedSteps {
		for _, d := range w.devices {
			w.step(d)
		}
		w.happen()
	}
	w.heal()
	w.judge()
	if t.Failed() {
		t.Logf("replay it alone: HOLDFAST_SEED=%d go test ./server/sync -run Simulated", seed)
	}
}

// world is one simulated Fellmoor.
type world struct {
	t        *testing.T
	rand     *rand.Rand
	app      core.App
	s        *demotest.Server
	devices  []*device
	copies   []string // folders with older copies of the database
	restores int
	all      []*deed // every mutation that any device ever recorded
	ids      int
	removed  map[string]bool // records that somebody with the right deleted
	buried   map[string]bool // those whose removal was forgotten
}

var simulatedCast = []demo.Person{demo.Practitioner, demo.Practitioner, demo.Colleague, demo.School, demo.Manager}

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{t: t, rand: rand.New(rand.NewPCG(seed, 0x5eed)), app: demotest.App(t), removed: map[string]bool{}, buried: map[string]bool{}}
	w.hurry()
	w.s = demotest.Serve(t, w.app, rooms...)
	for i, who := range simulatedCast {
		d := &device{phone: &phone{t: t, s: w.s, who: who, rows: map[string]held{}}, w: w, n: i}
		d.rejoin()
		w.devices = append(w.devices, d)
	}
	return w
}

func (w *world) chance(percent int) bool { return w.rand.IntN(100) < percent }

func pick[T any](w *world, from []T) T { return from[w.rand.IntN(len(from))] }

// step is what one worker does with one phone in one moment.
func (w *world) step(d *device) {
	switch n := w.rand.IntN(100); {
	case n < 30:
		d.record()
	case n < 35:
		d.pushSome()
	case n < 39:
		d.pullSome()
	case n == 39:
		d.late()
	case n == 40:
		[]func(){d.look, d.renew, d.check, d.rejoin}[w.rand.IntN(4)]()
	}
}

// happen is what happens around the phones.
func (w *world) happen() {
	switch n := w.rand.IntN(1000); {
	case n < 25:
		w.join()
	case n < 50:
		w.leave()
	case n < 60:
		w.share()
	case n < 66:
		w.copy()
	case n < 68:
		w.kill()
	case n < 77:
		w.restore()
	case n < 81:
		w.suspend()
	case n < 84:
		w.forget()
	}
}

func (w *world) join() {
	c := core.NewRecord(w.noun("case_members"))
	c.Load(map[string]any{"case": demo.CaseID(1 + w.rand.IntN(4)), "user": pick(w, simulatedCast).ID, "role": "member"})
	_ = w.app.Save(c) // a member already: nothing happens
}

func (w *world) leave() {
	c := demo.CaseID(1 + w.rand.IntN(4))
	m, err := w.app.FindFirstRecordByFilter("case_members", "user = '"+pick(w, simulatedCast).ID+"' && case = '"+c+"' && active = true")
	if err != nil {
		return
	}
	m.Set("until", "2026-01-01 00:00:00.000Z")
	_ = w.app.Save(m) // a manager stays with their people
}

func (w *world) share() {
	notes, err := w.app.FindAllRecords("notes")
	w.must(err)
	if len(notes) > 0 {
		n := pick(w, notes)
		n.Set("shared", !n.GetBool("shared"))
		w.must(w.app.Save(n))
	}
}

func (w *world) suspend() {
	u, err := w.app.FindRecordById("users", pick(w, simulatedCast).ID)
	w.must(err)
	u.Set("active", !u.GetBool("active"))
	w.must(w.app.Save(kernel.AsServer(u)))
}

// copy keeps the database as it is now, as a backup does.
func (w *world) copy() {
	dir := w.t.TempDir()
	w.must(w.app.RunInTransaction(func(core.App) error { // while nobody writes
		w.files(w.app.DataDir(), dir)
		return nil
	}))
	w.copies = append(w.copies, dir)
}

// files copies the database's files, and the keys beside it.
func (w *world) files(from, to string) {
	for _, name := range []string{"data.db", "data.db-wal"} {
		if err := copyFile(filepath.Join(from, name), filepath.Join(to, name)); !errors.Is(err, fs.ErrNotExist) {
			w.must(err)
		}
	}
	demotest.CopyKeys(w.t, from, to)
}

// kill ends the server as a power cut would, between two commits, and starts it
// again over the files that were on the disk.
func (w *world) kill() {
	dir := w.t.TempDir()
	lineage.Leave(w.app) // else it hung on the clock how far the marks tell
	w.files(w.app.DataDir(), dir)
	w.must(copyFile(w.app.DataDir()+lineage.Beside, dir+lineage.Beside))
	w.start(dir)
}

// restore puts an older copy in the database's place, any of them, and says so to nobody:
// the database alone, the folder with it, or all there is. Whoever comes next is first.
func (w *world) restore() {
	if len(w.copies) == 0 || w.restores > 2 {
		return
	}
	w.restores++
	w.removed = map[string]bool{}
	dir, from := w.t.TempDir(), pick(w, w.copies)
	lineage.Leave(w.app)
	keys := from
	how := w.rand.IntN(3)
	if how == 0 {
		keys = w.app.DataDir()
	}
	w.unpack(from, keys, dir)
	if how == 1 {
		w.must(copyFile(w.app.DataDir()+lineage.Beside, dir+lineage.Beside))
	}
	w.start(dir)
}

// unpack makes of a copy what VACUUM INTO made of it, as the house's backups are made:
// done for the few that are restored, it is not done for the many that are not.
func (w *world) unpack(from, keys, to string) {
	db, err := store.Open(filepath.Join(from, "data.db"))
	w.must(err)
	defer db.Close()
	_, err = db.NewQuery("VACUUM INTO '" + filepath.Join(to, "data.db") + "'").Execute()
	w.must(err)
	demotest.CopyKeys(w.t, keys, to)
}

func (w *world) start(dir string) {
	w.app = demotest.Open(w.t, dir)
	w.hurry()
	w.s = demotest.Serve(w.t, w.app, rooms...)
	for _, d := range w.devices {
		d.s = w.s
	}
}

// hurry has commits wait for no disk: what a simulated death leaves is copied from what
// was written. That the real store waits is hooks/store's own test.
func (w *world) hurry() {
	_, err := w.app.NonconcurrentDB().NewQuery("PRAGMA synchronous = OFF").Execute()
	w.must(err)
}

func (w *world) noun(name string) *core.Collection {
	c, err := w.app.FindCachedCollectionByNameOrId(name)
	w.must(err)
	return c
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}
