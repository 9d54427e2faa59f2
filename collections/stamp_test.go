package collections

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"
)

// What people make says who made it: by its noun's Stamps, or by a rule of its own that
// this names. Whoever adds a noun decides.
func TestWhatPeopleMakeSaysWhoMadeIt(t *testing.T) {
	otherwise := map[string]string{
		"case_members":        "added_by, and whose account it is (hooks/casework/member.go)",
		"people":              "who wrote what is kept with each word (record_versions)",
		"pathway_templates":   "the pack's author (hooks/pack/pack.go)",
		"calendars":           "changed_by (hooks/pack/calendar.go)",
		"evidence_exceptions": "approved_by (hooks/evidence/evidence.go)",
		"evidence_holds":      "set_by (hooks/evidence/disposal.go)",
		"evidence_disposals":  "proposed_by (hooks/evidence/disposal.go)",
		"champion_policies":   "decided_by (hooks/scheme/champion_policy.go)",
		"coverage_targets":    "set_by (hooks/scheme/champion_policy.go)",
		"network_events":      "the coordinators', as the audit log says",
		"network_attendance":  "user, whose answer it is, and recorded_by (hooks/scheme/network.go)",
		"push_subscriptions":  "user, whose browser it is (hooks/tell/push.go)",
	}
	for _, n := range All() {
		s := n.Stamps
		_, told := otherwise[n.Name]
		switch {
		case n.Rules.Create != "" && s.Who == "" && !told:
			t.Errorf("%s is made by people and stamps nobody: name its Stamps, or the rule that says who", n.Name)
		case s.Who != "" && told:
			t.Errorf("%s stamps who made it, and is named here too", n.Name)
		}
		for field, of := range map[string]string{s.Who: "users", s.Agency: "agencies"} {
			if field == "" {
				continue
			}
			if f, ok := n.Collection().Fields.GetByName(field).(*core.RelationField); !ok || f.CollectionId != ID(of) || !n.Owns(field) {
				t.Errorf("%s stamps %s, which is not the server's own relation to %s", n.Name, field, of)
			}
		}
	}
}
