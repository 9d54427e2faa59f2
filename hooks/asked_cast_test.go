package hooks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// The two agencies that the cast has nobody of.
var (
	socialWorker  = demo.Person{ID: demo.ID("user", 91), Account: "social-worker", Name: "Sorrel Vane", Agency: demo.Agencies[4].ID, Roles: []string{"practitioner"}, Manager: demo.ID("user", 92)}
	teamManager   = demo.Person{ID: demo.ID("user", 92), Account: "team-manager", Name: "Tamsin Oake", Agency: demo.Agencies[4].ID, Roles: []string{"practitioner", "manager"}}
	healthVisitor = demo.Person{ID: demo.ID("user", 93), Account: "health-visitor", Name: "Hester Lunn", Agency: demo.Agencies[5].ID, Roles: []string{"practitioner"}}
	schoolLead    = demo.Person{ID: demo.ID("user", 94), Account: "school-lead", Name: "Selwyn Barr", Agency: demo.Agencies[1].ID, Roles: []string{"agency_lead"}}
)

// partnership is an office with four agencies around one family: early help, which leads,
// the school, children's services and the health visitor.
func openPartnership(t *testing.T) (d *office, family string) {
	return openPartnershipOn(t, demo.CaseID(8))
}

func openPartnershipOn(t *testing.T, family string) (*office, string) {
	d := openOffice(t)
	for _, p := range []demo.Person{teamManager, socialWorker, healthVisitor, schoolLead} {
		d.hires(p)
	}
	for _, p := range []demo.Person{demo.School, socialWorker, healthVisitor} {
		if n, err := d.CountRecords("case_members", dbx.HashExp{"case": family, "user": p.ID, "active": true}); err != nil || n > 0 {
			continue
		}
		d.joins(p, family, "member")
	}
	return d, family
}

func (d *office) hires(p demo.Person) {
	d.t.Helper()
	u := core.NewRecord(must(d.FindCachedCollectionByNameOrId("users")))
	u.Load(map[string]any{"id": p.ID, "email": p.Email(), "name": p.Name, "agency": p.Agency, "roles": p.Roles, "manager": p.Manager, "active": true, "verified": true})
	u.SetRandomPassword()
	if err := d.Save(kernel.AsServer(u)); err != nil {
		d.t.Fatal(err)
	}
}

// list is what waits for somebody: kind, and by when.
func (d *office) list(p demo.Person) []string {
	d.t.Helper()
	var out []string
	for _, r := range d.requests(p) {
		if r.GetString("standing") == "waiting" {
			out = append(out, strings.TrimSpace(r.GetString("kind")+" "+r.GetString("due_on")))
		}
	}
	slices.Sort(out)
	return out
}

func (d *office) requests(p demo.Person) []*core.Record {
	d.t.Helper()
	return must(d.FindRecordsByFilter("requests", "user = {:u}", "@rowid", 0, 0, dbx.Params{"u": p.ID}))
}

// kinds are those of a person's list, each once for each time it stands there.
func (d *office) kinds(p demo.Person) string {
	d.t.Helper()
	var out []string
	for _, line := range d.list(p) {
		kind, _, _ := strings.Cut(line, " ")
		out = append(out, kind)
	}
	return strings.Join(out, " ")
}

// became are all that was ever asked of a person of one kind, and what became of it.
func (d *office) became(p demo.Person, kind string) []string {
	d.t.Helper()
	var out []string
	for _, r := range d.requests(p) {
		if r.GetString("kind") == kind {
			out = append(out, strings.TrimSpace(fmt.Sprint(r.GetString("standing"), " ", r.GetString("moot_because"))))
		}
	}
	return out
}

// waits says what must be on each person's list, and on nobody else's.
func (d *office) waits(when string, want map[string]string) {
	d.t.Helper()
	for _, p := range []demo.Person{demo.Practitioner, demo.Colleague, demo.Manager, demo.School, schoolLead, socialWorker, teamManager, healthVisitor, demo.Outsider, demo.Coordinator, demo.DPO} {
		if got := d.kinds(p); got != want[p.Account] {
			d.t.Errorf("%s: on the list of %s: %q, want %q", when, p.Account, got, want[p.Account])
		}
	}
}

func (d *office) writes(c string, p demo.Person, noun, id string, values map[string]any) *core.Record {
	d.t.Helper()
	if id == "" {
		values["case"] = c
	}
	return d.does(&p, noun, id, values)
}

func later(days int) string { return clockAt(days, 12).Format(time.DateOnly) }

func just() types.DateTime { return types.NowDateTime() }
