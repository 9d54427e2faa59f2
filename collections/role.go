package collections

import "slices"

// Role is what a person may do at work (domain 1.0). None opens a case by itself. There is
// no role but those below: another part of the program names one of these, never a text.
type Role struct{ name string }

func (r Role) String() string { return r.name }

// In is a condition in SQL: a column of roles holds this one.
func (r Role) In(column string) string { return column + ` LIKE '%"` + r.name + `"%'` }

// Each is the same as one of PocketBase's filters over accounts.
func (r Role) Each() string { return `roles:each ?= '` + r.name + `'` }

var (
	Practitioner     = Role{"practitioner"}
	Manager          = Role{"manager"}
	Champion         = Role{"champion"}
	Coordinator      = Role{"coordinator"}
	AgencyLead       = Role{"agency_lead"}
	Analyst          = Role{"analyst"}
	DPO              = Role{"dpo"}
	SafeguardingLead = Role{"safeguarding_lead"}
)

// Giver is who gives a role and takes it away.
type Giver int

const (
	ByOperator Giver = iota // it reaches beyond the agency: nobody in the agency gives it, nor changes the rights of who has it
	ByLead                  // the lead of the person's agency
	ByScheme                // it follows from a registration in the champions' scheme
)

// roles has every role once. What a line does not say is denied: given by the operator
// alone, and no sign-in with a password alone.
var roles = []standing{
	{Role: Practitioner, Said: "Practitioner", Does: "works with families", Given: ByLead, PasswordAlone: true},
	{Role: Manager, Said: "Manager", Does: "of other people here", Given: ByLead},
	{Role: Champion, Said: "Champion", Does: "for neglect practice, in their agency", Given: ByScheme, PasswordAlone: true},
	{Role: Coordinator, Said: "Coordinator", Does: "runs the champions' scheme"},
	{Role: AgencyLead, Said: "Agency lead", Does: "sees to these pages", Given: ByLead},
	{Role: Analyst, Said: "Analyst", Does: "counts for the board", PasswordAlone: true},
	{Role: DPO, Said: "Data protection officer", Does: "answers for what is kept and who read it"},
	{Role: SafeguardingLead, Said: "Safeguarding lead", Does: "hears of every worry in their agency", PasswordAlone: true},
}

type standing struct {
	Role
	Said, Does    string // to people
	Given         Giver
	PasswordAlone bool // unless the area's policy on accounts says otherwise
}

// RoleNames are the names of all roles.
func RoleNames() (names []string) {
	for _, r := range roles {
		names = append(names, r.name)
	}
	return names
}

// RolesGiven are the names of the roles that somebody gives.
func RolesGiven(by Giver) (names []string) {
	for _, r := range roles {
		if r.Given == by {
			names = append(names, r.name)
		}
	}
	return names
}

// RolesOfTwoFactors are the names of the roles for which a password is not enough.
func RolesOfTwoFactors() (names []string) {
	for _, r := range roles {
		if !r.PasswordAlone {
			names = append(names, r.name)
		}
	}
	return names
}

// AnyOf reports whether one of some roles is among the names that a person has.
func AnyOf(held []string, any ...Role) bool {
	return slices.ContainsFunc(any, func(r Role) bool { return slices.Contains(held, r.name) })
}

// RoleSaid is a role's name as people read it, and in some words what it does.
func RoleSaid(name string) (said, does string) {
	for _, r := range roles {
		if r.name == name {
			return r.Said, r.Does
		}
	}
	return name, ""
}
