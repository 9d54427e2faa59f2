package collections

// Roles a person can hold (domain 1.0). A role alone opens no case.
var Roles = []string{"practitioner", "manager", "champion", "coordinator", "agency_lead", "analyst", "dpo", "safeguarding_lead"}

// users are the accounts of workers. Who sees whom: people of one agency.
func users() *Noun {
	return &Noun{
		Name: "users",
		Auth: true,
		Fields: fields(
			must(text("name")), one("agency", "agencies"), choices("roles", Roles...),
			maybe("manager", "users"), text("job_title"), flag("active"),
		),
		Indexes: []Index{{On: "agency"}, {On: "manager"}},
		Rules: Rules{
			Read:   and(sameAgency),
			Update: and(`id = @request.auth.id`),
			Auth:   `active = true`,
		},
		Server: []string{"agency", "roles", "manager", "active"},
		Sync:   &Sync{Scope: `'agency:' || {r}.agency`, Since: 1},
	}
}
