package collections

import "github.com/pocketbase/pocketbase/core"

// Roles a person can hold (domain 1.0). A role alone opens no case.
var Roles = []string{"practitioner", "manager", "champion", "coordinator", "agency_lead", "analyst", "dpo", "safeguarding_lead"}

// users are the accounts of workers. Who sees whom: people of one agency. An account
// that its owner gave a second factor signs in with a code by mail after the password.
func users() *Noun {
	return &Noun{
		Name: "users",
		Auth: true,
		Fields: fields(
			must(text("name")), one("agency", "agencies"), choices("roles", Roles...),
			maybe("manager", "users"), text("job_title"), flag("active"),
			&core.BoolField{Name: "second_factor", Hidden: true}, // whose account lacks it is nobody else's to know
		),
		Indexes: []Index{{On: "agency"}, {On: "manager"}},
		Rules: Rules{
			Read:   and(sameAgency),
			Update: and(`id = @request.auth.id`),
			Auth:   `active = true`,
			Second: `second_factor = true`,
		},
		Kept:   []string{"name", "job_title"},
		Server: []string{"agency", "roles", "manager", "active", "second_factor"},
		Sync:   &Sync{Scope: `'agency:' || {r}.agency`, Since: 1},
	}
}
