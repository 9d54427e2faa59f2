package chronology

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"holdfast/collections"
	"holdfast/hooks/clock"
	"holdfast/hooks/engagement"
	"holdfast/hooks/pathway"
)

// sources are all that a chronology is made of. Their order decides between rows
// of one instant, and is part of a reader's place: add new ones at the end.
var sources = []source{
	{
		kind: "entry", noun: "chronology_entries", key: `"from"`, until: "until", said: "source", impact: "impact", action: "action_taken",
		agency: "agency", children: "children", tags: "tags", voice: voiceOf(engagement.VoiceEntry), a: "words", words: func(r *record) string { return r.A },
	},
	{
		kind: "attempt", noun: "contact_attempts", key: "occurred_at", agency: "agency", a: "method", b: "outcome", c: "note", d: "contact_confirmed",
		where: attemptsThatCount, judge: judgeAttempt,
		children: `(SELECT json_array(p.id) FROM people p WHERE p.id = contact_attempts.person AND p.kind = 'child')`,
		at:       `(SELECT coalesce(nullif(p.called_by, ''), p.name) FROM people p WHERE p.id = contact_attempts.person AND p.kind != 'child')`,
		words: func(r *record) string {
			at := ""
			if r.At != "" {
				at = " (" + r.At + ")"
			}
			return sentence(plain(r.A)+at+": "+plain(r.B)) + " " + r.C
		},
	},
	note("occurred_at", "occurred_at != ''"),
	note("created", "occurred_at = ''"),
	{
		kind: "letter", noun: "letters", key: "date", a: "status", b: "reference",
		words: func(r *record) string { return "Letter " + r.B + ": " + plain(r.A) + "." },
	},
	evidence("captured_at", "captured_at != '' AND captured_at <= {:now}"),
	evidence("created", "captured_at = ''"),
	{
		kind: "event", noun: "pathway_events", key: "occurred_at", agency: "agency", a: "kind", b: "data", c: "verdict",
		d: `CASE WHEN kind != 'immediate_risk.raised' THEN '' WHEN resolved_by != '' THEN 'Since resolved.' WHEN told = 0 THEN 'Nobody could be told of it here. Not yet resolved.' ELSE 'Not yet resolved.' END`,
		where: `occurred_at <= {:now} AND arises_from = '' AND kind NOT LIKE 'timer.%' AND kind NOT IN ('calendar.changed', 'step.done')
			AND NOT EXISTS (SELECT 1 FROM pathway_events t WHERE t.id = pathway_events.corrects AND t.kind = 'step.done')`, words: tellEvent, judge: judgeEvent,
	},
	{
		kind: "meeting", noun: "meetings", key: "scheduled_for", agency: "agency", a: "agenda", b: "status",
		c: `CASE WHEN status = 'held' THEN decision ELSE cancelled_because END`, d: `CASE WHEN status = 'held' AND NOT quorate THEN 'Too few agencies came.' END`,
		words: func(r *record) string {
			return sentence("Meeting of the agencies ("+plain(r.A)+"): "+plain(r.B)) + " " + strings.TrimLeft(r.D+" "+r.C, " ")
		},
	},
	{
		kind: "referral", noun: "referral_steps", key: "occurred_at", agency: "agency", a: "step", b: "decided_by", c: "reason",
		d:        `(SELECT r."to" FROM referrals r WHERE r.id = referral_steps.referral)`,
		children: `(SELECT r.people FROM referrals r WHERE r.id = referral_steps.referral)`,
		words: func(r *record) string {
			by := ""
			if r.B != "" {
				by = ", by " + r.B
			}
			return sentence("Referral to "+r.D+": "+plain(r.A)+by) + " " + r.C
		},
	},
	{
		kind: "dispute", noun: "disputes", key: "opened_at", agency: "agency", a: "about", b: "position",
		words: func(r *record) string { return sentence("The agencies disagree: "+r.A) + " " + r.B },
	},
	{
		kind: "dispute", noun: "dispute_steps", key: "occurred_at", agency: "agency", a: "step", b: "text",
		words: func(r *record) string { return sentence("Disagreement: "+plain(r.A)) + " " + r.B },
	},
	{
		kind: "case", noun: "case_acts", key: "occurred_at", agency: "agency", a: "act", b: "reason", c: "told",
		words: func(r *record) string {
			told := ""
			if r.C != "" {
				told = " Told: " + r.C
			}
			return sentence("The case: "+plain(r.A)) + " " + r.B + told
		},
	},
	agreed("service_agreements", "service", "Agreement to a service"),
	agreed("sharing_consents", "with_whom", "Consent to sharing information"),
	agreed("treatment_consents", "treatment", "Consent to treatment"),
	ended("service_agreements", "service", "Agreement to a service"),
	ended("sharing_consents", "with_whom", "Consent to sharing information"),
	ended("treatment_consents", "treatment", "Consent to treatment"),
	{
		kind: "sharing", noun: "sharing_decisions", key: "decided_at", agency: "agency", children: "children", a: "decision", b: "with_whom", c: "what", d: "reason",
		words: func(r *record) string { return sentence(plain(r.A)+" with "+r.B+": "+r.C) + " " + r.D },
	},
	{
		kind: "notice", noun: "transparency_notices", key: "given_at", agency: "agency", a: "version", b: "how", c: "note",
		words: func(r *record) string {
			return sentence("Told how information is used (notice "+r.A+"), "+plain(r.B)) + " " + r.C
		},
	},
	{
		kind: "flag", noun: "child_flags", key: `"from"`, until: "until", agency: "agency", children: "json_array(child)", a: "kind", b: "category", c: "note",
		words: func(r *record) string {
			category := ""
			if r.B != "" {
				category = " (" + r.B + ")"
			}
			return sentence(plain(r.A)+category) + " " + r.C
		},
	},
	{
		kind: "seen", noun: "people", key: "seen_before", where: `seen_before != '' AND seen_before <= date({:now}) AND kind = 'child'`, children: "json_array(id)",
		words: func(*record) string {
			return "Last seen on this day, as was said when they were put on record; nobody here recorded it as seen."
		},
	},
	evidence("created", "captured_at > {:now}"), // by a camera's clock that goes ahead: few
	{
		kind: "transfer", noun: "transfers", key: "requested_at", agency: "agency", b: "reason", a: `(SELECT a.name FROM agencies a WHERE a.id = to_agency)`,
		words: func(r *record) string { return sentence("Asked to take the lead: "+r.A) + " " + r.B },
	},
	{
		kind: "transfer", noun: "transfer_answers", key: "occurred_at", agency: "agency", a: "answer", b: "reason", c: `(SELECT u.name FROM users u WHERE u.id = lead)`,
		words: func(r *record) string {
			lead := ""
			if r.C != "" {
				lead = "; " + r.C + " leads from now on"
			}
			return sentence("Taking the lead: "+plain(r.A)+lead) + " " + r.B
		},
	},
	{
		kind: "withdrawn", noun: "attempt_withdrawals", key: "withdrawn_at", agency: "agency", a: "because",
		b: `(SELECT t.method FROM contact_attempts t WHERE t.id = attempt)`, c: `(SELECT t.occurred_at FROM contact_attempts t WHERE t.id = attempt)`,
		words: func(r *record) string {
			on := ""
			if day := localDay(r.C); day != "" {
				on = " of " + clock.Day(day)
			}
			return sentence("A try at contact"+on+" ("+plain(r.B)+") was recorded in error, and is withdrawn") + " " + r.A
		},
	},
}

// attemptsThatCount are those that stand: what was taken back, and what is still to come,
// is told nowhere.
var attemptsThatCount, _ = engagement.AttemptsThatCount("")

// note is an agency's own unless it shared it.
func note(key, where string) source {
	return source{
		kind: "note", noun: "notes", key: key, where: where + ` AND (shared = TRUE OR agency = {:mine})`, said: "source", agency: "agency",
		children: "children", tags: "tags", method: "method", voice: voiceOf(engagement.VoiceNote), a: "body", b: "speaker", c: `CASE WHEN verbatim THEN 'yes' END`, d: changed("notes", "body"),
		words: func(r *record) string {
			words := r.A
			switch {
			case r.B != "" && r.C != "":
				words = r.B + " said: “" + r.A + "”"
			case r.B != "":
				words = r.B + ": " + r.A
			}
			if at, err := time.Parse(time.DateOnly, localDay(r.D)); err == nil {
				words += " (Its author changed these words on " + clock.Day(at.Format(time.DateOnly)) + "; those before are kept.)"
			}
			return words
		},
	}
}

// voiceOf says of a source's rows which are a child's own.
func voiceOf(which string) string { return "CASE WHEN " + which + " THEN 1 END" }

// changed is when a field's words were last changed, of those changes that the reader may
// read.
func changed(noun, field string) string {
	return `(SELECT max(v.changed_at) FROM record_versions v WHERE v.collection = '` + noun + `' AND v.record = ` + noun + `.id AND v.field = '` + field + `' AND (v.agency = '' OR v.agency = {:mine}))`
}

func evidence(key, where string) source {
	return source{
		kind: "evidence", noun: "evidence", key: key, where: where, agency: "agency", a: "title", b: "kind", c: "note",
		children: `CASE WHEN json_array_length(children) > 0 THEN children WHEN child != '' THEN json_array(child) END`,
		method:   "method", voice: voiceOf(engagement.VoiceEvidence), d: "transcript",
		words: func(r *record) string {
			said := r.C
			if r.D != "" {
				said += " “" + r.D + "”"
			}
			return sentence("Kept as evidence: "+r.A+" ("+plain(r.B)+")") + " " + strings.TrimSpace(said)
		},
	}
}

func agreed(noun, to, name string) source {
	return source{
		kind: "consent", noun: noun, key: "answered_at", agency: "agency", children: "children", a: "answer", b: to, c: "scope", d: "how",
		words: func(r *record) string {
			return sentence(name+" ("+plain(r.B)+"): "+r.A+", "+plain(r.D)) + " " + r.C
		},
	}
}

func ended(noun, to, name string) source {
	return source{
		kind: "consent", noun: noun, key: "withdrawn_at", where: "withdrawn_at != ''", agency: "agency", children: "children", a: to, b: "withdrawn_because",
		words: func(r *record) string { return sentence(name+" ("+plain(r.A)+"): withdrawn") + " " + r.B },
	}
}

// judgeAttempt says what a try at contact meant. What the service called off, and
// what went to a contact never confirmed, is nothing against a family (guard G13).
func judgeAttempt(r *record) {
	confirmed := r.D == "1" || r.D == "true"
	switch r.B {
	case "reached", "child_seen":
		r.Impact = "positive"
	case "no_answer", "not_home", "refused_entry", "child_withheld", "not_brought":
		if confirmed {
			r.Impact = "negative"
		}
	}
	r.Tags = `["` + r.B + `"]`
}

var (
	good = []string{"child.seen", "appointment.kept_child_seen", "plan.agreed"}
	bad  = []string{"appointment.missed", "appointment.kept_child_not_seen", "immediate_risk.raised"}
)

func judgeEvent(r *record) {
	r.Tags = `["` + strings.ReplaceAll(r.A, ".", "_") + `"]`
	switch {
	case r.C == "attempted":
	case slices.Contains(good, r.A):
		r.Impact = "positive"
	case slices.Contains(bad, r.A):
		r.Impact = "negative"
	}
	var data struct{ Children any }
	_ = json.Unmarshal([]byte(r.B), &data) // what is no object names nobody
	if ids, err := json.Marshal(data.Children); err == nil {
		r.Children = string(ids)
	}
}

// told are the members of an event's data that are words about what happened.
var told = []string{"what", "decision", "outcome", "result", "finding", "reason", "why", "answer", "about", "how", "plan", "note", "comment"}

func tellEvent(r *record) string {
	subject, what, _ := strings.Cut(r.A, ".")
	said := plain(subject) + " " + plain(what)
	if r.C == "attempted" {
		said += " (tried, and not accepted)"
	}
	out := sentence(said)
	var data map[string]any
	_ = json.Unmarshal([]byte(r.B), &data)
	if day, _ := data["opened_on"].(string); day != "" {
		out += " The pathway began on " + clock.Day(day) + "."
	}
	for _, member := range told {
		if s, ok := data[member].(string); ok && s != "" {
			out += " " + sentence(spoken(s))
		}
	}
	if s, ok := data["spoken_to"].(string); ok && s != "" {
		out += " " + sentence("Spoken to: "+s)
	}
	if s, ok := data["decided_by"].(string); ok && pathway.Named(s, "") {
		out += " " + sentence("Decided by: "+s)
	}
	return strings.TrimSpace(out + " " + r.D)
}

// spoken is what somebody wrote, as they wrote it; a code they chose, in words.
func spoken(s string) string {
	if strings.ContainsAny(s, " .") || strings.ToLower(s) != s {
		return s
	}
	return plain(s)
}

// plain is a code in words.
func plain(code string) string { return collections.Said(code) }

// sentence begins with a capital and ends with a full stop.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return s
	}
	s = capital(s)
	if strings.ContainsRune(".!?…”", []rune(s)[len([]rune(s))-1]) {
		return s
	}
	return s + "."
}

// capital begins with a capital.
func capital(s string) string {
	for _, first := range s {
		return strings.ToUpper(string(first)) + s[len(string(first)):]
	}
	return s
}

// list is a stored JSON list of texts, or one text; anything else names nothing.
func list(raw string) []string {
	var many []string
	if json.Unmarshal([]byte(raw), &many) == nil {
		return many
	}
	var one string
	if json.Unmarshal([]byte(raw), &one) == nil && one != "" {
		return []string{one}
	}
	return nil
}
