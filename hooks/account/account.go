package account

import (
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
)

// Account is what a lead says of a person of their agency.
type Account struct {
	Name, JobTitle, Manager string
	Roles                   []string // of GivenByLead; the others stay as they are
	Active                  bool
}

// ChangeAccount lets an agency's lead change a person's account, and holds what a lead
// may not: people of other agencies, roles beyond the agency, and their own rights.
func ChangeAccount(tx core.App, user *core.Record, a Account) error {
	lead := kernel.ActorOf(tx).Person()
	if lead == nil || !kernel.Holds(lead, collections.AgencyLead) || lead.GetString("agency") != user.GetString("agency") {
		return kernel.Wrong("id", "not_allowed", "Only the lead of their agency changes somebody's account.")
	}
	had := user.GetStringSlice("roles")
	roles := slices.DeleteFunc(slices.Clone(had), func(r string) bool { return slices.Contains(kernel.GivenByLead, r) })
	for _, r := range a.Roles {
		if !slices.Contains(kernel.GivenByLead, r) {
			return kernel.Wrong("roles", "not_yours_to_give", "You cannot give this role; ask the operator.")
		}
		if !slices.Contains(roles, r) {
			roles = append(roles, r)
		}
	}
	var rights []string // what changes of what the person may do
	if !sameMembers(had, roles) {
		rights = append(rights, "roles")
	}
	if user.GetBool("active") != a.Active {
		rights = append(rights, "active")
	}
	if user.GetString("manager") != a.Manager {
		rights = append(rights, "manager")
	}
	if len(rights) > 0 && !user.IsNew() {
		if user.Id == lead.Id {
			return kernel.Wrong(rights[0], "own", "You cannot change this of your own account; ask another lead or the operator.")
		}
		if kernel.ReachesBeyond(user) {
			return kernel.Wrong(rights[0], "beyond", "This person works beyond your agency; ask the operator.")
		}
	}
	if a.Active && !user.GetDateTime("invited_until").IsZero() {
		return kernel.Wrong("active", "invited", "The account is in use as soon as the person has chosen a password by their invitation.")
	}
	if err := managerFits(tx, user, a); err != nil {
		return err
	}
	user.Load(map[string]any{"name": strings.TrimSpace(a.Name), "job_title": a.JobTitle, "manager": a.Manager, "active": a.Active})
	if slices.Contains(rights, "roles") || user.IsNew() {
		user.Set("roles", roles)
	}
	return tx.Save(kernel.AsServer(user))
}

// managerFits: somebody else, of the same agency, active, who manages.
func managerFits(app core.App, user *core.Record, a Account) error {
	if a.Manager == "" || a.Manager == user.GetString("manager") {
		return nil
	}
	m, err := app.FindRecordById("users", a.Manager)
	if err != nil || a.Manager == user.Id || m.GetString("agency") != user.GetString("agency") || !m.GetBool("active") || !kernel.Holds(m, collections.Manager) {
		return kernel.Wrong("manager", "not_a_manager", "Choose an active manager of the same agency, other than the person.")
	}
	return nil
}

// ChangeAgency lets an agency's lead change how it is reached and how many work there.
func ChangeAgency(tx core.App, agency *core.Record, to map[string]any) error {
	if err := LeadsAgency(tx, agency); err != nil {
		return err
	}
	for _, field := range []string{"phone", "locality", "headcount", "address", "return_address"} {
		agency.Set(field, to[field])
	}
	return tx.Save(agency)
}

// LeadsAgency refuses whoever is not the agency's lead.
func LeadsAgency(tx core.App, agency *core.Record) error {
	lead := kernel.ActorOf(tx).Person()
	if lead == nil || !kernel.Holds(lead, collections.AgencyLead) || lead.GetString("agency") != agency.Id {
		return kernel.Wrong("id", "not_allowed", "Only the lead of an agency changes it.")
	}
	return nil
}

// LeaveCases ends the memberships of somebody whose account is switched off: it would
// open nothing by itself any more, and must not when it is switched on again.
func LeaveCases(e *core.RecordEvent) error {
	left := e.Record.Original().GetBool("active") && !e.Record.GetBool("active")
	if err := e.Next(); err != nil || !left {
		return err
	}
	rows, err := e.App.FindRecordsByFilter("case_members", "user = {:u} && (until = '' || until > {:t})", "", 0, 0, dbx.Params{"u": e.Record.Id, "t": kernel.Now().String()})
	if err != nil {
		return err
	}
	for _, r := range rows {
		r.Set("until", kernel.Now())
		if err := e.App.Save(kernel.AsServer(r)); err != nil {
			return err
		}
	}
	return nil
}

func sameMembers(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}
