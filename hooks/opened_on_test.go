package hooks_test

import (
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/server/demo"
)

// A day typed anew does not make the tries at a family none, nor the pathway begin before it.
func TestACaseWasNotOpenedAfterWhatWasDoneOnIt(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	d.does(&demo.Practitioner, "contact_attempts", "", map[string]any{"case": c, "method": "visit_announced", "outcome": "not_home", "occurred_at": types.NowDateTime().Add(-72 * time.Hour)})
	_, err := d.by(&demo.Practitioner, "cases", c, map[string]any{"opened_on": time.Now().Format(time.DateOnly)})
	d.refused("opened today", err, "opened_on", "too_late")
	was := must(d.FindRecordById("cases", c)).GetString("opened_on")
	before, _ := time.Parse(time.DateOnly, was)
	d.does(&demo.Practitioner, "cases", c, map[string]any{"opened_on": before.AddDate(0, 0, -9).Format(time.DateOnly)})
}

// A baby of two months agrees to nothing, on a pathway either.
func TestABabyAgreesToNothingOnAPathway(t *testing.T) {
	d := openOffice(t)
	p := d.opens(demo.Practitioner, demo.CaseID(1), 72*time.Hour)
	baby := d.does(&demo.Practitioner, "people", "", map[string]any{"case": demo.CaseID(1), "kind": "child", "name": "Baby Marlowe", "date_of_birth": time.Now().AddDate(0, -2, 0).Format(time.DateOnly)})
	for _, kind := range []string{"consent.given", "plan.agreed"} {
		_, err := d.by(&demo.Practitioner, "pathway_events", "", map[string]any{"case": demo.CaseID(1), "pathway": p.Id, "kind": kind, "occurred_at": types.NowDateTime(), "data": map[string]any{"person": baby.Id, "agreement": "verbal"}})
		d.refused(kind+" by a baby", err, "data", "cannot_consent")
	}
}
