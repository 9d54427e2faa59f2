package collections

import "github.com/pocketbase/pocketbase/core"

// ownOrScheme opens a worker's own record to them, to the coordinators and to the
// lead of the agency that it was made in.
func ownOrScheme() string {
	return and(`(user = @request.auth.id || ` + role(Coordinator) + ` || (` + role(AgencyLead) + ` && ` + sameAgency + `))`)
}

// network_events are what brings the champions together: meetings, workshops,
// surgeries, audit days (domain 4.2). Everybody may see what is on.
func networkEvents() *Noun {
	return &Noun{
		Name: "network_events",
		Fields: fields(
			must(text("title")), choice("kind", "meeting", "workshop", "surgery", "audit_day"), requiredMoment("starts_at", Arranged),
			number("minutes"), text("place"), number("capacity"), long("description"),
			choice("status", "planned", "held", "cancelled"),
		),
		Indexes: []Index{{On: "starts_at"}},
		Rules:   Rules{Read: SignedIn, Create: and(role(Coordinator)), Update: and(role(Coordinator))},
		Sync:    &Sync{Scope: scopeAll, Since: 1},
	}
}

// network_attendance is who comes and who came to an event; a champion records it
// for themselves with no signal, a coordinator for anybody.
func networkAttendance() *Noun {
	mine := and(`(user = @request.auth.id || ` + role(Coordinator) + `)`)
	return &Noun{
		Name: "network_attendance",
		Fields: fields(
			one("event", "network_events"), one("user", "users"), maybe("agency", "agencies"), text("name"),
			choice("answer", "coming", "attended", "apologies", "missed"), text("note"), maybe("recorded_by", "users"),
		),
		Indexes: []Index{{Unique: true, On: "event, `user`"}, {On: "`user`"}},
		Rules:   Rules{Read: ownOrScheme(), Create: mine, Update: mine},
		Fixed:   []string{"event", "user"},
		Server:  []string{"agency", "name", "recorded_by"},
		Sync:    &Sync{Scope: scopeUser, Since: 1},
	}
}

// cascade_log is what a champion passed on in their agency, and to how many.
func cascadeLog() *Noun {
	return &Noun{
		Name:   "cascade_log",
		Stamps: Stamps{Who: "user", Agency: "agency"},
		Fields: fields(
			maybe("user", "users"), maybe("agency", "agencies"), must(day("on", Happened)), must(text("audience")), number("people"),
			must(text("topic")), maybe("resource", "resources"), number("resource_version"), note("feedback"),
		),
		Indexes: []Index{{On: "`user`"}, {On: "`on`"}},
		Rules:   Rules{Read: ownOrScheme(), Create: SignedIn, Update: and(`user = @request.auth.id`)},
		Fixed:   []string{"user", "agency"},
		Server:  []string{"user", "agency", "resource_version"},
		Sync:    &Sync{Scope: scopeUser, Since: 1},
	}
}

// surgery_sessions are when a champion advised colleagues: what about and what was
// advised, by tags. Nothing of a child enters; the hook refuses what looks like it.
func surgerySessions() *Noun {
	return &Noun{
		Name:   "surgery_sessions",
		Stamps: Stamps{Who: "user", Agency: "agency"},
		Fields: fields(
			maybe("user", "users"), maybe("agency", "agencies"), must(day("on", Happened)), number("minutes"), number("people"),
			choices("questions", "recognising", "thresholds", "engagement", "assessment_tool", "recording", "voice_of_child", "escalation", "other"),
			choices("advice", "talk_to_safeguarding_lead", "use_assessment_tool", "multi_agency_meeting", "record_more", "refer", "escalate", "training", "other"),
			note("note"),
		),
		Indexes: []Index{{On: "`user`"}, {On: "`on`"}},
		Rules:   Rules{Read: ownOrScheme(), Create: SignedIn, Update: and(`user = @request.auth.id`)},
		Fixed:   []string{"user", "agency"},
		Server:  []string{"user", "agency"},
		Sync:    &Sync{Scope: scopeUser, Since: 1},
	}
}

// good_practice are what went well and may help others: the author's own until a
// coordinator has read and shared it; then on every phone.
func goodPractice() *Noun {
	body := must(long("body"))
	body.Max = 4000
	return &Noun{
		Name:   "good_practice",
		Stamps: Stamps{Who: "user", Agency: "agency"},
		Fields: fields(
			maybe("user", "users"), maybe("agency", "agencies"), text("agency_name"), must(text("title")), body,
			choices("topics", "recognising", "engagement", "assessment", "voice_of_child", "working_together", "recording", "other"),
			optional(choice("status", "draft", "submitted", "shared", "declined", "withdrawn")),
			maybe("moderated_by", "users"), moment("moderated_at", Happened), text("moderation_note"),
		),
		Indexes: []Index{{On: "`user`"}, {On: "status"}},
		Rules: Rules{
			Read:   and(`(status = 'shared' || user = @request.auth.id || (` + role(Coordinator) + ` && status != 'draft'))`),
			Create: SignedIn,
			Update: and(`(user = @request.auth.id || (` + role(Coordinator) + ` && status != 'draft'))`),
		},
		Fixed:  []string{"user", "agency"},
		Server: []string{"user", "agency", "agency_name", "moderated_by", "moderated_at", "moderation_note"},
		Sync:   &Sync{Scope: `CASE WHEN {r}.status = 'shared' THEN 'all' ELSE 'user:' || {r}."user" END`, Since: 1},
	}
}

// note is a short text beside tags.
func note(name string) *core.TextField { return &core.TextField{Name: name, Max: 500} }
