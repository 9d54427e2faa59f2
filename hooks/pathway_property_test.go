package hooks_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/server/demo"
)

// anything is a history of a pathway told by several hands in any order, late and early,
// with ticks, what is taken back, and tries of another family; its steps are as the store
// has them at the end.
func anything(d *office, rnd *rand.Rand) told {
	areas := []any{"language", "literacy", "disability", "health", "work_pattern", "fear_or_abuse", "wrong_address"}
	s := d.began([]string{"early-help-engagement", "was-not-brought", "no-access-to-child"}[rnd.IntN(3)], 9)
	acts := []struct {
		who  demo.Person
		kind string
		data map[string]any
	}{
		{demo.Practitioner, "barrier.checked", map[string]any{"areas": areas}},
		{demo.Practitioner, "contact.checked", map[string]any{"against": "referral", "result": "confirmed"}},
		{demo.Practitioner, "child.seen", map[string]any{"children": s.children()}},
		{demo.Practitioner, "plan.agreed", map[string]any{"agreement": "verbal"}},
		{demo.Practitioner, "manager.told", nil},
		{demo.Manager, "manager.discussed", map[string]any{"decision": "Try once more."}},
		{demo.Practitioner, "appointment.missed", map[string]any{"contact_confirmed": true}},
		{demo.School, "meeting.held", map[string]any{"decision": "A visit.", "family_views": "Asked."}},
		{demo.Practitioner, "referral.sent", nil},
		{demo.Practitioner, "referral.nfa", map[string]any{"decided_by": "Margaret Hall"}},
		{demo.Practitioner, "closure.proposed", map[string]any{"reason": "needs_met", "basis": "assessment"}},
		{demo.School, "closure.consulted", nil},
		{demo.Manager, "closure.rejected", map[string]any{"reason": "Not yet."}},
		{demo.School, "dispute.opened", map[string]any{"about": "The threshold"}},
		{demo.School, "dispute.resolved", map[string]any{"outcome": "Agreed."}},
		{demo.Practitioner, "engagement.reviewed", map[string]any{"finding": "Going well."}},
		{demo.Practitioner, "social_worker.told", nil},
		{demo.Practitioner, "step.done", map[string]any{"step": "tell-manager"}},
		{demo.Manager, "pathway.cancelled", map[string]any{"reason": "The clinic meant the family next door."}},
	}
	var events, tries []*core.Record
	for range 4 + rnd.IntN(12) {
		ago := 9 * rnd.Float64()
		switch n := rnd.IntN(24); {
		case n < 3:
			tries = append(tries, s.try(ago, []string{"visit_unannounced", "visit_announced"}[rnd.IntN(2)], []string{"no_answer", "refused_entry", "reached", "child_withheld"}[rnd.IntN(4)]))
		case n == 3 && len(tries) > 0:
			_, _ = d.by(&demo.Practitioner, "attempt_withdrawals", "", map[string]any{"case": demo.CaseID(1), "attempt": tries[rnd.IntN(len(tries))].Id, "because": "That was of the family next door."})
		case n == 4 && len(events) > 0:
			old := events[rnd.IntN(len(events))]
			_, _ = d.by(&demo.Manager, "pathway_events", "", map[string]any{"case": demo.CaseID(1), "pathway": s.pathway.Id, "kind": "event.withdrawn",
				"occurred_at": before(ago), "corrects": old.Id, "data": map[string]any{"reason": "It was of another family, next door."}})
		case n < 7: // one that may not be ticked is refused
			all := must(d.FindRecordsByFilter("pathway_steps", "pathway = {:p}", "position", 3, 0, dbx.Params{"p": s.pathway.Id}))
			_, _ = d.by(&demo.Practitioner, "pathway_steps", all[rnd.IntN(len(all))].Id, map[string]any{"status": []string{"done", "open", "overdue"}[rnd.IntN(3)]})
		default:
			a := acts[rnd.IntN(len(acts)-1)]
			if rnd.IntN(40) == 0 {
				a = acts[len(acts)-1]
			}
			events = append(events, d.does(&a.who, "pathway_events", "", map[string]any{
				"case": demo.CaseID(1), "pathway": s.pathway.Id, "kind": a.kind, "occurred_at": before(ago), "data": a.data,
			}))
		}
	}
	return s
}

// steps are a pathway's as the store has them; those that nothing, or the house, asks for no more left
// out, since a store that came to know of it late never had them.
func (s told) steps() (all []string) {
	s.t.Helper()
	for _, r := range must(s.FindRecordsByFilter("pathway_steps", "pathway = {:p}", "position", 0, 0, dbx.Params{"p": s.pathway.Id})) {
		ofHouse := slices.Contains([]string{"name-manager", "name-approver", "refer", "approve-again", "settle-objection", "confirm-ending"}, r.GetString("code"))
		if because := r.GetString("cancelled_because"); !strings.HasPrefix(because, "Nothing asks for it any more") && !(ofHouse && r.GetString("status") == "cancelled") {
			all = append(all, fmt.Sprintf("%d %s %s due %s %s done %s by %s %s", r.GetInt("position"), r.GetString("code"), r.GetString("status"),
				r.GetString("due_on"), r.GetString("due_at"), r.GetString("done_on"), r.GetString("done_by"), because))
		}
	}
	return all
}

// Whatever came, by whom and in which order: the steps that a store has are those that it
// would have had it known all of it at once (A1). The engine's own property has a hundred
// thousand histories (I14); here a few go through every hook, or as many as HOLDFAST_HISTORIES
// says.
func TestStoredStepsAreTheEnginesForAnyHistory(t *testing.T) {
	histories := 12
	if n, err := strconv.Atoi(os.Getenv("HOLDFAST_HISTORIES")); err == nil {
		histories = n
	} else if os.Getenv("HOLDFAST_SOAK") != "" {
		histories = 1000
	}
	d := openOffice(t)
	back := errors.New("back")
	for seed := range histories {
		err := d.RunInTransaction(func(tx core.App) error {
			s := anything(&office{tx, t}, rand.New(rand.NewPCG(19, uint64(seed))))
			stored := s.steps()
			if _, err := tx.NonconcurrentDB().NewQuery("DELETE FROM pathway_steps WHERE pathway = {:p}").Bind(dbx.Params{"p": s.pathway.Id}).Execute(); err != nil {
				return err
			}
			s.event(demo.School, 0, "immediate_risk.raised", nil) // accepted everywhere, and no step of any
			if anew := s.steps(); !slices.Equal(stored, anew) {
				t.Errorf("seed %d: stored\n  %s\nread\n  %s", seed, strings.Join(stored, "\n  "), strings.Join(anew, "\n  "))
			}
			return back
		})
		if !errors.Is(err, back) {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}
