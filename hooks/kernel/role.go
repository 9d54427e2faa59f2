package kernel

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// Holds reports whether a person has one of the roles.
func Holds(person *core.Record, any ...collections.Role) bool {
	return collections.AnyOf(person.GetStringSlice("roles"), any...)
}

// ReachesBeyond reports whether a person has a role that nobody in their agency gives.
func ReachesBeyond(person *core.Record) bool {
	return slices.ContainsFunc(person.GetStringSlice("roles"), func(held string) bool {
		return !slices.Contains(GivenByLead, held) && !slices.Contains(givenByScheme, held)
	})
}

var givenByScheme = collections.RolesGiven(collections.ByScheme)

// GivenByLead are the roles that an agency's lead gives and takes: none that reaches
// beyond the agency (domain 1.0). A champion becomes one by the scheme.
var GivenByLead = collections.RolesGiven(collections.ByLead)
