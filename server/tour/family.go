package tour

import (
	"fmt"
	"strings"
	"time"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// household is a family that one tour meets: each tour makes its own, so that the next
// can be walked in the same house.
type household struct {
	name, caseID, child, adult, pathway string
	lead                                *phone
}

// reference is how the case is called: by the server's reference once it has given one.
func (h *household) reference() any {
	if r := h.lead.rows["cases/"+h.caseID].record; r != nil {
		return r["reference"]
	}
	return h.name
}

// daysAgo is an hour of a working day: a phone that was offline says when things
// happened, not when it had signal. What would fall on a weekend was on the Friday.
func daysAgo(days, hour int) time.Time {
	d := time.Now().UTC().AddDate(0, 0, -days)
	for d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
		d = d.AddDate(0, 0, -1)
	}
	return time.Date(d.Year(), d.Month(), d.Day(), hour, 0, 0, 0, time.UTC)
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05.000Z") }

// household has the lead open a case on the phone, with a child, a parent, the school
// on it, and a pathway begun days ago; nothing of it is sent yet.
func (w *walk) household(name, child, adult, street, postcode string, begun time.Time) (*household, []mutation, error) {
	lead := w.practitioner
	template := ""
	for _, t := range lead.of("pathway_templates", "") {
		if t["key"] == "early-help-engagement" && t["status"] == "published" {
			template = fmt.Sprint(t["id"])
		}
	}
	opened := record("cases", map[string]any{
		"provisional_reference": "met on a tour", "family_name": name, "lead_agency": demo.Practitioner.Agency,
		"status": "open", "summary": "Met on a tour.", "opened_on": begun.AddDate(0, 0, -3).Format(time.DateOnly),
	})
	h := &household{name: name, caseID: opened.Record, lead: lead}
	kid := record("people", map[string]any{"case": h.caseID, "kind": "child", "name": child, "date_of_birth": "2018-06-01", "last_seen_on": begun.Format(time.DateOnly)})
	grown := record("people", map[string]any{"case": h.caseID, "kind": "adult", "name": adult, "contact_points": []map[string]any{{
		"kind": "address", "lines": []string{street, "Fellmoor"}, "postcode": postcode, "safe_post": true, "current": true, "confirmed_on": begun.Format(time.DateOnly),
	}}})
	school := record("case_members", map[string]any{"case": h.caseID, "user": demo.School.ID, "role": "member", "from": stamp(begun)})
	path := record("pathways", map[string]any{"case": h.caseID, "template": template, "opened_at": stamp(begun), "trigger": "missed_contact"})
	h.child, h.adult, h.pathway = kid.Record, grown.Record, path.Record
	return h, []mutation{opened, kid, grown, school, path}, nil
}

// try is a try at contact that nobody answered.
func (h *household) try(method string, at time.Time, note string) mutation {
	return record("contact_attempts", map[string]any{
		"case": h.caseID, "method": method, "outcome": "not_home", "occurred_at": stamp(at), "note": note, "contact_confirmed": true,
	})
}

// event is something that happened on the family's pathway.
func (h *household) event(kind string, at time.Time, data map[string]any) mutation {
	return record("pathway_events", map[string]any{"case": h.caseID, "pathway": h.pathway, "kind": kind, "occurred_at": stamp(at), "data": data})
}

// asked looks at what may stand in the family's way.
func (h *household) asked(at time.Time, note string) mutation {
	return h.event("barrier.checked", at, map[string]any{"note": note, "areas": []string{
		"language", "literacy", "disability", "health", "work_pattern", "fear_or_abuse", "wrong_address",
	}})
}

// sends hands in what a phone recorded, pulls, and holds that the engine took each
// event that is among it.
func (p *phone) sends(list ...mutation) error {
	if _, err := p.push(contract.Applied, list...); err != nil {
		return err
	}
	if _, _, _, err := p.pull(); err != nil {
		return err
	}
	for _, m := range list {
		if m.Collection != "pathway_events" {
			continue
		}
		e := p.rows["pathway_events/"+m.Record].record
		if v := fmt.Sprint(e["verdict"]); !strings.HasPrefix(v, "accepted") {
			return fmt.Errorf("the event %s is %s: %v", e["kind"], v, e["reasons"])
		}
	}
	return nil
}

// at holds that the pathway stands in a state, and says it.
func (h *household) at(want, after string) error {
	if _, _, _, err := h.lead.pull(); err != nil {
		return err
	}
	if got := h.lead.rows["pathways/"+h.pathway].record["state"]; got != want {
		return fmt.Errorf("after %s the pathway is at %v, not at %s", after, got, want)
	}
	h.lead.w.say("%-42s -> %s", after, want)
	return nil
}

// steps are the pathway's steps as they are on a phone, by code.
func (h *household) steps(p *phone) map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, s := range p.of("pathway_steps", h.caseID) {
		out[fmt.Sprint(s["code"])] = s
	}
	return out
}
