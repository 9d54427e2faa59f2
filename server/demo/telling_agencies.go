package demo

import "maps"

// meets calls the agencies together so many days before, has who came, and holds the
// meeting now.
func (t *telling) meets(called int, came []Person, values map[string]any) string {
	day, hour := t.days, t.clock.Hour()
	t.on(called, 9)
	was := t.moment()
	held := t.on(day, hour).moment()
	m := id(t.make(t.family.Lead, "meetings", map[string]any{
		"pathway": t.pathway, "agenda": "engagement", "status": "scheduled", "called_at": was, "scheduled_for": held,
		"place": "Harbour School, the small hall", "chair": Manager.Name,
	}))
	for _, p := range []Person{t.family.Lead, School, Bronagh, Imre} {
		attendance := "apologies"
		for _, c := range came {
			if c.ID == p.ID {
				attendance = "attended"
			}
		}
		t.make(t.family.Lead, "meeting_invitations", map[string]any{"meeting": m, "agency": p.Agency, "name": p.Name, "attendance": attendance})
	}
	outcome := map[string]any{"status": "held", "held_at": held}
	maps.Copy(outcome, values)
	t.change(t.family.Lead, "meetings", m, outcome)
	return m
}

// refers is a referral to children's social care, sent.
func (t *telling) refers(reasons string) string {
	r := id(t.make(t.family.Lead, "referrals", map[string]any{
		"pathway": t.pathway, "target": "children_social_care", "to": "Fellmoor front door", "to_agency": Imre.Agency,
		"reasons": reasons, "family_told": true,
	}))
	t.answers(r, "sent", "")
	return r
}

// answers is what became of a referral.
func (t *telling) answers(referral, step, reason string) {
	values := map[string]any{"referral": referral, "step": step, "occurred_at": t.moment(), "reason": reason}
	who := t.family.Lead
	if step != "sent" {
		values["decided_by"], who = Imre.Name, Imre
	}
	t.make(who, "referral_steps", values)
}

// proposes is that the pathway should end, and why.
func (t *telling) proposes(reason, basis, why string) {
	t.happens(t.family.Lead, "closure.proposed", map[string]any{"reason": reason, "basis": basis, "why": why})
}

// consults is an agency's answer to that.
func (t *telling) consults(who Person, answer string) {
	t.happens(who, "closure.consulted", map[string]any{"answer": answer})
}

// checklist are the days on which what must be done before an end was done.
func (t *telling) checklist() map[string]any {
	return map[string]any{"chronology": t.day(t.days + 2), "views": t.day(t.days + 2), "notified": t.day(t.days + 1)}
}

// ends is the manager's approval, and the case that closes after it.
func (t *telling) ends() {
	t.happens(Manager, "closure.approved", map[string]any{"checklist": t.checklist()})
	t.closes()
}
