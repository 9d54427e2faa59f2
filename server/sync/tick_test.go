package sync

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/engagement"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// A worker ticks without signal, while the clock runs on and a colleague ticks too: what
// they did is an event, and in conflict with nothing.
func TestATickWithoutSignalIsNoConflict(t *testing.T) {
	s := fellmoor(t)
	p, q := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.School)
	path := p.adds("pathways", "case", demo.CaseID(1), "template", earlyHelp(t, s.App), "opened_at", time.Now().UTC().Format(time.RFC3339), "trigger", "missed_contact")
	p.pull(0)
	q.pull(0)
	step, err := s.App.FindFirstRecordByFilter("pathway_steps", "pathway = {:p} && code = 'tell-manager'", dbx.Params{"p": path})
	if err != nil {
		t.Fatal(err)
	}
	if err := engagement.ReadPathways(s.App, time.Now().AddDate(0, 0, 10)); err != nil {
		t.Fatal(err)
	}
	if got := stored(t, s.App, "pathway_steps", step.Id).GetString("status"); got != "overdue" {
		t.Fatal(got)
	}
	yesterday, today := time.Now().AddDate(0, 0, -1).Format(time.DateOnly), time.Now().Format(time.DateOnly)
	tick := func(p *phone, day string) contract.Result {
		return p.push(mutation("update", "pathway_steps", step.Id, p.rev("pathway_steps", step.Id), set("status", "done", "done_on", day)))[0]
	}
	if r := tick(p, yesterday); r.Verdict == contract.Conflict || r.Verdict == contract.Refused {
		t.Fatalf("%+v", r)
	}
	if r := tick(q, today); r.Verdict == contract.Conflict || r.Verdict == contract.Refused {
		t.Errorf("%+v", r)
	}
	if r := stored(t, s.App, "pathway_steps", step.Id); r.GetString("status") != "done" || r.GetString("done_by") != demo.Practitioner.ID || r.GetString("done_on") != yesterday {
		t.Errorf("%v", r.FieldsData())
	}
	if n, err := s.App.CountRecords("pathway_events", dbx.HashExp{"pathway": path, "kind": "step.done"}); n != 2 || err != nil {
		t.Errorf("%d ticks (%v)", n, err)
	}
}
