package hooks_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/server/demo"
)

// A sighting is carried to the child's own record, from whatever pathway, and back when it
// is taken back; what was known when the child was put on record is none (A5).
func TestASightingIsCarriedToTheChild(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	child := d.does(&demo.Practitioner, "people", "", map[string]any{"case": c, "kind": "child", "name": "Kit Marlowe", "last_seen_on": "2026-01-05"}).Id
	on := func(want string) {
		t.Helper()
		if got := must(d.FindRecordById("people", child)).GetString("last_seen_on"); got != want {
			t.Errorf("last seen on %q, not %q", got, want)
		}
	}
	p, other := d.opens(demo.Practitioner, c, 96*time.Hour), d.opens(demo.School, c, 96*time.Hour)
	on("") // what was typed is no sighting
	_, err := d.by(&demo.School, "people", child, map[string]any{"last_seen_on": "2026-11-02"})
	d.refused("by hand", err, "last_seen_on", "fixed")
	_, err = d.by(&demo.School, "people", child, map[string]any{"seen_before": "2026-11-02"})
	d.refused("what was known before", err, "seen_before", "server_owned")
	seen := d.happenedAgo(72*time.Hour, demo.School, other, "child.seen", map[string]any{"children": []string{child}})
	day := seen.GetDateTime("occurred_at").Time().In(must(time.LoadLocation("Europe/London"))).Format(time.DateOnly)
	on(day)
	if got := d.step(p, "see-children").GetString("due_on"); got == "" {
		t.Error("the other pathway asks for nothing")
	}
	d.reads(time.Now())
	on(day)
	d.tells(demo.Practitioner, p, "child.seen", map[string]any{"children": "nobody"}) // one text, and no child
	on(day)
	d.does(&demo.School, "pathway_events", "", map[string]any{
		"case": c, "pathway": other.Id, "kind": "event.withdrawn", "corrects": seen.Id, "occurred_at": types.NowDateTime(), "data": map[string]any{"reason": "It was another child of that name."},
	})
	on("")
}

// Whatever people do and whenever it arrives, no case stands closed over a pathway that has
// not ended, and none ends but by a decision (A8). Each history is taken back, so that the
// store of the last is that of the first. HOLDFAST_HISTORIES asks for more of them.
func TestNoCaseIsClosedOverAnOpenPathway(t *testing.T) {
	d := openOffice(t)
	histories := 12
	if n, err := strconv.Atoi(os.Getenv("HOLDFAST_HISTORIES")); err == nil {
		histories = n
	}
	closed, reopened := 0, 0
	for seed := range histories {
		err := d.RunInTransaction(func(tx core.App) error {
			c, r := (&office{tx, t}).closedAndOpened(seed)
			closed, reopened = closed+c, reopened+r
			return errTaken
		})
		if !errors.Is(err, errTaken) {
			t.Fatalf("history %d: %v", seed, err)
		}
	}
	if closed == 0 || reopened == 0 {
		t.Errorf("%d closed and %d opened again: this proves nothing", closed, reopened)
	}
	if testing.Verbose() {
		fmt.Println(histories, "histories,", closed, "closings,", reopened, "opened again by what came")
	}
}

// closedAndOpened walks one history of a case of its own, and says how often it was closed,
// and opened again by what came.
func (d *office) closedAndOpened(seed int) (closed, reopened int) {
	t := d.t
	c := d.does(&demo.Practitioner, "cases", "", map[string]any{"family_name": "Any", "lead_agency": demo.Practitioner.Agency, "status": "open"}).Id
	d.does(nil, "case_members", "", map[string]any{"case": c, "user": demo.School.ID, "role": "member", "from": types.NowDateTime().Add(-300 * time.Hour)})
	child := d.does(&demo.Practitioner, "people", "", map[string]any{"case": c, "kind": "child", "name": "Any"}).Id
	p := d.opens(demo.Practitioner, c, 240*time.Hour)
	random := rand.New(rand.NewPCG(uint64(seed), 1))
	var events []string
	tell := func(who demo.Person, kind string, data map[string]any, corrects string) {
		ago := time.Duration(random.IntN(9*24*60)) * time.Minute
		if random.IntN(2) == 0 {
			ago = time.Duration(len(events)) * -time.Second // in order, as they come
		}
		r, err := d.by(&who, "pathway_events", "", map[string]any{
			"case": c, "pathway": p.Id, "kind": kind, "occurred_at": types.NowDateTime().Add(-max(ago, 0)), "data": data, "corrects": corrects,
		})
		if err != nil {
			t.Fatalf("history %d: %s: %v", seed, kind, err)
		}
		events = append(events, r.Id)
	}
	past := func(who demo.Person, hours int, kind string, data map[string]any) {
		r := d.happenedAgo(time.Duration(hours)*time.Hour, who, p, kind, data)
		events = append(events, r.Id)
	}
	past(demo.School, 200, "child.seen", map[string]any{"children": []string{child}})
	past(demo.Practitioner, 190, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
	past(demo.School, 180, "closure.consulted", nil)
	past(demo.Manager, 170, "closure.approved", approved)
	if _, err := d.acts(demo.Manager, c, "close", map[string]any{"told": "All."}); err != nil {
		t.Fatal(err)
	}
	for range 12 {
		before := must(d.FindRecordById("cases", c)).GetString("status")
		was := must(d.FindRecordById("pathways", p.Id)).GetBool("ended")
		kind := ""
		switch random.IntN(10) {
		case 0:
			kind = "immediate_risk.raised"
			tell(demo.School, kind, map[string]any{"what": "Bruises."}, "")
		case 1:
			kind = "immediate_risk.resolved"
			tell(demo.Manager, kind, map[string]any{"how": "Seen and safe with an aunt.", "spoken_to": "May Otway"}, "")
		case 2:
			kind = "closure.approved"
			tell(demo.Manager, kind, approved, "")
		case 3:
			kind = "event.withdrawn"
			tell(demo.Manager, kind, map[string]any{"reason": "It was recorded on the wrong family."}, events[random.IntN(len(events))])
		case 4:
			kind = "closure.objected"
			tell(demo.School, kind, map[string]any{"reason": "Hungry."}, "")
		case 5:
			kind = "closure.consulted"
			tell(demo.School, kind, nil, "")
		case 6:
			kind = "closure.proposed"
			tell(demo.Practitioner, kind, map[string]any{"reason": "needs_met"}, "")
		case 7:
			_, _ = d.acts(demo.Practitioner, c, "reopen", nil)
		default:
			if _, err := d.acts(demo.Manager, c, "close", map[string]any{"told": "All."}); err == nil {
				closed++
			}
		}
		if before == "closed" && kind != "" && must(d.FindRecordById("cases", c)).GetString("status") == "open" {
			reopened++
		}
		stored := must(d.FindRecordById("pathways", p.Id))
		if stored.GetBool("ended") && !was && kind != "closure.approved" {
			t.Fatalf("history %d: ended as %s came", seed, kind)
		}
		if n := openUnderClosed(d.App); n != 0 {
			t.Fatalf("history %d: %d closed cases with a pathway that has not ended, after %q", seed, n, kind)
		}
	}
	return closed, reopened
}

// openUnderClosed counts what must not be.
func openUnderClosed(app core.App) (n int) {
	if err := app.DB().NewQuery(`SELECT count(*) FROM cases c JOIN pathways p ON p."case" = c.id WHERE c.status = 'closed' AND NOT p.ended`).Row(&n); err != nil {
		panic(err)
	}
	return n
}
