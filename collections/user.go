package collections

import "github.com/pocketbase/pocketbase/core"

// Aside ends the address of an account that shared another's but for capitals. No mail
// ever goes there (RFC 2606).
const Aside = "@set-aside.invalid"

// users are the accounts of workers. Who sees whom: people of one agency. second_factor
// says that the password is not enough: the account has a second factor or needs one.
// The hooks keep it; what the account has lies apart (hooks/factor).
func users() *Noun {
	return &Noun{
		Name: "users",
		Auth: true,
		Fields: fields(
			must(text("name")), one("agency", "agencies"), grows(choices("roles", RoleNames()...)),
			maybe("manager", "users"), text("job_title"), flag("active"),
			pattern(text("phone"), `^\+?[0-9][0-9 ]{4,24}$`),     // at work: where a person is rung up, and texted of an immediate risk
			&core.BoolField{Name: "second_factor", Hidden: true}, // whose account lacks it is nobody else's to know
			hidden(moment("invited_until", Planned)),             // somebody who has not yet chosen a password
			optional(choice("digest", "daily", "at_once")),       // how what waits for them is mailed; empty: daily
		),
		Indexes: []Index{{On: "agency"}, {On: "manager"}},
		Rules: Rules{
			Read:   and(sameAgency),
			Update: and(`id = @request.auth.id`),
			Auth:   `active = true`,
			Second: `second_factor = true`,
		},
		Kept:   []string{"name", "job_title"},
		Server: []string{"agency", "roles", "manager", "active", "second_factor", "invited_until"},
		Sync:   &Sync{Scope: `'agency:' || {r}.agency`, Since: 1},
	}
}
