package devices

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast/hooks/lineage"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// years is a store whose copies are put back: of each the whole folder, so that only its
// phones can tell.
type years struct {
	t *testing.T
	s *demotest.Server
}

// copied keeps the database as it is now.
func (y *years) copied() string {
	y.t.Helper()
	dir := filepath.Join(y.t.TempDir(), "store")
	err := os.Mkdir(dir, 0o700)
	if err == nil {
		_, err = y.s.App.NonconcurrentDB().NewQuery("VACUUM INTO '" + filepath.Join(dir, "data.db") + "'").Execute()
	}
	if err != nil {
		y.t.Fatal(err)
	}
	demotest.CopyKeys(y.t, y.s.App.DataDir(), dir)
	return dir
}

// restored puts a copy in the store's place, in another process. Where what lies beside the
// store stays, the start notices it; else nobody but a phone does.
func (y *years) restored(copied string, besideStays bool) {
	y.t.Helper()
	lineage.Leave(y.s.App)
	dir := filepath.Join(y.t.TempDir(), "store")
	err := os.CopyFS(dir, os.DirFS(copied))
	if besideStays {
		var beside []byte
		if beside, err = os.ReadFile(y.s.App.DataDir() + lineage.Beside); err == nil {
			err = os.WriteFile(dir+lineage.Beside, beside, 0o600)
		}
	}
	if err != nil {
		y.t.Fatal(err)
	}
	y.s = demotest.Serve(y.t, demotest.Open(y.t, dir), Open)
}

// restarted is the same store in another process.
func (y *years) restarted() { y.restored(y.copied(), false) }

// written is work that takes positions.
func (y *years) written() {
	y.t.Helper()
	c, err := y.s.App.FindRecordById("cases", demo.CaseID(1))
	if err != nil {
		y.t.Fatal(err)
	}
	c.Set("summary", c.GetString("summary")+" And more.")
	if err := y.s.App.Save(c); err != nil {
		y.t.Fatal(err)
	}
}

func (y *years) epochs() (begun int) {
	y.t.Helper()
	if err := y.s.App.ConcurrentDB().NewQuery(`SELECT count(*) FROM sync_epochs WHERE why <> ''`).Row(&begun); err != nil {
		y.t.Fatal(err)
	}
	return begun
}

// bare is a phone whose app keeps no history: it never pulled.
type bare struct {
	contract.DeviceAnswer
	y *years
}

func (y *years) phone(who demo.Person) *bare {
	y.t.Helper()
	return &bare{registered(y.t, y.s, who), y}
}

func (b *bare) renews(want contract.Code) {
	b.y.t.Helper()
	a := b.y.s.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: b.RefreshToken})
	if a.Code() != string(want) {
		b.y.t.Fatalf("renewing: %d %s", a.Status, a.Body)
	}
	if a.Status == 200 {
		a.JSON(b.y.t, &b.DeviceAnswer)
	}
}

// works is a day on which others write and the phone renews its sign-in.
func (b *bare) works() {
	b.y.t.Helper()
	for range 3 {
		b.y.written()
		b.renews("")
	}
}

func (y *years) want(epochs int, when string) {
	y.t.Helper()
	if begun := y.epochs(); begun != epochs {
		y.t.Errorf("%s: %d epochs began, not %d", when, begun, epochs)
	}
}

// The start noticed the restore; what a phone was given in the stretch that is lost is
// explained by that, however often the server starts before the phone comes, and whether
// one phone comes or many (seed 3688).
func TestATokenOfALostStretchBeginsOneEpochAndNoMore(t *testing.T) {
	for what, noticed := range map[string]bool{"noticed at the start": true, "noticed by the first phone": false} {
		y := &years{t, house(t)}
		first, second, late := y.phone(demo.Practitioner), y.phone(demo.School), y.phone(demo.Colleague)
		copied := y.copied()
		for _, p := range []*bare{first, second, late} {
			p.works()
		}
		y.restored(copied, noticed)
		first.renews("")
		y.want(1, what)
		first.works()
		y.restarted()
		second.renews("")
		y.restarted()
		y.restarted()
		late.works()
		second.works()
		y.want(1, what+", and the others came after more starts")
		if first.renews(""); late.Epoch != first.Epoch || second.Epoch != first.Epoch {
			t.Errorf("%s: they are in the epochs %s, %s and %s", what, first.Epoch, second.Epoch, late.Epoch)
		}
	}
}

// Two restores of which nothing but phones can tell: each begins its own epoch, and who
// comes late from before either begins none.
func TestEachRestoreBeginsItsOwnEpochWhoeverTellsOfIt(t *testing.T) {
	y := &years{t, house(t)}
	first, away := y.phone(demo.Practitioner), y.phone(demo.School)
	old := y.copied()
	first.works()
	away.works()
	y.restored(old, false)
	first.works()
	y.want(1, "the first restore")
	began := first.Epoch
	y.restored(old, false) // once more, to before the epoch that began
	first.works()
	y.want(1, "the second, in a database that never had the first's epoch")
	if first.Epoch == began {
		t.Fatal("nobody noticed it")
	}
	away.works()
	y.want(1, "a phone from before both")

	later := y.copied() // of the epoch that is now
	began = first.Epoch
	for range 3 {
		first.renews("") // and nobody writes: its place is of this history, and it is ahead
	}
	y.restored(later, false)
	away.renews("")
	y.want(1, "a phone that has seen no more than the copy")
	first.renews("")
	y.want(2, "a really later stretch that is lost")
	if first.Epoch == began {
		t.Error("nobody noticed that")
	}
	y.restarted()
	first.works()
	away.works()
	y.want(2, "and after that")
}

// A phone that was registered after the copy is nobody's to the restored database, and its
// app keeps no history: it is the only one who knows, and its token says so.
func TestATokenOfAPhoneThatTheDatabaseNeverHadTellsOfTheRestore(t *testing.T) {
	for what, elsewhere := range map[string]bool{"in the process of the copy": false, "in one after it": true} {
		y := &years{t, house(t)}
		copied := y.copied()
		if elsewhere {
			y.restarted()
		}
		y.written()
		only := y.phone(demo.Practitioner)
		y.restored(copied, false)
		y.want(0, what)
		only.renews(contract.DeviceEnded)
		y.want(1, what)
		y.restarted()
		only.renews(contract.DeviceEnded)
		y.want(1, what+", again")
	}
}

// A lost answer costs nothing, whatever was written between: both successors are good.
func TestSuccessorsOfOneTokenAreAsGoodAsOneAnother(t *testing.T) {
	y := &years{t, house(t)}
	p := y.phone(demo.Practitioner)
	old := p.RefreshToken
	p.renews("")
	lost := p.RefreshToken
	y.written()
	y.restarted()
	p.RefreshToken = old
	p.renews("")
	p.RefreshToken = lost
	p.renews("")
	p.renews("")
	p.RefreshToken = lost // a copy is about
	p.renews(contract.DeviceEnded)
	y.want(0, "nobody restored anything")
}

// What an earlier build gave out names no place, and goes on as it did: it is traded for
// one that does, and where it is ahead it tells of a restore.
func TestTokensOfAnEarlierBuildGoOn(t *testing.T) {
	y := &years{t, house(t)}
	keys, err := signing.Load(y.s.App)
	if err != nil {
		t.Fatal(err)
	}
	p := y.phone(demo.Practitioner)
	family, _, _ := strings.Cut(p.RefreshToken, ".")
	earlier := func(generation string) string {
		return family + "." + generation + "." + base64.RawURLEncoding.EncodeToString(keys.MAC("refresh", family, generation))
	}
	p.RefreshToken = earlier("1")
	p.renews("")
	p.works()
	y.restarted() // a restore implies a new process
	y.want(0, "it is traded")
	p.RefreshToken = earlier("9")
	p.renews("")
	y.want(1, "it is ahead")
	p.renews("")
	y.want(1, "and goes on")
	p.RefreshToken = earlier("2")
	p.renews(contract.DeviceEnded)
}

// The place in a token is the server's word: nobody changes it, takes it out or puts in
// another's, and what is refused begins nothing.
func TestNobodyChangesThePlaceInAToken(t *testing.T) {
	y := &years{t, house(t)}
	p, other := y.phone(demo.Practitioner), y.phone(demo.School)
	y.restarted()
	y.written()
	good := p.RefreshToken
	parts, theirs := strings.Split(good, "."), strings.Split(other.RefreshToken, ".")
	made := base64.RawURLEncoding.EncodeToString([]byte(`{"epoch":"another","mark":"a run","seq":1}`))
	for _, changed := range [][]string{
		{parts[0], parts[1], made, parts[3]},
		{parts[0], parts[1], parts[3]},
		{parts[0], parts[1], "", parts[3]},
		{parts[0], "2", parts[2], parts[3]},
		{theirs[0], parts[1], parts[2], parts[3]},
		{parts[0], parts[1], theirs[2], theirs[3]},
		{parts[0], parts[1], parts[2], parts[2], parts[3]},
		{parts[0], parts[1]},
	} {
		p.RefreshToken = strings.Join(changed, ".")
		p.renews(contract.DeviceEnded)
	}
	y.want(0, "nothing was proved")
	p.RefreshToken = good
	p.renews("")
}
