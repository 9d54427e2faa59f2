package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/server/demo"
)

// A child whom nobody has seen is not made to vanish by a field of their record: everybody on
// the case hears of it, whoever did it does not end the work, and who does says why.
func TestNoFieldMakesAnUnseenChildVanish(t *testing.T) {
	for name, f := range map[string]map[string]any{
		"left long ago": {"left_on": "2026-02-01"}, "left today": {"left_on": time.Now().Format(time.DateOnly)}, "died": {"died_on": "2026-11-01"},
		"born in 2000": {"date_of_birth": "2000-01-01"}, "an adult": {"kind": "adult"}, "not born": {"date_of_birth": "", "expected_on": "2027-03-01"},
		"joined today": {"joined_on": time.Now().Format(time.DateOnly)},
	} {
		t.Run(name, func(t *testing.T) {
			d := openOffice(t)
			p := d.unseen()
			was := d.told(demo.School, p)
			for _, c := range children {
				d.does(&demo.Practitioner, "people", c, f)
			}
			told := 0
			for _, n := range must(d.FindAllRecords("notices")) {
				if strings.HasPrefix(n.GetString("timer"), "child_changed/") {
					told++
					if n.GetString("user") == demo.Practitioner.ID {
						t.Error("who did it is told of it")
					}
				}
			}
			if told < 4 {
				t.Errorf("%d rows tell of it, beside %v", told, was)
			}
			e := d.tells(demo.Manager, p, "closure.approved", approved)
			if d.fresh(p).GetBool("ended") {
				t.Fatalf("ended over children whom nobody has seen: %s", e.GetString("reasons"))
			}
			d.tells(demo.Manager, p, "closure.approved", map[string]any{"checklist": approved["checklist"], "not_seen": nextDoor})
			if name == "joined today" { // they are of the household, and nobody has seen them
				return
			}
			if !d.fresh(p).GetBool("ended") {
				t.Error("not ended by somebody else, with why")
			}
		})
	}
	t.Run("whoever changed it", func(t *testing.T) {
		d := openOffice(t)
		p := d.unseen()
		for _, c := range children {
			d.does(&demo.Manager, "people", c, map[string]any{"left_on": "2026-02-01"})
		}
		e := d.tells(demo.Manager, p, "closure.approved", map[string]any{"checklist": approved["checklist"], "not_seen": nextDoor})
		if d.fresh(p).GetBool("ended") || !strings.Contains(e.GetString("reasons"), "stands on your own change") {
			t.Errorf("ended by who changed it: %s", e.GetString("reasons"))
		}
	})
	t.Run("before it was opened", func(t *testing.T) {
		d := openOffice(t)
		for _, c := range children {
			d.does(&demo.Manager, "people", c, map[string]any{"date_of_birth": "2001-01-01"})
		}
		if n := must(d.CountRecords("notices", dbx.NewExp("user = {:u} AND timer LIKE 'child_changed/%'", dbx.Params{"u": demo.School.ID}))); n == 0 {
			t.Error("the school hears nothing")
		}
		p := d.opens(demo.Practitioner, demo.CaseID(1), 0)
		d.tells(demo.Practitioner, p, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"})
		d.tells(demo.School, p, "closure.consulted", nil)
		if e := d.tells(demo.Manager, p, "closure.approved", approved); d.fresh(p).GetBool("ended") {
			t.Errorf("ended by who made them grown up the moment before: %s", e.GetString("reasons"))
		}
	})
	t.Run("no care leaver", func(t *testing.T) {
		d := openOffice(t)
		born := time.Now().AddDate(-20, 0, 0).Format(time.DateOnly)
		for _, c := range children {
			if _, err := d.NonconcurrentDB().Update("people", dbx.Params{"date_of_birth": born, "care_leaver": true}, dbx.HashExp{"id": c}).Execute(); err != nil {
				t.Fatal(err)
			}
		}
		p := d.unseen()
		for _, c := range children {
			d.does(&demo.Manager, "people", c, map[string]any{"care_leaver": false})
		}
		if e := d.tells(demo.Manager, p, "closure.approved", approved); d.fresh(p).GetBool("ended") {
			t.Errorf("ended by who says that they are no care leavers: %s", e.GetString("reasons"))
		}
	})
	t.Run("put back as it was", func(t *testing.T) {
		d := openOffice(t)
		p := d.unseen()
		d.happenedAgo(30*time.Hour, demo.School, p, "child.seen", map[string]any{"children": children})
		for _, c := range children {
			d.does(&demo.Manager, "people", c, map[string]any{"left_on": "2026-02-01"})
			d.does(&demo.Manager, "people", c, map[string]any{"left_on": ""})
		}
		if d.tells(demo.Manager, p, "closure.approved", approved); !d.fresh(p).GetBool("ended") {
			t.Error("a mistake that was put right stands in the way")
		}
	})
}
