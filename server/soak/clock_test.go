package soak

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/pocketbase/pocketbase/core"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// clocks are what phones have believed: a flat battery's epoch, a user who reset the
// year, a counter that ran over, a zone at the other end of the world.
var clocks = []string{
	"0001-01-01T00:00:00Z", "1601-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z", "1980-01-06T00:00:00+14:00",
	"1999-12-31T23:59:59.999Z", "2012-02-29T12:00:00-12:00", "2026-11-20T09:00:00.123456789Z", "2036-02-07T06:28:16Z",
	"2038-01-19T03:14:08Z", "2099-12-31T23:59:59.999Z", "2262-04-12T00:00:00Z", "9999-12-31T23:59:59.999Z",
}

// Phones with clocks that are wrong by years go on syncing.
func TestAClockWrongByYears(t *testing.T) { wrongClocks(t, 2) }

// Phones with clocks that are wrong by years go on syncing for long.
func TestSoakAClockWrongByYears(t *testing.T) {
	long(t)
	wrongClocks(t, 100)
}

// wrongClocks gives two workers of one family phones whose clocks jump between the
// years with every round; they write the same fields, children before their parents,
// and what is refused.
func wrongClocks(t *testing.T, rounds int) {
	const seed = 20261120
	random := rand.New(rand.NewPCG(seed, 5))
	users := []string{demo.Practitioner.ID, demo.School.ID}
	dir, signIns := prepared(t, func(core.App) {}, users...)
	s := serve(t, dir)
	var phones []*phone
	for _, user := range users {
		p := newPhone(t, s, user, signIns[user])
		if err := p.sync(); err != nil {
			t.Fatal(err)
		}
		phones = append(phones, p)
	}
	family := demo.CaseID(1)
	var deeds []*deed
	for round := range rounds {
		for i, p := range phones {
			if round > 0 && random.IntN(3) > 0 { // otherwise it writes with the base of long ago
				if err := p.sync(); err != nil {
					t.Fatal(err)
				}
			}
			var batch []*deed
			for k, clock := range clocks {
				text := fmt.Sprintf("Round %d, phone %d, line %d, by a clock of %s.", round, i, k, clock)
				batch = append(batch, wrong(p.recorded(family, k, text), clock, random))
			}
			for _, d := range p.backwards(fmt.Sprintf("CLK-%d%06d", i+1, round)) { // the child is written in 2099, its parent in 1970
				batch = append(batch, d)
			}
			before := time.Now()
			if err := p.push(batch); err != nil {
				t.Fatal(err)
			}
			first := make([]contract.Result, len(batch))
			for k, d := range batch {
				first[k] = *d.result
				first[k].Record = contract.Change{} // shown where it is not plainly what was sent
			}
			if err := p.push(batch); err != nil { // its answer was lost
				t.Fatal(err)
			}
			for k, d := range batch {
				again := *d.result
				again.Record = contract.Change{}
				if got, want := encoded(t, again), encoded(t, first[k]); !bytes.Equal(got, want) {
					t.Errorf("sent again by a clock of %s: %s, at first %s", d.RecordedAt, got, want)
				}
			}
			told, err := p.serverTime()
			if err != nil {
				t.Fatal(err)
			}
			if told.Before(before.Truncate(time.Millisecond)) || told.After(time.Now()) {
				t.Errorf("the server says that it is %v, between %v and now", told, before)
			}
			deeds = append(deeds, batch...)
		}
	}
	for _, p := range phones {
		if err := p.sync(); err != nil {
			t.Fatal(err)
		}
		if len(p.refused) > 0 {
			t.Errorf("a phone was sent away: %v", p.refused)
		}
	}
	s.stop()
	sound(t, dir)
	a := open(t, dir, "data.db")
	defer a.close()
	verdicts := a.judge(deeds)
	for _, verdict := range []string{contract.Applied, contract.Conflict, contract.Refused} {
		if verdicts[verdict] == 0 {
			t.Errorf("no mutation was %s", verdict)
		}
	}
	for _, p := range phones {
		p.inSync(a)
	}
	a.recordedAsTold(deeds)
	t.Logf("%d rounds (seed %d), %d mutations by clocks from the year 1 to 9999: verdicts %v; %s", rounds, seed, len(deeds), verdicts, outcome(t))
}

// recorded is one of the things that a worker of the family records.
func (p *phone) recorded(family string, k int, text string) *deed {
	switch k % 4 {
	case 0:
		return p.note(family, text)
	case 1:
		return p.attempt(family, text)
	case 2:
		return p.change("cases", family, "summary", text)
	}
	d := p.attempt(family, text)
	d.Set["outcome"] = []byte(`"no such outcome"`)
	return d
}

// wrong lets a deed be made by a wrong clock, its id and its content as well.
func wrong(d *deed, clock string, random *rand.Rand) *deed {
	at, err := time.Parse(time.RFC3339, clock)
	if err != nil {
		panic(err) // literals of this package
	}
	var id ulid.ULID
	_ = id.SetTime(uint64(max(0, at.UnixMilli())))
	entropy := make([]byte, 10)
	for i := range entropy {
		entropy[i] = byte(random.Uint32())
	}
	_ = id.SetEntropy(entropy)
	d.ID, d.RecordedAt = strings.ToLower(id.String()), clock
	if d.Op == "create" {
		d.Set["occurred_at"] = []byte(`"` + at.UTC().Format("2006-01-02 15:04:05.000Z") + `"`)
	}
	return d
}

// backwards is a new case and a note on it that stands before it in the outbox.
func (p *phone) backwards(reference string) []*deed {
	agency := demo.Practitioner.Agency
	if p.user == demo.School.ID {
		agency = demo.School.Agency
	}
	id := p.recordID()
	note := p.note(id, "The first line on "+reference)
	c := p.deed("create", "cases", id, 0, map[string]any{"provisional_reference": reference, "family_name": "Clock", "lead_agency": agency, "status": "open"})
	note.RecordedAt, c.RecordedAt = "2099-01-01T00:00:00Z", "1970-01-01T00:00:00Z"
	return []*deed{note, c}
}

// serverTime is what the server says the time is, by which a phone can measure how
// wrong its own clock is.
func (p *phone) serverTime() (time.Time, error) {
	var a contract.PullAnswer
	if err := p.ask("/api/sync/pull", contract.PullRequest{Position: p.position, Limit: 1}, &a); err != nil {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339, a.ServerTime)
}

// recordedAsTold proves that what is kept of a mutation for people to read (a
// conflict, a refusal) has the time that its phone told, to the millisecond.
func (a *asleep) recordedAsTold(deeds []*deed) {
	a.t.Helper()
	told := map[string]string{}
	for _, d := range deeds {
		told[d.ID] = d.RecordedAt
	}
	for _, noun := range []string{"sync_conflicts", "sync_refusals"} {
		a.each(func(c []string) {
			want, err := time.Parse(time.RFC3339, told[c[0]])
			if err != nil {
				a.t.Fatal(err)
			}
			text := want.UTC().Format("2006-01-02 15:04:05.000Z")
			if want.IsZero() {
				text = "" // the first instant of the year 1 is PocketBase's empty date
			}
			if c[1] != text {
				a.t.Errorf("%s of %s: recorded at %q, the phone told %s", noun, c[0], c[1], told[c[0]])
			}
		}, `SELECT mutation, recorded_at FROM `+noun)
	}
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
