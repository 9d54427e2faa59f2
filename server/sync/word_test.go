package sync

import (
	"strings"
	"testing"

	"holdfast/server/demo"
)

// What is not theirs to say a phone's event does not make so: it stays on the record as
// attempted, with a sentence that says who can.
func TestAPhonesOwnWordDecidesNothing(t *testing.T) {
	s := fellmoor(t)
	worker, manager, school := newPhone(t, s, demo.Practitioner), newPhone(t, s, demo.Manager), newPhone(t, s, demo.School)
	pathway := worker.opens()
	for _, c := range []struct {
		who  *phone
		kind string
		day  int
		data map[string]any
		why  string // what is said of it; nothing where it counts
	}{
		{worker, "referral.sent", 5, map[string]any{"reason": "Often hungry.", "to_agency": demo.Agencies[4].ID}, ""},
		{worker, "referral.accepted", 6, map[string]any{"decided_by": "me"}, "Give the first and last name of who at social care decided this"},
		{worker, "referral.accepted", 6, map[string]any{"decided_by": demo.Practitioner.Name}, "Give the first and last name of who at social care decided this"},
		{school, "referral.accepted", 6, map[string]any{"decided_by": "Margaret Hall"}, "is recorded by those who decided it, or by those who referred: ask Fellmoor Early Help to record it"},
		{worker, "referral.accepted", 7, map[string]any{"decided_by": "Margaret Hall"}, ""},
		{manager, "threshold.decided", 8, map[string]any{"decision": "child_protection", "decided_by": "me"}, ""},
		{school, "threshold.decided", 9, map[string]any{"decision": "not_met", "decided_by": "Margaret Hall"}, "The threshold was decided to be child protection by Fellmoor Early Help"},
		{manager, "threshold.decided", 9, map[string]any{"decision": "not_met", "decided_by": "Margaret"}, "Give the first and last name of who decided"},
		{manager, "pathway.cancelled", 10, map[string]any{"reason": "The clinic meant the family next door."}, "a pathway is not cancelled over that"},
		{worker, "new_area.accepted", 11, map[string]any{"accepted_by": "?"}, "Give the first and last name of who in the new area"},
		{worker, "lead.changed", 11, map[string]any{"lead": demo.Practitioner.Name}, "Change who leads on the case itself"},
	} {
		r := c.who.does(pathway, c.kind, c.day, c.data)
		if counts := r.GetString("verdict") != "attempted"; counts != (c.why == "") || !strings.Contains(r.GetString("reasons"), c.why) {
			t.Errorf("%s %v: %s %s", c.kind, c.data, r.GetString("verdict"), r.GetString("reasons"))
		}
		if c.kind == "referral.accepted" && c.why == "" && !strings.Contains(r.GetString("reasons"), "Recorded by "+demo.Practitioner.Name+" on the word of Margaret Hall.") {
			t.Errorf("on whose word? %s", r.GetString("reasons"))
		}
	}
}
