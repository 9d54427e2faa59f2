package collections

import "github.com/pocketbase/pocketbase/core"

// champion_registrations are workers who offer to be their agency's neglect
// practice champion (domain 4.2). Staff data, kept minimal; it opens no case.
func championRegistrations() *Noun {
	reason := must(long("reason"))
	reason.Max = 1000
	return &Noun{
		Name: "champion_registrations",
		Fields: fields(
			maybe("user", "users"), maybe("agency", "agencies"), text("name"), must(text("job_title")),
			&core.EmailField{Name: "work_email", Required: true}, text("work_phone"), text("locality"), reason,
			choices("target_groups", "1", "2", "3", "4", "5", "6", "7", "8"),
			must(text("manager_name")), &core.EmailField{Name: "manager_email", Required: true},
			flag("directory_consent"),
			optional(choice("status", "submitted", "awaiting_manager", "approved", "induction", "active",
				"on_leave", "lapsed", "renewed", "withdrawn", "declined")),
			maybe("decided_by", "users"), moment("decided_at"), text("decision_note"),
		),
		Indexes: []Index{
			{On: "`user`"}, {On: "agency, status"},
			{Unique: true, On: "`user`, `agency`", Where: "status != 'withdrawn' AND status != 'declined' AND status != 'lapsed'"},
		},
		Rules: Rules{
			Read:   and(`(user = @request.auth.id || ` + role("coordinator") + ` || (` + role("agency_lead") + ` && ` + sameAgency + `))`),
			Create: SignedIn,
			Update: and(`user = @request.auth.id`),
		},
		Server: []string{"user", "agency", "name", "status", "decided_by", "decided_at", "decision_note"},
		Sync:   &Sync{Scope: scopeUser, Since: 1},
	}
}

// champions are the directory: those who are active and consented to be in it,
// on every phone.
func champions() *Noun {
	return &Noun{
		Name: "champions",
		Fields: fields(
			one("user", "users"), one("agency", "agencies"), must(text("name")), text("agency_name"),
			text("job_title"), text("work_email"), text("work_phone"), text("locality"), day("since"),
		),
		Indexes: []Index{{Unique: true, On: "`user`"}, {On: "agency"}},
		Rules:   Rules{Read: SignedIn},
		Sync:    &Sync{Scope: scopeAll, Since: 1},
	}
}
