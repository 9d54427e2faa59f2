package sync

import (
	"testing"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// Who corrects what was wrong with a group sends the group again: all of it stands, in the
// order in which it was recorded, or none of it.
func TestACorrectedGroupGoesInAnew(t *testing.T) {
	for name, again := range map[string]func(p *phone, refusal string, values map[string]any) bool{
		"online": func(p *phone, refusal string, values map[string]any) bool {
			a := p.s.Do("POST", "/api/sync/refusals/"+refusal, p.token, map[string]any{"action": "resend", "set": values})
			return a.Status == 200
		},
		"as a mutation": func(p *phone, refusal string, values map[string]any) bool {
			r := p.push(mutation("update", "sync_refusals", refusal, 0, set("action", "resend", "values", values)))[0]
			return r.Verdict == contract.Applied
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := fellmoor(t)
			p := newPhone(t, s, demo.Practitioner)
			p.pull(0)
			grouped := func(first, second, third string) []contract.Result {
				ms := []contract.Mutation{
					attempt(first, 1), mutation("create", "notes", second, 0, set("case", demo.CaseID(1), "body", "Seen.", "source", "telepathy")),
					mutation("update", "notes", second, 0, set("body", "Seen at the window.")),
				}
				if third != "" {
					ms = append(ms, mutation("create", "notes", third, 0, set("case", demo.CaseID(1), "body", "Heard.", "source", "guesswork")))
				}
				for i := range ms {
					ms[i].Group = "visit"
				}
				return p.push(ms...)
			}
			earlier := grouped("earlierattempt1", "earliernote0001", "") // of another push, and as ill
			r := grouped("correctattempt1", "correctednote01", "")
			if !again(p, r[1].Refusal, map[string]any{"source": "document"}) {
				t.Fatal("the correction was not taken")
			}
			p.pull(0)
			p.inSync()
			if p.field("notes", "correctednote01", "body") != "Seen at the window." || !holds(p, "contact_attempts/correctattempt1") {
				t.Error("a part of the group did not go in")
			}
			if holds(p, "contact_attempts/earlierattempt1") || p.field("sync_refusals", earlier[0].Refusal, "status") != "open" {
				t.Error("a group of another push went in with it")
			}
			for _, one := range r {
				if got := p.field("sync_refusals", one.Refusal, "status"); got != "settled" {
					t.Errorf("%+v is %v", one, got)
				}
			}

			// Two are ill: while one of them is, the other does not go in with the rest. Corrected
			// first it goes alone, and the rest goes in with the last of them.
			r = grouped("twofoldattempt1", "twofoldnote0001", "twofoldnote0002")
			if again(p, r[1].Refusal, map[string]any{"source": "document"}) {
				t.Error("half of a group went in")
			}
			p.pull(0)
			if p.inSync(); holds(p, "contact_attempts/twofoldattempt1") {
				t.Error("what was beside a correction that fell stands")
			}
			if !again(p, r[3].Refusal, map[string]any{"source": "document"}) || !again(p, r[1].Refusal, map[string]any{"source": "document"}) {
				t.Error("two corrections one after the other were not taken")
			}
			p.pull(0)
			if p.inSync(); !holds(p, "contact_attempts/twofoldattempt1") || !holds(p, "notes/twofoldnote0001") || !holds(p, "notes/twofoldnote0002") {
				t.Error("the rest of a group did not go in")
			}
		})
	}
}

func holds(p *phone, key string) bool { _, ok := p.rows[key]; return ok }
