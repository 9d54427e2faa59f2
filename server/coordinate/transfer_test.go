package coordinate

import (
	"net/url"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// One manager asks, another reads what is handed over and answers, in the office's pages.
func TestAManagerAsksAndAnotherTakesTheLead(t *testing.T) {
	d := openDesk(t)
	d.give(demo.School, map[string]any{"roles": []string{"practitioner", "manager"}})
	b, school, outsider := d.as(demo.Manager), d.as(demo.School), d.as(demo.Outsider)
	wants(t, b.get("/coordinate/transfers"), 200, "Nobody is asked at present.", "FM-0001", "Harbour School", "Ask them")
	if a := outsider.get("/coordinate/transfers"); a.status != 403 {
		t.Errorf("somebody without a page here: %d", a.status)
	}
	seal := func(b *browser) string { return b.get("/coordinate").fields().Get("seal") }
	ask := url.Values{"case": {demo.CaseID(1)}, "to_agency": {demo.Agencies[1].ID}, "reason": {"They see both children <daily>."}, "handover_note": {""}, "seal": {seal(b)}}
	wants(t, b.post("/coordinate/transfers", ask), 422, "Enter what whoever takes over must know", "They see both children <daily>.")
	ask.Set("handover_note", "Tess answers texts, not calls.")
	foreign := url.Values{"case": {demo.CaseID(4)}, "to_agency": {demo.Agencies[1].ID}, "reason": {"r"}, "handover_note": {"n"}, "seal": {seal(school)}}
	wants(t, school.post("/coordinate/transfers", foreign), 422, "Choose a case that your agency leads")
	if a := b.post("/coordinate/transfers", ask); a.status != 303 {
		t.Fatal(a.status, a.body)
	}
	wants(t, b.get("/coordinate/transfers?done=ask"), 200, "They are asked", "Harbour School</bdi> is asked to lead", "Take it back")
	lacks(t, b.get("/coordinate/transfers"), "Who leads from now on?")
	tr, err := d.App.FindFirstRecordByFilter("transfers", "case = {:c}", dbx.Params{"c": demo.CaseID(1)})
	if err != nil {
		t.Fatal(err)
	}
	wants(t, school.get("/coordinate"), 200, "Cases that your agency is asked to lead", "1 to answer")
	wants(t, school.get("/coordinate/transfers"), 200, "your agency is asked to lead", "Tess answers texts", "Moira Ash", "To be answered by", "Who leads from now on?", demo.School.Name)
	if a := b.post("/coordinate/transfers/"+tr.Id+"/accept", url.Values{"seal": {seal(b)}}); a.status != 404 {
		t.Errorf("whoever asked accepted: %d", a.status)
	}
	wants(t, school.post("/coordinate/transfers/"+tr.Id+"/refuse", url.Values{"reason": {" "}, "seal": {seal(school)}}), 422, "Say why your agency does not take the case on")
	if a := school.post("/coordinate/transfers/"+tr.Id+"/accept", url.Values{"lead": {demo.School.ID}, "seal": {seal(school)}}); a.status != 303 {
		t.Fatal(a.status, a.body)
	}
	wants(t, school.get("/coordinate/transfers?done=accept"), 200, "Your agency leads this case from now on.", "Nobody is asked")
	c, err := d.App.FindRecordById("cases", demo.CaseID(1))
	if err != nil || c.GetString("lead_agency") != demo.Agencies[1].ID {
		t.Fatalf("%v %v", c.PublicExport(), err)
	}
	lacks(t, b.get("/coordinate/transfers"), ">FM-0001<") // theirs no longer to pass on
	if err := kernel.SettleAudit(d.App); err != nil {
		t.Fatal(err)
	}
	n, err := d.App.CountRecords("audit_log", dbx.HashExp{"verb": "read", "collection": "transfers", "actor": demo.School.ID})
	if err != nil || n == 0 {
		t.Errorf("%d readings on record, %v", n, err)
	}
}

// askAround leaves a transfer asked of the manager's agency, and one asked by it.
func (d *desk) askAround() {
	d.give(demo.School, map[string]any{"roles": []string{"practitioner", "manager"}})
	ask := func(who demo.Person, n int, to string) string {
		return d.write(who, "transfers", map[string]any{"case": demo.CaseID(n), "to_agency": to, "reason": "Words.", "handover_note": "Words.", "requested_at": types.NowDateTime()}).Id
	}
	ours, schools := demo.Agencies[0].ID, demo.Agencies[1].ID
	passed := ask(demo.Practitioner, 3, schools)
	d.write(demo.School, "transfer_answers", map[string]any{"case": demo.CaseID(3), "transfer": passed, "answer": "accepted", "occurred_at": types.NowDateTime()})
	ask(demo.School, 3, ours)
	ask(demo.Practitioner, 1, schools)
}
