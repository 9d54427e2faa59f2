package engagement

import (
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
)

// sentBack are the kinds of work by whose withdrawal somebody says no to it, or lets the work
// with a family go on: that is heard in any words.
var sentBack = []string{"closure.proposed", "closure.approved", "risk_assessment.submitted", "risk_assessment.signed_off", "migration.proposed"}

// whyWithdrawn asks a sentence of whoever takes back what was recorded: whoever reads later
// that it counts nowhere has nothing else to go by.
func whyWithdrawn(e *core.RecordEvent) error {
	r := e.Record
	if r.GetString("kind") != "event.withdrawn" || kernel.IsServer(r) {
		return e.Next()
	}
	data := map[string]any{}
	_ = kernel.Decode(r, "data", &data) // the engine says what is wrong with it, and that a reason is missing
	why, _ := data["reason"].(string)
	if strings.TrimSpace(why) == "" || pathway.Substance(why) {
		return e.Next()
	}
	if old, err := e.App.FindRecordById("pathway_events", r.GetString("corrects")); err == nil && slices.Contains(sentBack, old.GetString("kind")) {
		return e.Next()
	}
	return kernel.Wrong("data", "too_short", pathway.TooShort)
}
