package collections

// pathway_templates are the engagement pathways an area uses: data, versioned,
// and unchangeable once published (domain 2.3). A template binds every agency of the
// partnership, so a coordinator of the board writes it, and another coordinator or
// the operator publishes it: a line manager approves within their team's cases, and
// nobody what they wrote themselves.
func pathwayTemplates() *Noun {
	return &Noun{
		Name: "pathway_templates",
		Fields: fields(
			pattern(must(text("key")), `^[a-z0-9-]+$`), must(text("title")), number("version"),
			choice("status", "draft", "published", "superseded", "withdrawn"),
			body("body"), text("hash"), maybe("derived_from", "pathway_templates"), text("change_note"),
			maybe("author", "users"), maybe("approved_by", "users"), moment("published_at", Happened),
		),
		Indexes: []Index{{Unique: true, On: "key, version"}},
		Rules: Rules{
			Read:   and(`(status != 'draft' || ` + role(Coordinator) + `)`),
			Create: and(role(Coordinator)), Update: and(role(Coordinator)), Delete: and(role(Coordinator), `status = 'draft'`),
		},
		Fixed:  []string{"key", "derived_from"},
		Server: []string{"version", "hash", "author", "approved_by", "published_at"},
		Sync:   &Sync{Scope: published, Since: 1},
	}
}

const published = `CASE WHEN {r}.status = 'draft' THEN NULL ELSE 'all' END`

// pathways are a template at work on one case; the instance pins its version, which
// only an approved pathway.migrated event changes: opened_with keeps the first. What may
// be done on it now (allowed), and what should run beside it (alongside), the server writes
// as it reads them from the events.
// cycles is how often working together again has lapsed; adults is how each adult stands to
// what was asked: one parent may agree and the other not.
func pathways() *Noun {
	return &Noun{
		Name:   "pathways",
		Untold: "its events are told",
		Stamps: Stamps{Who: "opened_by"},
		Fields: fields(
			one("case", "cases"), one("template", "pathway_templates"), requiredMoment("opened_at", Happened),
			text("trigger"), text("state"), flag("disputed"), flag("ended"), text("template_hash"),
			number("calendar_version"), maybe("opened_by", "users"),
			text("calendar"), maybe("opened_with", "pathway_templates"), body("allowed"), body("alongside"),
			number("cycles"), body("adults"),
		),
		Indexes:   []Index{{On: "`case`"}},
		Rules:     Rules{Read: and(member("case.")), Create: and(member("case."))},
		CaseField: "case",
		Fixed:     []string{"case", "template", "opened_at", "trigger"},
		Server:    []string{"state", "disputed", "ended", "template_hash", "calendar_version", "opened_by", "calendar", "opened_with", "allowed", "alongside", "cycles", "adults"},
		Sync:      &Sync{Scope: scopeCase, Since: 1},
	}
}

// pathway_steps are what the pathway asks for, as the server reads it from events and in
// no other way: that a worker ticks one becomes an event as it comes.
func pathwaySteps() *Noun {
	return &Noun{
		Name:     "pathway_steps",
		Untold:   "they follow from events, which are told",
		ByServer: true,
		Fields: fields(
			one("case", "cases"), one("pathway", "pathways"), must(text("code")), must(text("title")),
			choice("status", "open", "due_soon", "overdue", "done", "cancelled"),
			day("due_on", Planned), moment("due_at", Planned), day("done_on", Happened), maybe("done_by", "users"), long("comment"),
			number("position"), text("calendar"), number("calendar_version"), long("cancelled_because"),
		),
		Indexes:   []Index{{On: "`case`"}, {Unique: true, On: "pathway, code"}},
		Rules:     Rules{Read: and(member("case.")), Update: and(member("case."))},
		Fixed:     []string{"case", "pathway", "code"},
		Kept:      []string{"comment"}, // the rest is read from what happened
		CaseField: "case",
		Server:    []string{"title", "due_on", "due_at", "done_by", "position", "calendar", "calendar_version", "cancelled_because"},
		Sync: &Sync{
			Scope:  scopeCase,
			Policy: map[string]Policy{"status": Act, "done_on": Act, "comment": Append},
			Since:  1,
		},
	}
}

// pathway_events are what happened, in the order it happened. Append-only: a
// correction is a new event that points at the old one, and an event that a guard
// refuses stays on the record as attempted. One that another record of the case
// gives rise to (a meeting held, a referral sent) names it in arises_from.
func pathwayEvents() *Noun {
	return &Noun{
		Name:   "pathway_events",
		Stamps: Stamps{Who: "author", Agency: "agency"},
		Fields: fields(
			one("case", "cases"), one("pathway", "pathways"), pattern(must(text("kind")), `^[a-z_]+\.[a-z_]+$`),
			requiredMoment("occurred_at", Waits), moment("recorded_at", ByClock), body("data"), maybe("corrects", "pathway_events"),
			moment("received_at", Happened), maybe("author", "users"), maybe("agency", "agencies"), text("role"),
			text("verdict"), body("reasons"), text("arises_from"),
			number("told"), maybe("resolved_by", "pathway_events"), // of an immediate risk: how many were told, and what says that it is over
			text("received_verdict"), body("verdict_history"), // of a manager's decision; and of a verdict that turned
		),
		Indexes:    []Index{{On: "pathway, occurred_at"}, {On: "`case`"}, {On: "`case`, occurred_at"}, {On: "arises_from"}},
		Rules:      Rules{Read: and(member("case.")), Create: and(member("case."))},
		AppendOnly: true,
		CaseField:  "case",
		Server:     []string{"received_at", "author", "agency", "role", "verdict", "reasons", "arises_from", "told", "resolved_by", "received_verdict", "verdict_history"},
		Sync:       &Sync{Scope: scopeCase, Since: 1},
	}
}
