package main

import (
	"maps"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/server/demo"
)

// casework is a first record of each noun that stands beside the pathway, in the
// order in which they can be made; {noun} names the record made for that noun.
var casework = []struct {
	noun   string
	values map[string]any
	change map[string]any // what a person might change of it
}{
	{"meetings", map[string]any{"agenda": "review", "status": "scheduled", "scheduled_for": "2026-11-25 10:00:00.000Z"}, map[string]any{"place": "Touched"}},
	{"meeting_invitations", map[string]any{"meeting": "{meetings}", "name": "The surgery", "attendance": "invited"}, map[string]any{"views": "Touched"}},
	{"actions", map[string]any{"what": "Ring the surgery", "owner": "Priya Kendal", "due_on": "2026-11-25"}, map[string]any{"outcome": "Touched"}},
	{"case_acts", map[string]any{"act": "propose_closing", "reason": "All is well.", "occurred_at": "2026-11-20 10:00:00.000Z"}, map[string]any{"reason": "Touched"}},
	{"referrals", map[string]any{"target": "children_social_care", "to": "The front door", "reasons": "Often hungry.", "family_told": true}, map[string]any{"reasons": "Touched"}},
	{"referral_steps", map[string]any{"referral": "{referrals}", "step": "sent", "occurred_at": "2026-11-20 10:00:00.000Z"}, map[string]any{"reason": "Touched"}},
	{"disputes", map[string]any{"about": "The threshold", "subject": "threshold", "opened_at": "2026-11-20 10:00:00.000Z"}, map[string]any{"about": "Touched"}},
	{"dispute_steps", map[string]any{"dispute": "{disputes}", "step": "position", "text": "We think so.", "occurred_at": "2026-11-20 10:00:00.000Z"}, map[string]any{"text": "Touched"}},
	{"transfers", map[string]any{"to_agency": demo.Agencies[1].ID, "reason": "They see the children.", "handover_note": "Text first.", "requested_at": "2026-11-20 10:00:00.000Z"}, map[string]any{"reason": "Touched"}},
	{"transfer_answers", map[string]any{"transfer": "{transfers}", "answer": "withdrawn", "occurred_at": "2026-11-20 11:00:00.000Z"}, map[string]any{"reason": "Touched"}},
	{"service_agreements", agreed("service", "early_help"), map[string]any{"withdrawn_at": "2026-11-20 12:00:00.000Z"}},
	{"sharing_consents", agreed("with_whom", "The surgery"), map[string]any{"withdrawn_at": "2026-11-20 12:00:00.000Z"}},
	{"treatment_consents", agreed("treatment", "Weighing"), map[string]any{"withdrawn_at": "2026-11-20 12:00:00.000Z"}},
	{"sharing_decisions", map[string]any{"what": "Attendance", "with_whom": "The surgery", "decision": "not_shared", "basis": "none", "reason": "Not needed.",
		"family_told": "yes", "decided_by": "Priya Kendal", "decided_at": "2026-11-20 10:00:00.000Z"}, map[string]any{"reason": "Touched"}},
	{"transparency_notices", map[string]any{"person": demo.ID("adult", 100), "version": "2026-1", "how": "handed_over", "given_at": "2026-11-20 10:00:00.000Z"}, map[string]any{"note": "Touched"}},
	{"child_flags", map[string]any{"child": demo.ID("child", 100), "kind": "child_in_need", "from": "2026-11-01", "until": "2026-11-10"}, map[string]any{"note": "Touched"}},
	{"places", map[string]any{"kind": "school", "name": "Harbour School", "keep_from": []string{demo.ID("adult", 100)}}, map[string]any{"note": "Touched"}},
	{"person_identifiers", map[string]any{"person": demo.ID("child", 101), "type": "nhs_number", "value": "9434765919"}, map[string]any{"issuer": "Touched"}},
	{"person_moves", map[string]any{"person": demo.ID("child", 101), "direction": "in", "because": "Recorded in another family."}, map[string]any{"because": "Touched"}},
	{"person_joins", map[string]any{"person": demo.ID("child", 100), "same": demo.ID("child", 101), "because": "Both records are of one child."}, map[string]any{"because": "Touched"}},
	{"attempt_withdrawals", map[string]any{"attempt": demo.ID("attempt", 100), "because": "It was the wrong house altogether."}, map[string]any{"because": "Touched"}},
	{"chronology_entries", map[string]any{"from": "2026-11-01", "words": "The boiler was mended.", "source": "seen_by_worker", "impact": "positive"}, map[string]any{"words": "Touched"}},
}

func agreed(field, value string) map[string]any {
	return map[string]any{"person": demo.ID("adult", 100), "scope": "Mornings.", "answer": "given", "how": "verbal", "answered_at": "2026-11-20 10:00:00.000Z", field: value}
}

func init() {
	for _, c := range casework {
		touch[c.noun] = c.change
	}
}

// extraCasework gives FM-0001 one record of each; it runs as the practitioner.
func extraCasework(tx core.App) error {
	ids := map[string]string{}
	for _, c := range casework {
		r, err := made(tx, c.noun, filled(c.values, ids))
		if err != nil {
			return err
		}
		ids["{"+c.noun+"}"] = r.Id
	}
	return nil
}

func filled(values map[string]any, ids map[string]string) map[string]any {
	out := maps.Clone(values)
	out["case"] = demo.CaseID(1)
	for name, v := range out {
		if s, ok := v.(string); ok && ids[s] != "" {
			out[name] = ids[s]
		}
	}
	return out
}

// caseworkDraft is what a person would create another with; nil for other nouns.
func caseworkDraft(app core.App, noun string, sample func(*collections.Noun) string) map[string]any {
	for _, c := range casework {
		if c.noun != noun {
			continue
		}
		out := filled(c.values, map[string]string{
			"{meetings}": sample(collections.ByName("meetings")), "{referrals}": sample(collections.ByName("referrals")), "{disputes}": sample(collections.ByName("disputes")),
			"{transfers}": sample(collections.ByName("transfers")),
		})
		switch noun {
		case "referral_steps": // it was sent already
			out["step"] = "acknowledged"
		case "case_acts": // it was proposed already
			out["act"] = "agree"
		case "child_flags": // at another time than the last
			n, _ := app.CountRecords(noun)
			out["from"], out["until"] = []string{"2026-12-01", "2027-01-01"}[n%2], []string{"2026-12-31", "2027-01-31"}[n%2]
		}
		return out
	}
	return nil
}
