package hooks_test

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/server/demo"
)

// Nobody has seen a child next week: by no door, and not once the week is over either.
func TestAChildIsSeenBeforeItIsWritten(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.Practitioner, demo.CaseID(1), time.Hour)
	in := func(ahead time.Duration) types.DateTime { return types.NowDateTime().Add(ahead) }
	sees := func(kind string, at types.DateTime) (string, error) {
		r, err := d.by(&demo.Practitioner, "pathway_events", "", map[string]any{"case": demo.CaseID(1), "pathway": p.Id, "kind": kind, "occurred_at": at, "data": map[string]any{"children": children}})
		if err != nil {
			return "", err
		}
		return r.Id, nil
	}
	for _, kind := range []string{"child.seen", "appointment.kept_child_seen"} {
		_, err := sees(kind, in(6*24*time.Hour))
		d.refused(kind+" in six days", err, "occurred_at", "to_come")
	}
	_, err := d.by(&demo.Practitioner, "contact_attempts", "", map[string]any{"case": demo.CaseID(1), "method": "visit_announced", "outcome": "child_seen", "person": children[0], "occurred_at": in(6 * 24 * time.Hour)})
	d.refused("a visit in six days", err, "occurred_at", "to_come")

	// A clock that is hours ahead is no more than that: it counts from when it came.
	fast, err := sees("child.seen", in(5*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	stored := must(sees("child.seen", in(-time.Hour))) // of an earlier build, dated six days ahead
	if _, err := d.NonconcurrentDB().Update("pathway_events", dbx.Params{"occurred_at": in(6 * 24 * time.Hour).String()}, dbx.HashExp{"id": stored}).Execute(); err != nil {
		t.Fatal(err)
	}
	came := must(d.FindRecordById("pathway_events", fast)).GetDateTime("received_at").Time()
	d.reads(time.Now().Add(7 * 24 * time.Hour))
	london := must(time.LoadLocation("Europe/London"))
	if got := must(d.FindRecordById("people", children[0])).GetString("last_seen_on"); got != came.In(london).Format(time.DateOnly) {
		t.Errorf("last seen on %q, which came on %v", got, came)
	}
}
