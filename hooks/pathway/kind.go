package pathway

import "strings"

// ImmediateRisk is the kind that nothing refuses (G12).
const ImmediateRisk = "immediate_risk.raised"

// RiskResolved is the kind that says of one immediate risk that it is over.
const RiskResolved = "immediate_risk.resolved"

// Other kinds that this code, and not only a template, knows by name.
const (
	opened    = "pathway.opened"
	cancelled = "pathway.cancelled"
	withdrawn = "event.withdrawn"
	attempt   = "attempt.recorded"
	stepDone  = "step.done"
	dayRight  = "opening.corrected"

	closureConfirmed = "closure.confirmed"
	leadChanged      = "lead.changed"
)

// Kind is a kind of event and what its data may hold.
type Kind struct {
	Name    string
	Members []Member
}

// Member is one member of an event's data. Members not listed are kept, and ignored.
type Member struct {
	Name     string
	Form     string   // text, day, flag, ids, impact, days and names (objects), moves
	Required bool     // the event is only attempted without it
	OneOf    []string // for a text: the words it may be
}

// Kinds is every kind of event there is (domain 2.3), with the members of its data.
func Kinds() []Kind { return kinds }

var methods = []string{
	"phone", "text", "email", "letter", "card", "visit_announced", "visit_unannounced",
	"appointment", "joint_visit", "via_professional",
}

var outcomes = []string{
	"reached", "child_seen", "no_answer", "not_home", "refused_entry", "child_withheld", "not_brought",
	"cancelled_by_family", "cancelled_by_service", "wrong_contact", "message_left",
}

// closings are why a pathway may end.
var closings = []string{"needs_met", "single_agency", "statutory", "declined", "moved", "other"}

// barrierAreas are what a barriers check may look at (G3).
var barrierAreas = []string{
	"language", "literacy", "disability", "health", "work_pattern", "fear_or_abuse", "wrong_address",
	"transport", "trust", "other",
}

var kinds = []Kind{
	{opened, []Member{
		{Name: "trigger", Form: "text", OneOf: []string{
			"missed_contact", "no_access", "consent_refused", "consent_withdrawn", "partial_engagement", "not_brought", "other",
		}},
		{Name: "noticed_by", Form: "text"}, {Name: "noticed_on", Form: "day"},
	}},
	{attempt, []Member{
		{Name: "method", Form: "text", Required: true, OneOf: methods},
		{Name: "outcome", Form: "text", Required: true, OneOf: outcomes},
		{Name: "contact_confirmed", Form: "flag"}, {Name: "appointment", Form: "text"}, {Name: "children", Form: "ids"},
		{Name: "person", Form: "text"},
	}},
	{"appointment.missed", []Member{{Name: "appointment", Form: "text"}, {Name: "contact_confirmed", Form: "flag"}}},
	{"appointment.cancelled_by_family", []Member{{Name: "appointment", Form: "text"}, {Name: "reason", Form: "text"}}},
	{"appointment.cancelled_by_service", []Member{{Name: "appointment", Form: "text"}, {Name: "reason", Form: "text"}}},
	{"appointment.kept_child_seen", []Member{{Name: "appointment", Form: "text"}, {Name: "children", Form: "ids"}}},
	{"appointment.kept_child_not_seen", []Member{{Name: "appointment", Form: "text"}, {Name: "reason", Form: "text"}}},
	{"contact.checked", []Member{
		{Name: "against", Form: "text", Required: true, OneOf: []string{"referral", "agency_record", "family"}},
		{Name: "result", Form: "text", Required: true, OneOf: []string{"confirmed", "corrected", "not_found"}},
	}},
	{"barrier.checked", []Member{{Name: "areas", Form: "ids", Required: true, OneOf: barrierAreas}, {Name: "note", Form: "text"}}},
	{"barrier.identified", []Member{{Name: "area", Form: "text", Required: true, OneOf: barrierAreas}, {Name: "plan", Form: "text"}}},
	{"engagement.described", []Member{{Name: "pattern", Form: "text", Required: true, OneOf: []string{
		"ambivalent", "avoidant", "confrontational", "hostile", "partial", "superficial",
	}}, {Name: "seen", Form: "text"}}},
	{"engagement.reviewed", []Member{{Name: "finding", Form: "text", Required: true}, {Name: "continue", Form: "flag"}}},
	{"referrer.contacted", []Member{{Name: "result", Form: "text"}, {Name: "none_because", Form: "text"}}},
	{"approach.made", []Member{
		{Name: "with", Form: "text", Required: true, OneOf: []string{"referrer", "trusted_professional", "family_member", "none"}},
		{Name: "how", Form: "text"}, {Name: "result", Form: "text", Required: true},
	}},
	{"plan.agreed", []Member{
		{Name: "agreement", Form: "text", Required: true, OneOf: []string{"signed", "verbal", "declined_to_sign"}},
		{Name: "witnessed_by", Form: "text"}, {Name: "person", Form: "text"},
	}},
	{"consent.given", []Member{{Name: "person", Form: "text"}}},
	{"consent.refused", []Member{{Name: "reason", Form: "text"}, {Name: "person", Form: "text"}}},
	{"consent.withdrawn", []Member{{Name: "reason", Form: "text"}, {Name: "person", Form: "text"}}},
	{"consent.asked", []Member{{Name: "why", Form: "text", Required: true}, {Name: "offered", Form: "text"}, {Name: "person", Form: "text"}}},
	{"child.seen", []Member{
		{Name: "children", Form: "ids", Required: true}, {Name: "alone", Form: "flag"}, {Name: "seen_by", Form: "text"},
	}},
	{"letter.drafted", []Member{{Name: "letter_id", Form: "text", Required: true}, {Name: "letter", Form: "text", Required: true}}},
	{"letter.approved", []Member{{Name: "letter_id", Form: "text", Required: true}}},
	{"letter.rejected", []Member{{Name: "letter_id", Form: "text", Required: true}, {Name: "reason", Form: "text", Required: true}}},
	{"letter.issued", []Member{
		{Name: "letter_id", Form: "text", Required: true}, {Name: "letter", Form: "text", Required: true},
		{Name: "channel", Form: "text", Required: true, OneOf: []string{"posted", "hand_delivered", "handed_over", "email", "print_room"}},
		{Name: "safe_contact", Form: "flag"}, {Name: "merge_clean", Form: "flag"},
	}},
	{"letter.returned", []Member{{Name: "letter_id", Form: "text", Required: true}}},
	{"letter.reply_received", []Member{{Name: "letter_id", Form: "text"}}},
	{"risk_assessment.submitted", []Member{{Name: "impact", Form: "impact", Required: true}}},
	{"risk_assessment.signed_off", []Member{{Name: "comment", Form: "text"}}},
	{"meeting.scheduled", []Member{{Name: "meeting_on", Form: "day", Required: true}}},
	{"meeting.held", []Member{
		{Name: "decision", Form: "text", Required: true}, {Name: "family_views", Form: "text", Required: true}, {Name: "attended", Form: "ids"},
		{Name: "family_told", Form: "text", OneOf: []string{"yes", "no"}}, {Name: "not_told_because", Form: "text"},
	}},
	{"meeting.quorum_failed", []Member{{Name: "reason", Form: "text"}}},
	{"referral.sent", []Member{{Name: "reason", Form: "text"}, {Name: "to_agency", Form: "text"}}},
	{"referral.accepted", []Member{{Name: "decided_by", Form: "text", Required: true}}},
	{"referral.nfa", []Member{{Name: "decided_by", Form: "text", Required: true}, {Name: "reason", Form: "text"}}},
	{"dispute.opened", []Member{{Name: "about", Form: "text", Required: true}, {Name: "subject", Form: "text"}, {Name: "urgent", Form: "flag"}, {Name: "with_agency", Form: "text"}}},
	{"dispute.stage_up", []Member{{Name: "dispute", Form: "text"}}},
	{"dispute.resolved", []Member{{Name: "dispute", Form: "text"}, {Name: "outcome", Form: "text", Required: true}}},
	{"closure.proposed", []Member{
		{Name: "reason", Form: "text", Required: true, OneOf: closings}, {Name: "why", Form: "text"},
		{Name: "basis", Form: "text", OneOf: []string{"missed_count", "assessment", "meeting", "family_choice", "handover"}},
	}},
	{"closure.consulted", []Member{{Name: "answer", Form: "text"}}},
	{"closure.objected", []Member{{Name: "reason", Form: "text", Required: true}}},
	{"closure.approved", []Member{
		{Name: "checklist", Form: "days"}, {Name: "override_reason", Form: "text"}, {Name: "not_seen", Form: "text"},
	}},
	{closureConfirmed, []Member{{Name: "reason", Form: "text", Required: true}}},
	{"closure.rejected", []Member{{Name: "reason", Form: "text", Required: true}}},
	{"threshold.decided", []Member{
		{Name: "decision", Form: "text", Required: true, OneOf: []string{"not_met", "child_in_need", "child_protection"}},
		{Name: "decided_by", Form: "text", Required: true},
	}},
	{ImmediateRisk, []Member{{Name: "what", Form: "text"}, {Name: "again", Form: "text"}}},
	{RiskResolved, []Member{{Name: "how", Form: "text", Required: true}, {Name: "risk", Form: "text"}, {Name: "spoken_to", Form: "text"}}},
	{"family.moved", []Member{{Name: "to", Form: "text"}}},
	{"new_address.checked", []Member{{Name: "result", Form: "text", Required: true, OneOf: []string{"confirmed", "not_found"}}, {Name: "how", Form: "text"}}},
	{"new_area.told", []Member{
		{Name: "service", Form: "text", Required: true, OneOf: []string{"front_door", "health_visiting", "social_care", "school", "other"}},
		{Name: "told", Form: "text", Required: true},
	}},
	{"new_area.accepted", []Member{{Name: "accepted_by", Form: "text", Required: true}, {Name: "service", Form: "text"}}},
	{leadChanged, []Member{{Name: "lead", Form: "text"}, {Name: "lead_agency", Form: "text"}}},
	{"manager.told", nil},
	{"manager.discussed", []Member{{Name: "decision", Form: "text", Required: true}}},
	{"social_worker.told", []Member{{Name: "told", Form: "text"}, {Name: "spoken_to", Form: "text"}}},
	{"attempts.reset", []Member{{Name: "reason", Form: "text", Required: true}}},
	{moveProposed, []Member{
		{Name: "to", Form: "text", Required: true}, {Name: "to_version", Form: "text"}, {Name: "reason", Form: "text", Required: true},
		{Name: "states", Form: "names"},
	}},
	{moved, []Member{{Name: "proposal", Form: "text", Required: true}, {Name: "to_version", Form: "text"}}},
	{cancelled, []Member{{Name: "reason", Form: "text", Required: true}}},
	{"pathway.reopened", []Member{{Name: "new_pathway", Form: "text"}}},
	{withdrawn, []Member{{Name: "reason", Form: "text", Required: true}}},
	{stepDone, []Member{{Name: "step", Form: "text", Required: true}, {Name: "done_on", Form: "day"}, {Name: "comment", Form: "text"}}},
	{dayRight, []Member{{Name: "opened_on", Form: "day", Required: true}, {Name: "reason", Form: "text", Required: true}}},
	{calendarChanged, []Member{
		{Name: "calendar", Form: "text"}, {Name: "version", Form: "text"},
		{Name: "from_calendar", Form: "text"}, {Name: "from_version", Form: "text"}, {Name: "moved", Form: "moves"},
	}},
	{"timer.due_soon", []Member{{Name: "timer", Form: "text", Required: true}}},
	{"timer.overdue", []Member{{Name: "timer", Form: "text", Required: true}}},
	{"timer.stopped", []Member{{Name: "timer", Form: "text", Required: true}, {Name: "reason", Form: "text", Required: true}}},
	{"timer.restarted", []Member{{Name: "timer", Form: "text", Required: true}, {Name: "reason", Form: "text", Required: true}}},
}

// reading is all that the engine knows of a kind by name, found once for each event.
type reading struct {
	*Kind
	nth      int // its place among the kinds
	shapes   []shape
	fact     func(*ledger, *Event)
	course   func(*ledger, *Event)
	house    func(*ledger, *Event) string
	ofLetter bool // what it states is a letter's to state: that it was written, read, approved, sent, and what came of it
}

var kindNamed map[string]*reading

func init() {
	kindNamed = make(map[string]*reading, len(kinds))
	for i := range kinds {
		k := &kinds[i]
		r := &reading{Kind: k, nth: i, fact: facts[k.Name], course: courseFacts[k.Name], house: houseRules[k.Name], ofLetter: strings.HasPrefix(k.Name, "letter.")}
		for _, m := range k.Members {
			r.shapes = append(r.shapes, shapes[m.Form])
		}
		kindNamed[k.Name] = r
	}
}
