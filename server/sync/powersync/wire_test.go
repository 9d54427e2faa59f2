package powersync

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

func set(pairs ...any) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i].(string)], _ = json.Marshal(pairs[i+1])
	}
	return out
}

func aNote(n, body string) contract.Mutation {
	return contract.Mutation{ID: "01JZZZZZZZZZZZZZZZZZZZZZ" + n, Op: "create", Collection: "notes", Record: "streamednote0" + n,
		Set: set("case", demo.CaseID(1), "body", body, "source", "seen_by_worker", "shared", true), RecordedAt: "2026-11-20T09:00:00Z"}
}

// The first sync, and a second that has nothing left to say.
func TestAStreamDeliversWhatAPullDoes(t *testing.T) {
	s := fellmoor(t)
	for _, who := range []demo.Person{demo.Practitioner, demo.School, demo.Manager, demo.Coordinator} {
		c := newClient(t, s, who)
		res := c.connect()
		if got := res.Header.Get("Content-Type"); got != "application/x-ndjson" { // and no parameter: some compare it whole
			t.Errorf("Content-Type %q", got)
		}
		if res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("X-Accel-Buffering") != "no" {
			t.Errorf("%v", res.Header)
		}
		if l := c.line(); l.Checkpoint == nil || l.Checkpoint.Streams == nil {
			t.Fatalf("the first line is no checkpoint: %+v", l)
		}
		c.whole()
		c.asPulled()
		if !slices.IsSorted(c.partial) || len(c.partial) == 0 {
			t.Errorf("the priorities came as %v", c.partial)
		}
		for name, b := range c.buckets {
			b.received = 0
			if len(b.rows) == 0 {
				t.Errorf("%s has nothing in it", name)
			}
		}
		c.connect()
		c.whole()
		c.asPulled()
		for name, b := range c.buckets {
			if b.received > 0 && !strings.Contains(name, "/"+serverScope+"#") {
				t.Errorf("%d operations of %s came again", b.received, name)
			}
		}
		c.hangUp()
	}
}

// What somebody writes reaches an open stream, a removal and a move too, and what one
// device handed in is in the first checkpoint after its mark.
func TestWhatChangesReachesAnOpenStream(t *testing.T) {
	s := fellmoor(t)
	c, other := newClient(t, s, demo.Practitioner), newClient(t, s, demo.School)
	c.connect()
	c.whole()
	first := seq(t, c.last)
	if r := other.push(aNote("01", "Seen at the gate, with her coat on.")); r[0].Verdict != contract.Applied {
		t.Fatalf("%+v", r)
	}
	c.whole()
	if c.rows()["notes/streamednote001"] <= first {
		t.Error("the note did not come")
	}
	c.asPulled()

	note := record(t, s.App, "notes", "streamednote001")
	note.Set("shared", false) // it leaves the case's scope for the agency's in it: gone for the practitioner
	check(t, s.App.Save(note))
	c.whole()
	if _, there := c.rows()["notes/streamednote001"]; there {
		t.Error("what became another agency's own is still there")
	}
	c.asPulled()
}

// A record that moves between two scopes that somebody holds is removed from the one bucket,
// though it lives in the other: clients keep the two apart.
func TestAMoveIsARemovalFromTheBucketItLeft(t *testing.T) {
	s := fellmoor(t)
	c := newClient(t, s, demo.School)
	if r := c.push(aNote("02", "Heard from the aunt on the phone.")); r[0].Verdict != contract.Applied {
		t.Fatalf("%+v", r)
	}
	c.connect()
	c.whole()
	note := record(t, s.App, "notes", "streamednote002")
	note.Set("shared", false)
	check(t, s.App.Save(note))
	c.whole()
	removed := 0
	for _, b := range c.buckets {
		removed += b.removed
	}
	if removed != 1 {
		t.Errorf("%d removals", removed)
	}
	c.asPulled() // which fails for a record in two buckets
}

// A right that ends takes its buckets away, one that comes back brings them whole.
func TestARightThatEndsTakesItsBucketsAway(t *testing.T) {
	s := fellmoor(t)
	c := newClient(t, s, demo.School)
	c.connect()
	c.whole()
	member, err := s.App.FindFirstRecordByFilter("case_members", "user = {:u} && case = {:c}", dbx.Params{"u": demo.School.ID, "c": demo.CaseID(1)})
	check(t, err)
	member.Set("until", "2026-01-01 00:00:00.000Z")
	check(t, s.App.Save(member))
	c.whole()
	for name := range c.buckets {
		if strings.Contains(name, "/case:"+demo.CaseID(1)) {
			t.Errorf("%s is still there", name)
		}
	}
	c.asPulled()
	c.hangUp() // and while it is away
	_, err = s.App.NonconcurrentDB().NewQuery(`UPDATE case_members SET active = 1, until = '' WHERE id = {:id}`).Bind(dbx.Params{"id": member.Id}).Execute()
	check(t, err)
	c.connect()
	c.whole()
	c.asPulled()
	if c.rows()["cases/"+demo.CaseID(1)] == 0 {
		t.Error("the case did not come back")
	}
}

// Nothing that was read before a right ended is sent after.
func TestWhatWasReadBeforeARightEndedIsNotSentAfter(t *testing.T) {
	s := fellmoor(t)
	c := newClient(t, s, demo.School)
	teller, r := reading(t, s, c, demo.School)
	member, err := s.App.FindFirstRecordByFilter("case_members", "user = {:u} && case = {:c}", dbx.Params{"u": demo.School.ID, "c": demo.CaseID(1)})
	check(t, err)
	member.Set("until", "2026-01-01 00:00:00.000Z")
	check(t, s.App.Save(member))
	check(t, teller.tell(r, r.until))
	if !r.broken {
		t.Error("the piece counts as sent")
	}
	said := teller.sent()
	if strings.Contains(said, `"data":{"bucket":"`+teller.session.edition+"/case:"+demo.CaseID(1)) || strings.Contains(said, `{"checkpoint_complete"`) {
		t.Error("content of the case was sent, or the checkpoint called whole")
	}
	check(t, teller.catchUp(false))
	said = teller.sent()
	if !strings.Contains(said, `{"checkpoint_complete"`) || !strings.Contains(said, `"removed_buckets":["`+teller.session.edition+"/case:"+demo.CaseID(1)) {
		t.Errorf("the next piece: %.400s", said)
	}
	for _, l := range strings.SplitAfter(teller.all(), "\n") {
		if l != "" {
			c.apply([]byte(l))
		}
	}
	c.asPulled()
}

// A device that is locked, or whose user's account ends, hears nothing more.
func TestADeviceThatMaySpeakNoMoreIsToldNothingMore(t *testing.T) {
	s := fellmoor(t)
	for name, end := range map[string]func(c *client){
		"locked": func(c *client) {
			d := record(t, s.App, "devices", c.device)
			d.Set("status", "locked")
			check(t, s.App.Save(d))
		},
		"switched off": func(*client) {
			u := record(t, s.App, "users", demo.School.ID)
			u.Set("active", false)
			check(t, s.App.Save(kernel.AsServer(u)))
		},
	} {
		c, other := newClient(t, s, demo.School), newClient(t, s, demo.Practitioner)
		c.connect()
		c.whole()
		end(c)
		id := map[string]string{"locked": "03", "switched off": "04"}[name]
		if r := other.push(aNote(id, "Seen at home, both children there.")); r[0].Verdict != contract.Applied {
			t.Fatalf("%+v", r)
		}
		rest, err := io.ReadAll(c.lines)
		if err != nil || strings.Contains(string(rest), "streamednote0"+id) {
			t.Errorf("%s: %v %s", name, err, rest)
		}
		if u := record(t, s.App, "users", demo.School.ID); !u.GetBool("active") {
			u.Set("active", true)
			check(t, s.App.Save(kernel.AsServer(u)))
		}
	}
}

// A locked device hears so before the first byte, in the words of every door.
func TestAStreamIsRefusedInTheContractsWords(t *testing.T) {
	s := fellmoor(t)
	c := newClient(t, s, demo.School)
	c.token = "nonsense"
	res := c.connect("Origin", "https://app.example")
	if res.StatusCode != 401 || res.Header.Get("Access-Control-Allow-Origin") == "" {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	c = newClient(t, s, demo.School)
	d := record(t, s.App, "devices", c.device)
	d.Set("status", "locked")
	check(t, s.App.Save(d))
	res = c.connect()
	raw, err := io.ReadAll(res.Body)
	check(t, err)
	if res.StatusCode != 403 || !strings.Contains(string(raw), `"device_locked"`) {
		t.Errorf("%d %s", res.StatusCode, raw)
	}
	q, err := http.NewRequest("OPTIONS", s.URL+"/sync/stream", nil)
	check(t, err)
	q.Header.Set("Origin", "https://app.example")
	q.Header.Set("Access-Control-Request-Method", "POST")
	q.Header.Set("Access-Control-Request-Headers", "authorization,content-type,x-user-agent")
	res, err = http.DefaultClient.Do(q)
	check(t, err)
	res.Body.Close()
	if got := res.Header.Get("Access-Control-Allow-Headers"); res.StatusCode != 204 || !strings.Contains(got, "x-user-agent") {
		t.Errorf("%d %q", res.StatusCode, got)
	}
}

// Packed, it is one gzip stream whose lines arrive as they are said.
func TestAPackedStreamIsReadAsItComes(t *testing.T) {
	s := fellmoor(t)
	c, other := newClient(t, s, demo.Practitioner), newClient(t, s, demo.School)
	res := c.connect("Accept-Encoding", "gzip")
	if res.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("%v", res.Header)
	}
	unpack(t, c)
	c.whole()
	c.asPulled()
	if r := other.push(aNote("05", "Came to school in a clean shirt.")); r[0].Verdict != contract.Applied {
		t.Fatalf("%+v", r)
	}
	c.whole()
	c.asPulled()
	d := record(t, s.App, "devices", c.device)
	d.Set("status", "locked")
	check(t, s.App.Save(d))
	c.s.Do("GET", "/write-checkpoint2.json", other.token, nil)
	other.push(aNote("06", "Came to school in a clean shirt again."))
	if _, err := io.ReadAll(c.lines); err != nil {
		t.Errorf("the end of the packed stream: %v", err)
	}
}
