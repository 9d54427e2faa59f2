package hooks_test

import (
	"slices"
	"testing"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// deeds are all that only some do on a case.
var deeds = func() (all []kernel.Deed) {
	for d := kernel.CloseCase; d <= kernel.ExportEvidence; d++ {
		all = append(all, d)
	}
	return all
}()

// Who does what on a case that another agency may be on too: by their part in it, by their
// roles, and of which agency they are.
func TestWhoDoesWhatOnACase(t *testing.T) {
	d := openOffice(t)
	caseID := demo.CaseID(1)
	d.account(demo.School, "roles", []string{"practitioner", "manager", "safeguarding_lead"})
	by := func(p demo.Person) *core.Record { return must(d.FindRecordById("users", p.ID)) }
	may := func(person *core.Record) (out []kernel.Deed) {
		for _, deed := range deeds {
			if must(kernel.May(d.App, person, deed, caseID)) {
				out = append(out, deed)
			}
		}
		return out
	}
	all := deeds
	led := []kernel.Deed{kernel.ReopenCase, kernel.TakeBackTransfer, kernel.SecondDisposal, kernel.ExportEvidence}
	for _, c := range []struct {
		who    demo.Person
		part   collections.Part
		wanted []kernel.Deed
	}{
		{demo.Practitioner, collections.PartLead, led},
		{demo.Manager, collections.PartManager, all},
		{demo.School, collections.PartMember, nil}, // a manager elsewhere
		{demo.Outsider, collections.NoPart, nil},
		{demo.Coordinator, collections.NoPart, nil},
	} {
		if part := must(kernel.PartIn(d.App, caseID, c.who.ID)); part != c.part {
			t.Errorf("%s is %q", c.who.Name, part)
		}
		if got := may(by(c.who)); !slices.Equal(got, c.wanted) {
			t.Errorf("%s may %v, want %v", c.who.Name, got, c.wanted)
		}
	}
}

// A role that was added, and a deed that no line allows, are denied.
func TestWhatNobodyWroteDownIsDenied(t *testing.T) {
	d := openOffice(t)
	caseID := demo.CaseID(1)
	person := must(d.FindRecordById("users", demo.Coordinator.ID))
	person.Set("agency", must(d.FindRecordById("cases", caseID)).GetString("lead_agency"))
	for _, role := range collections.RoleNames() {
		person.SetRaw("roles", types.JSONArray[string]{role})
		restricts := role == collections.Manager.String() || role == collections.SafeguardingLead.String()
		for _, deed := range deeds {
			if may := must(kernel.May(d.App, person, deed, caseID)); may != (restricts && deed == kernel.RestrictCase) {
				t.Errorf("somebody off the case who is %s: deed %d: %v", role, deed, may)
			}
		}
	}
	manager := must(d.FindRecordById("users", demo.Manager.ID))
	if must(kernel.May(d.App, manager, kernel.ExportEvidence+1, caseID)) || must(kernel.May(d.App, manager, 0, caseID)) {
		t.Error("a deed of which no line says who does it is done")
	}
}
