package powersync

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// The mark that a device asks for comes on its stream, though nothing changed since.
func TestAMarkIsAnsweredThoughNothingChanged(t *testing.T) {
	s := fellmoor(t)
	c := newClient(t, s, demo.Practitioner)
	c.connect()
	c.whole()
	type mark struct {
		Data struct {
			Write   string `json:"write_checkpoint"`
			Request string `json:"checkpoint_request_id"`
		} `json:"data"`
	}
	var m mark
	a := s.Do("GET", "/write-checkpoint2.json?client_id=one", "", nil, "Authorization", "Token "+c.token)
	a.JSON(t, &m)
	c.whole()
	if seq(t, c.write) < seq(t, m.Data.Write) || m.Data.Write == "" {
		t.Errorf("asked %s, told %s", m.Data.Write, c.write)
	}

	a = s.Do("POST", "/sync/checkpoint-request", c.token, map[string]any{"client_id": "one", "checkpoint_request_id": "1"})
	m = mark{}
	a.JSON(t, &m)
	c.whole()
	if m.Data.Request != c.write || m.Data.Write != c.write || seq(t, c.write) < seq(t, c.last)<<4 || seq(t, c.write) >= 1<<53 {
		t.Errorf("asked for a first number: %+v, told %s at %s", m, c.write, c.last)
	}
	next := seq(t, c.write) + 1
	s.Do("POST", "/sync/checkpoint-request", c.token, map[string]any{"client_id": "one", "checkpoint_request_id": next})
	c.whole()
	if seq(t, c.write) != next {
		t.Errorf("asked %d, told %s", next, c.write)
	}
	s.Do("GET", "/write-checkpoint2.json?client_id=one", c.token, nil) // a client of the older way again
	c.whole()
	if c.write != c.last {
		t.Errorf("told %s at %s", c.write, c.last)
	}
	if a = s.Do("POST", "/sync/checkpoint-request", c.token, map[string]any{"client_id": "one", "checkpoint_request_id": "9007199254740993"}); a.Status != 400 {
		t.Errorf("a number that is none everywhere: %d %s", a.Status, a.Body)
	}
}

// A scope that differs by digest, and one from before removals were forgotten, come whole
// after the client threw away what it had; so does one that was never there.
func TestABucketIsClearedForRepairAndBeyondTheHorizon(t *testing.T) {
	s := fellmoor(t)
	c := newClient(t, s, demo.Practitioner)
	c.connect()
	c.whole()
	scope := "case:" + demo.CaseID(1)
	spoil := func() (damaged int) {
		for name, b := range c.buckets {
			if strings.Contains(name, "/"+scope+"#") {
				damaged++
				b.rows["notes/nosuchrecord000"] = `{"_rev":1,"id":"nosuchrecord000"}`
				b.received = 0
			}
		}
		return damaged
	}
	if spoil() == 0 {
		t.Fatal("nothing to repair")
	}
	c.params = map[string]any{"repair": []string{scope, "case:nosuchrecord000"}}
	c.connect()
	c.whole()
	c.asPulled()
	c.params = nil

	spoil()
	for name, b := range c.buckets {
		if strings.Contains(name, "/"+scope+"#") {
			b.after = "9000000000000000000"
		}
	}
	c.connect()
	c.whole()
	c.asPulled()

	spoil()
	_, err := s.App.NonconcurrentDB().NewQuery(`INSERT INTO sync_meta (name, value) SELECT 'horizon', seq FROM sync_counter`).Execute()
	check(t, err)
	for name, b := range c.buckets {
		if strings.Contains(name, "/"+scope+"#") {
			b.after = decimal(seq(t, b.after) - 1)
		}
	}
	c.connect()
	c.whole()
	c.asPulled()
}

// Another epoch's buckets, and those of an older contract, are others: what the client had
// of them goes with the checkpoint.
func TestAnotherEpochsBucketsAreOthers(t *testing.T) {
	s := fellmoor(t)
	c := newClient(t, s, demo.Practitioner)
	c.connect()
	c.whole()
	before := map[string]bool{}
	for name, b := range c.buckets {
		other := "epochthatwas" + name[strings.IndexByte(name, '.'):]
		c.buckets[other] = b
		delete(c.buckets, name)
		before[other] = true
	}
	c.connect()
	c.whole()
	c.asPulled()
	for name := range c.buckets {
		if before[name] {
			t.Errorf("%s is still there", name)
		}
	}
	for name := range c.buckets {
		if !strings.Contains(name, ".1/") {
			t.Errorf("%s does not say which contract it is of", name)
		}
	}
}

// A first sync that was cut goes on where it was.
func TestACutStreamGoesOn(t *testing.T) {
	s := fellmoor(t)
	c := newClient(t, s, demo.Practitioner)
	c.connect()
	for range 12 {
		c.line()
	}
	c.hangUp()
	had := 0
	for _, b := range c.buckets {
		had += b.received
	}
	c.connect()
	c.whole()
	c.asPulled()
	all := 0
	for _, b := range c.buckets {
		all += b.received
	}
	if had == 0 || all > len(c.rows())+had/2+2 {
		t.Errorf("%d of %d operations came before the cut, %d in all", had, len(c.rows()), all)
	}
}

// What is read is read in pieces, and only the last of them is called whole.
func TestManyRowsComeInPieces(t *testing.T) {
	s := fellmoor(t)
	many(t, s, 2500)
	c := newClient(t, s, demo.Practitioner)
	c.connect()
	pieces := 1
	for {
		l := c.line()
		if l.Diff != nil {
			pieces++
		}
		if l.Complete != nil {
			break
		}
	}
	if pieces < 3 {
		t.Errorf("%d pieces", pieces)
	}
	c.asPulled()
}

// What a person is shown of a case is on record before it is sent.
func TestAStreamIsAudited(t *testing.T) {
	s := fellmoor(t)
	c := newClient(t, s, demo.School)
	c.connect()
	c.whole()
	n := 0
	for name, b := range c.buckets {
		if strings.Contains(name, "/case:"+demo.CaseID(1)) {
			n += len(b.rows)
		}
	}
	soon(t, "nothing in the audit log", func() bool { return audited(t, s, demo.School.ID, demo.CaseID(1)) == n })
}

// How far a device has everything is known once it comes back, and what it was owed again
// is delivered.
func TestAClientThatComesBackShowsWhatItHas(t *testing.T) {
	s := fellmoor(t)
	c := newClient(t, s, demo.School)
	c.connect()
	c.whole()
	c.push(aNote("07", "Said that she sleeps at her gran's."))
	c.whole()
	member, err := s.App.FindFirstRecordByFilter("case_members", "user = {:u} && case = {:c}", dbx.Params{"u": demo.School.ID, "c": demo.CaseID(1)})
	check(t, err)
	member.Set("until", "2026-01-01 00:00:00.000Z")
	check(t, s.App.Save(member))
	c.whole()
	if r := c.push(aNote("08", "Recorded before I knew of it.")); r[0].Verdict != contract.Refused {
		t.Fatalf("%+v", r)
	}
	c.connect() // it says that it has all up to after the loss
	c.whole()
	var place int64
	check(t, s.App.ConcurrentDB().NewQuery(`SELECT coalesce(max(seq), 0) FROM sync_places WHERE device = {:d}`).Bind(dbx.Params{"d": c.device}).Row(&place))
	if place == 0 {
		t.Error("it is not known that the device learned of the loss")
	}
	c.push(aNote("09", "Recorded after I knew of it."))
	var owed int
	check(t, s.App.ConcurrentDB().NewQuery(`SELECT count(*) FROM sync_again WHERE device = {:d} AND record IN ('streamednote007', 'streamednote008')`).Bind(dbx.Params{"d": c.device}).Row(&owed))
	if owed != 0 {
		t.Errorf("%d redeliveries are still owed", owed)
	}
}

// A keepalive tells how long the token is good, and the stream ends with it.
func TestAStreamEndsWithItsToken(t *testing.T) {
	s := fellmoor(t)
	c := newClient(t, s, demo.School)
	c.token = short(t, s, demo.School, c.device, 4*time.Second)
	c.connect()
	c.whole()
	told := false
	for {
		raw, err := c.lines.ReadBytes('\n')
		if err == io.EOF {
			break
		}
		check(t, err)
		if l := c.apply(raw); l.Expires != nil {
			told = true
			if *l.Expires > 4 || *l.Expires < 0 {
				t.Errorf("%d seconds left", *l.Expires)
			}
		}
	}
	if !told {
		t.Error("it was not told how long the token is good")
	}
}

// One row tells of the server: what a base and a replay need.
func TestTheServersRowTellsTheEpoch(t *testing.T) {
	s := fellmoor(t)
	c := newClient(t, s, demo.School)
	c.connect()
	c.whole()
	a := s.Do("GET", "/api/sync/status", c.token, nil)
	var status contract.StatusAnswer
	a.JSON(t, &status)
	for name, b := range c.buckets {
		if raw := b.rows["holdfast/server"]; raw != "" {
			if !strings.Contains(raw, `"epoch":"`+status.Epoch+`"`) || !strings.Contains(raw, `"contract":1`) || !strings.Contains(raw, `"history":"`) {
				t.Error(raw)
			}
			c.params = map[string]any{"history": "of nobody's making", "contract": 1}
			c.connect()
			c.whole()
			return
		}
		_ = name
	}
	t.Error("no row of the server")
}

// One device holds a few streams open; the oldest ends for a new one.
func TestADeviceHoldsFewStreamsOpen(t *testing.T) {
	s := fellmoor(t)
	first := newClient(t, s, demo.School)
	first.connect()
	first.whole()
	for range 3 {
		c := &client{t: t, s: s, token: first.token, device: first.device, buckets: map[string]*held{}}
		c.connect()
		c.whole()
	}
	if _, err := io.ReadAll(first.lines); err != nil {
		t.Errorf("the oldest: %v", err)
	}
}

// A bucket that had nothing in it and gets its first row carries its sum then.
func TestABucketThatWasEmptyCarriesItsSumWithItsFirstRow(t *testing.T) {
	s := fellmoor(t)
	c := newClient(t, s, demo.Practitioner)
	c.connect()
	c.whole()
	before := len(c.buckets)
	if r := c.push(aNote("12", "")); r[0].Verdict != contract.Refused {
		t.Fatalf("%+v", r)
	}
	c.whole() // which holds each bucket's sum against the checkpoint's
	if len(c.buckets) <= before {
		t.Error("no bucket came")
	}
	c.asPulled()
}
