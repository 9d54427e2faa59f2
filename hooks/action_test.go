package hooks_test

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/partnership"
	"holdfast/hooks/workday"
	"holdfast/server/demo"
)

// An agreed action has an owner who is a person: it stands on their list with its day
// until it is done. When its day is over they are told, and from the next working day on
// the lead and the manager too; each once. What is done is told no more.
func TestAnActionIsOverdueOutLoud(t *testing.T) {
	d, family := openPartnership(t)
	due := later(-1)
	fields := map[string]any{"what": "Ring the surgery", "owner": "Hester Lunn", "owner_user": healthVisitor.ID, "due_on": due}
	a := d.writes(family, demo.Practitioner, "actions", "", fields)
	if got := d.list(healthVisitor); len(got) != 1 || got[0] != "action "+due {
		t.Errorf("on her list: %v", got)
	}
	told := func(when string, want map[string]string) {
		t.Helper()
		for _, p := range []demo.Person{healthVisitor, demo.Practitioner, demo.Manager, demo.School, teamManager, demo.Outsider} {
			stages := ""
			for _, r := range must(d.FindRecordsByFilter("notices", "user = {:u} && timer = {:t}", "stage", 0, 0, dbx.Params{"u": p.ID, "t": "action/" + a.Id})) {
				stages += r.GetString("stage") + " "
			}
			if stages != want[p.Account] {
				t.Errorf("%s: %s was told %q, want %q", when, p.Account, stages, want[p.Account])
			}
		}
	}
	on := func(day string) {
		t.Helper()
		at := must(time.Parse(time.DateTime, day+" 10:00:00"))
		for range 2 {
			if err := partnership.TellOfActions(d.App, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	on(due)
	told("on the day", nil)
	on(later(0))
	told("the day after", map[string]string{"health-visitor": "overdue "})
	cal := must(workday.Parse([]byte(must(d.FindFirstRecordByData("calendars", "key", "england-and-wales")).GetString("body"))))
	on(must(cal.Within(must(workday.ParseDay(due)), 2)).String())
	told("two working days after", map[string]string{"health-visitor": "overdue ", "practitioner": "overdue_2 ", "manager": "overdue_2 "})
	d.writes(family, healthVisitor, "actions", a.Id, map[string]any{"done_on": later(0), "outcome": "Rang."})
	told("done", nil)
	on(later(9))
	told("done long ago", nil)
	if got := d.became(healthVisitor, "action"); len(got) != 1 || got[0] != "answered" {
		t.Errorf("what became of it: %q", got)
	}
	if _, err := d.by(&demo.Practitioner, "actions", "", map[string]any{"case": family, "what": "Ring", "owner": "Otto", "owner_user": demo.Outsider.ID, "due_on": due}); err == nil {
		t.Error("somebody off the case owns an action that they cannot read")
	}
	b := d.writes(family, demo.Practitioner, "actions", "", map[string]any{"what": "Ring", "owner": "Hester Lunn", "owner_user": healthVisitor.ID, "due_on": due})
	d.writes(family, demo.Practitioner, "actions", b.Id, map[string]any{"owner_user": demo.School.ID})
	d.waits("given to the school", map[string]string{"school": "action"})
}
