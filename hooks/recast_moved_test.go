package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/server/demo"
)

// Unseen children who are moved out, or joined to one who was seen, are not forgotten: the
// agencies hear of it, and whoever did it does not end the work.
func TestNoMoveAndNoJoinMakesAnUnseenChildVanish(t *testing.T) {
	heard := func(d *office) {
		t.Helper()
		if n := must(d.CountRecords("notices", dbx.NewExp("user = {:u} AND timer LIKE 'child_changed/%'", dbx.Params{"u": demo.School.ID}))); n == 0 {
			t.Error("the school hears nothing")
		}
	}
	d := openOffice(t)
	p := d.unseen()
	mine := d.does(&demo.Practitioner, "cases", "", map[string]any{"reference": "FM-9999", "family_name": "Nobody", "lead_agency": demo.Manager.Agency, "status": "open", "opened_on": time.Now().Format(time.DateOnly)})
	must(d.acts(demo.Manager, mine.Id, "close", map[string]any{"told": "Everybody on it."}))
	move := map[string]any{"case": demo.CaseID(1), "direction": "out", "to": mine.Id, "because": nextDoor, "person": children[0]}
	_, err := d.by(&demo.Manager, "person_moves", "", move)
	d.refused("into a closed case", err, "to", "closed")
	must(d.acts(demo.Manager, mine.Id, "reopen", nil))
	for _, c := range children {
		move["person"] = c
		d.does(&demo.Manager, "person_moves", "", move)
	}
	heard(d)
	if e := d.tells(demo.Manager, p, "closure.approved", approved); d.fresh(p).GetBool("ended") || !strings.Contains(e.GetString("reasons"), "your own change") {
		t.Errorf("ended by who moved the children out: %s", e.GetString("reasons"))
	}

	close := map[string]any{"told": "Everybody on it."} // a case that never had a pathway
	_, err = d.acts(demo.Manager, mine.Id, "close", close)
	d.refused("closed by who moved them there", err, "act", "not_approver")
	own := d.opens(demo.Manager, mine.Id, 2*time.Hour)
	d.tells(demo.Manager, own, "child.seen", map[string]any{"children": children})
	if e := d.tells(demo.Manager, own, "pathway.cancelled", map[string]any{"reason": nextDoor}); d.fresh(own).GetBool("ended") || !strings.Contains(e.GetString("reasons"), "Nobody but you") {
		t.Errorf("cancelled by who alone recorded seeing them: %s", e.GetString("reasons"))
	}
	d.tells(demo.Practitioner, own, "closure.proposed", map[string]any{"reason": "other", "why": nextDoor})
	d.tells(demo.Manager, own, "pathway.cancelled", map[string]any{"reason": nextDoor})
	_, err = d.acts(demo.Manager, mine.Id, "close", close)
	d.refused("closed by who moved them there and alone recorded seeing them", err, "act", "not_approver")
	there := d.opens(demo.Practitioner, mine.Id, time.Hour)
	d.tells(demo.Practitioner, there, "child.seen", map[string]any{"children": children})
	d.tells(demo.Manager, there, "pathway.cancelled", map[string]any{"reason": nextDoor})
	if _, err = d.acts(demo.Manager, mine.Id, "close", close); err != nil {
		t.Error("they were seen since:", err)
	}

	d = openOffice(t)
	p = d.unseen()
	d.happenedAgo(30*time.Hour, demo.School, p, "child.seen", map[string]any{"children": []string{jonah}})
	join := map[string]any{"case": demo.CaseID(1), "person": jonah, "same": ivy, "because": nextDoor}
	_, err = d.by(&demo.Practitioner, "person_joins", "", join)
	d.refused("two children joined by no manager", err, "same", "manager_only")
	d.does(&demo.Manager, "person_joins", "", join)
	heard(d)
	if d.tells(demo.Manager, p, "closure.approved", approved); d.fresh(p).GetBool("ended") {
		t.Error("ended by who joined the children")
	}

	d = openOffice(t) // nor does a worker join two children of two families
	other := d.does(&demo.Practitioner, "cases", "", map[string]any{"reference": "FM-9999", "family_name": "Nobody", "lead_agency": demo.Manager.Agency, "status": "open"})
	zed := d.does(&demo.Practitioner, "people", "", map[string]any{"case": other.Id, "kind": "child", "name": "Zed", "date_of_birth": "2012-01-01"})
	across := map[string]any{"case": demo.CaseID(1), "person": ivy, "same": zed.Id, "because": nextDoor}
	_, err = d.by(&demo.Practitioner, "person_joins", "", across)
	d.refused("two children of two families joined by no manager", err, "same", "manager_only")
	d.does(&demo.Manager, "person_joins", "", across)
}
