package hooks_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/server/demo"
)

// Nobody is seen by a call, a message or post: such a try is refused in a sentence by every
// door, and so is a door that nobody stood at (finding 3 of the third look).
func TestATryByCallOrPostIsNoSightingByAnyDoor(t *testing.T) {
	d := openDoors(t)
	for _, method := range []string{"phone", "text", "email", "letter", "card", "visit_announced", "visit_unannounced", "appointment", "joint_visit", "via_professional"} {
		want := "not_by_method"
		if method[:1] == "v" || method == "appointment" || method == "joint_visit" {
			want = ""
		}
		for _, outcome := range []string{"child_seen", "refused_entry"} {
			values := map[string]any{"case": demo.CaseID(1), "method": method, "outcome": outcome, "occurred_at": time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)}
			for door, got := range d.create("contact_attempts", values, "outcome") {
				if got != want {
					t.Errorf("%s, %s by %s: %q, want %q", method, outcome, door, got, want)
				}
			}
		}
	}
}

// One that was stored before anybody asked is no sighting on any pathway, nor on the page.
func TestAStoredTryByCallOrPostIsNoSighting(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(8)
	child := d.person(c, "child").Id
	p, other := d.opens(demo.Practitioner, c, 10*day), d.opens(demo.Practitioner, c, 9*day)
	last := func() string { return must(d.FindRecordById("people", child)).GetString("last_seen_on") }
	before := last()
	for i, on := range []string{p.Id, other.Id, ""} {
		r := d.tried(demo.Practitioner, c, time.Duration(i+2)*day, map[string]any{"person": child, "method": "text", "outcome": "reached", "pathway": on})
		if _, err := d.NonconcurrentDB().Update("contact_attempts", dbx.Params{"outcome": "child_seen"}, dbx.HashExp{"id": r.Id}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	d.reads(time.Now())
	if got := last(); got != before {
		t.Errorf("texted, and last seen on %q, not %q", got, before)
	}
	d.tried(demo.Practitioner, c, day, map[string]any{"person": child, "method": "visit_announced", "outcome": "child_seen"})
	if got := last(); got != today(-1) {
		t.Error(fmt.Sprintf("visited, and last seen on %q", got))
	}
}
