package collections

import "github.com/pocketbase/pocketbase/core"

// risk_alarms are how far the telling of an immediate risk has come, whatever keeps the
// risk itself back: how many were told, how wide the circle is by now, and when they are
// told again because nobody has answered.
func riskAlarms() *Noun {
	return &Noun{
		Name:     "risk_alarms",
		Untold:   "the risk is told by the event that raised it",
		ByServer: true,
		Fields: fields(
			must(text("risk")), maybe("case", "cases"), maybe("pathway", "pathways"), maybe("author", "users"), requiredMoment("raised_at", Happened),
			number("circles"), number("times"), number("told"), moment("next_at", Planned), moment("ended_at", Happened), text("ended_by"),
		),
		Indexes:   []Index{{Unique: true, On: "risk"}, {On: "ended_at, next_at"}},
		CaseField: "case",
		Fixed:     []string{"risk"},
	}
}

// risk_policies say who has the duty across the area, after how many minutes an immediate
// risk that nobody has answered is told again and more widely, and after how many times it
// is said that nobody answers. The latest holds; without one, the house's own
// (risk.RiskPolicyOf). Texts cost money and go through another company: they are sent
// where the area says so. The operator decides.
func riskPolicies() *Noun {
	return &Noun{
		Name: "risk_policies",
		Fields: fields(
			&core.RelationField{Name: "duty", CollectionId: ID("users"), MaxSelect: 20},
			between("again_after", 1, 24*60), between("times", 1, 48), flag("text"),
			must(note("reason")),
		),
		AppendOnly: true,
	}
}

// push_subscriptions are the browsers and phones to which a person has themselves rung by
// web push (RFC 8030): where, and the keys that the words are sealed with; whether they are
// rung for what they are asked too, and in which hours of the day not. They hold nothing
// else of the person, and are theirs alone; who chooses anew subscribes anew.
func pushSubscriptions() *Noun {
	mine := and(`user = @request.auth.id`)
	return &Noun{
		Name: "push_subscriptions",
		Fields: fields(
			maybe("user", "users"), pattern(must(&core.TextField{Name: "endpoint", Max: 2000}), `^https://`),
			pattern(must(text("p256dh")), `^[A-Za-z0-9_=-]{80,100}$`), pattern(must(text("auth")), `^[A-Za-z0-9_=-]{20,40}$`),
			maybe("device", "devices"), flag("asked"), pattern(text("quiet_from"), clockTime), pattern(text("quiet_until"), clockTime),
		),
		Indexes: []Index{{Unique: true, On: "endpoint"}, {On: "`user`"}},
		Rules:   Rules{Read: mine, Create: SignedIn, Delete: mine},
		Fixed:   []string{"user", "endpoint", "p256dh", "auth", "device", "asked", "quiet_from", "quiet_until"},
		Server:  []string{"user"},
	}
}

// clockTime is a time of day, where the families live.
const clockTime = `^([01][0-9]|2[0-3]):[0-5][0-9]$`

// between is a number that must be given, within bounds.
func between(name string, least, most float64) *core.NumberField {
	return &core.NumberField{Name: name, OnlyInt: true, Required: true, Min: &least, Max: &most}
}
