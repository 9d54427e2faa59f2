package collections

import "github.com/pocketbase/pocketbase/core"

// champion_registrations are workers who offer to be their agency's neglect
// practice champion (domain 4.2). Staff data, kept minimal; it opens no case.
func championRegistrations() *Noun {
	reason := must(long("reason"))
	reason.Max = 1000
	return &Noun{
		Name:   "champion_registrations",
		Stamps: Stamps{Who: "user", Agency: "agency", Status: "submitted"},
		Fields: fields(
			maybe("user", "users"), maybe("agency", "agencies"), text("name"), must(text("job_title")),
			&core.EmailField{Name: "work_email", Required: true}, text("work_phone"), text("locality"), reason,
			choices("target_groups", "1", "2", "3", "4", "5", "6", "7", "8"),
			must(text("manager_name")), &core.EmailField{Name: "manager_email", Required: true},
			flag("directory_consent"),
			optional(choice("status", "submitted", "awaiting_manager", "approved", "induction", "active",
				"on_leave", "lapsed", "renewed", "withdrawn", "declined")),
			maybe("decided_by", "users"), moment("decided_at", Happened), text("decision_note"),
			flag("lead"), moment("agreed_at", Happened), text("agreed_by"), day("active_since", Happened), day("valid_until", Planned), flag("renewal_asked"),
		),
		Indexes: []Index{
			{On: "`user`"}, {On: "agency, status"}, {On: "status, valid_until"},
			{Unique: true, On: "`user`, `agency`", Where: "status != 'withdrawn' AND status != 'declined' AND status != 'lapsed'"},
		},
		Rules: Rules{
			Read:   and(`(user = @request.auth.id || ` + role(Coordinator) + ` || (` + role(AgencyLead) + ` && ` + sameAgency + `))`),
			Create: SignedIn,
			Update: and(`user = @request.auth.id`),
		},
		// The status is the applicant's to change as far as the table of acts lets
		// them (hooks/champion); the hook holds every door to it.
		Server: []string{"user", "agency", "name", "decided_by", "decided_at", "decision_note",
			"lead", "agreed_at", "agreed_by", "active_since", "valid_until"},
		Sync: &Sync{Scope: scopeUser, Since: 1},
	}
}

// champions are the directory: those who are active and consented to be in it,
// on every phone.
func champions() *Noun {
	return &Noun{
		Name: "champions",
		Fields: fields(
			one("user", "users"), one("agency", "agencies"), must(text("name")), text("agency_name"),
			text("job_title"), text("work_email"), text("work_phone"), text("locality"), day("since", Happened),
		),
		Indexes: []Index{{Unique: true, On: "`user`"}, {On: "agency"}},
		Rules:   Rules{Read: SignedIn},
		Sync:    &Sync{Scope: scopeAll, Since: 1},
	}
}

// champion_history is every step of every registration, for good: what held on any
// past day is read from it. "at" is when the step took hold, "created" when it was
// written: a lapse is dated at its midnight even if the server was away then.
func championHistory() *Noun {
	return &Noun{
		Name:     "champion_history",
		ByServer: true,
		Fields: fields(
			one("registration", "champion_registrations"), one("user", "users"), one("agency", "agencies"),
			must(text("act")), text("was"), must(text("status")), flag("lead"), text("locality"),
			choices("target_groups", "1", "2", "3", "4", "5", "6", "7", "8"), day("valid_until", Planned),
			requiredMoment("at", Happened), must(text("by_kind")), maybe("by", "users"), text("by_name"), text("reason"),
		),
		Indexes:    []Index{{On: "registration, at"}, {On: "`user`"}, {On: "at"}},
		Rules:      Rules{Read: and(`(user = @request.auth.id || ` + role(Coordinator) + ` || (` + role(AgencyLead) + ` && ` + sameAgency + `))`)},
		AppendOnly: true,
		Sync:       &Sync{Scope: scopeUser, Since: 1},
	}
}

// manager_links are the single-use links by which line managers agree. Of the token
// only its hash is here; the row keeps what was answered, by whom and when.
func managerLinks() *Noun {
	return &Noun{
		Name:     "manager_links",
		ByServer: true,
		Fields: fields(
			one("registration", "champion_registrations"), choice("purpose", "agreement", "renewal"),
			must(text("token_hash")), &core.EmailField{Name: "email", Required: true},
			requiredMoment("expires_at", Planned), moment("void_at", Happened), moment("answered_at", Happened),
			optional(choice("answer", "agreed", "refused")), text("answered_by"), text("reason"), number("hours"),
		),
		Indexes: []Index{{Unique: true, On: "token_hash"}, {On: "registration"}},
		Fixed:   []string{"registration", "purpose", "token_hash", "email", "expires_at"},
	}
}

// champion_policies are what an area decided about its scheme, each from a day on;
// of those that have begun the latest holds, and of two for one day the one written
// last. Kept for ever, so that what was counted under one can be counted again. On
// every phone: a champion sees there when to confirm and how long a link works.
func championPolicies() *Noun {
	return &Noun{
		Name: "champion_policies",
		Fields: fields(
			day("from", Planned), number("valid_months"), body("remind_days"), number("link_days"),
			number("staff_per_champion"), number("lead_from"), number("missed_meetings"), number("first_meeting_months"), body("group_targets"),
			note("reason"), maybe("decided_by", "users"),
		),
		Indexes:    []Index{{On: "`from`"}},
		Rules:      Rules{Read: SignedIn, Create: and(role(Coordinator))},
		AppendOnly: true,
		Server:     []string{"decided_by"},
		Sync:       &Sync{Scope: scopeAll, Since: 1},
	}
}

// coverage_targets are how many champions an agency should have, set by hand, each
// from a day on; without one the target follows from the number of staff. Kept for
// ever: a past day is counted by the target that held then.
func coverageTargets() *Noun {
	inScheme := and(`(` + role(Coordinator) + ` || (` + role(AgencyLead) + ` && ` + sameAgency + `))`)
	return &Noun{
		Name: "coverage_targets",
		Fields: fields(
			one("agency", "agencies"), must(day("from", Planned)), number("target"), text("reason"), maybe("set_by", "users"),
		),
		Indexes:    []Index{{On: "agency, `from`"}},
		Rules:      Rules{Read: inScheme, Create: and(role(Coordinator))},
		AppendOnly: true,
		Server:     []string{"set_by"},
	}
}
