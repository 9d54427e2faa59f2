package hooks

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// Holds reports whether a person has one of the roles.
func Holds(person *core.Record, any ...collections.Role) bool {
	return collections.AnyOf(person.GetStringSlice("roles"), any...)
}

// reachesBeyond reports whether a person has a role that nobody in their agency gives.
func reachesBeyond(person *core.Record) bool {
	return slices.ContainsFunc(person.GetStringSlice("roles"), func(held string) bool {
		return !slices.Contains(GivenByLead, held) && !slices.Contains(givenByScheme, held)
	})
}

var givenByScheme = collections.RolesGiven(collections.ByScheme)
