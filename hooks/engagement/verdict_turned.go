package engagement

import (
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	"holdfast/hooks/risk"
	"holdfast/hooks/tell"
)

// A late arrival may turn the verdict on what was there before it. Who decided by the old
// one hears of it: the author, who leads and the managers, once for each turn; and what was
// said at the time stays on the record.

// turnedVerdict is one verdict of an event that holds no more.
type turnedVerdict struct {
	Verdict string           `json:"verdict"`
	Reasons []pathway.Reason `json:"reasons"`
	Until   string           `json:"until"`
}

// received is what an event keeps of the verdict on it: accepted or attempted.
func received(v pathway.Outcome) string {
	if v == pathway.Attempted {
		return string(v)
	}
	return string(pathway.Accepted)
}

// deriveVerdicts carries a verdict that a late arrival changed to the event it is on.
func deriveVerdicts(tx core.App, p *core.Record, h *Past, result pathway.Result) error {
	for _, v := range result.Verdicts {
		r, ok := h.Stored[v.Event]
		over := ok && r.GetString("resolved_by") != v.ResolvedBy
		if !ok || !over && r.GetString("verdict") == string(v.Outcome) {
			continue
		}
		turned := received(pathway.Outcome(r.GetString("verdict"))) != received(v.Outcome)
		if turned {
			if err := keepVerdict(r); err != nil {
				return err
			}
			if v.Outcome == pathway.Attempted && pathway.Decides(r.GetString("kind")) {
				r.Set("received_verdict", string(pathway.Attempted))
			}
		}
		r.Set("verdict", string(v.Outcome))
		r.Set("reasons", v.Reasons)
		r.Set("resolved_by", v.ResolvedBy)
		if over {
			if err := risk.TurnRisk(tx, r); err != nil {
				return err
			}
		}
		if err := tx.Save(kernel.AsServer(r)); err != nil {
			return fmt.Errorf("the verdict on event %s: %w", r.Id, err)
		}
		if turned {
			if err := tellTurned(tx, p, r); err != nil {
				return err
			}
		}
	}
	return nil
}

func keepVerdict(r *core.Record) error {
	var history []turnedVerdict
	if r.GetString("verdict_history") != "" && r.GetString("verdict_history") != "null" {
		if err := kernel.Decode(r, "verdict_history", &history); err != nil {
			return err
		}
	}
	var reasons []pathway.Reason
	if err := kernel.Decode(r, "reasons", &reasons); err != nil {
		return err
	}
	r.Set("verdict_history", append(history, turnedVerdict{r.GetString("verdict"), reasons, kernel.Now().String()}))
	return nil
}

// tellTurned tells the author, who leads and the managers, as far as they are on the case.
func tellTurned(tx core.App, p, event *core.Record) error {
	team, err := tell.TeamOf(tx, p.GetString("case"))
	if err != nil {
		return err
	}
	for _, user := range tell.Pick(team, func(c tell.Colleague) bool {
		return c.User == event.GetString("author") || c.Part.Runs()
	}) {
		n := tell.Notice{User: user, CaseID: p.GetString("case"), Pathway: p.Id, Timer: about(event), Stage: "verdict_turned", DueOn: kernel.Today(), At: kernel.Now().Time()}
		if err := tell.Notify(tx, n); err != nil {
			return err
		}
	}
	return nil
}

// about is what a notice of an event, in place of a clock, names it by.
func about(event *core.Record) string { return event.GetString("kind") + "/" + event.Id }

// notAskedAgain takes back that a decision is asked for anew, once it was taken or something
// stands in its way again, and that an ending is to be confirmed, once it was or is undone.
func notAskedAgain(tx core.App, p *core.Record, result pathway.Result) error {
	asked := map[string]bool{}
	for _, a := range result.Again {
		asked["approve_again "+a.Kind+"/"+a.Event] = true
	}
	if over := result.ClosedOver; over != nil && !over.Confirmed {
		asked["closed_over closure.objected/"+over.Objection] = true
	}
	told, err := tx.FindAllRecords("notices", dbx.HashExp{"case": p.GetString("case"), "pathway": p.Id}, dbx.NewExp(`(stage = 'approve_again' OR stage = 'closed_over' AND step != '')`))
	if err != nil {
		return err
	}
	for _, r := range told {
		if asked[r.GetString("stage")+" "+r.GetString("timer")] {
			continue
		}
		if err := tx.Delete(r); err != nil {
			return fmt.Errorf("taking back notice %s: %w", r.Id, err)
		}
	}
	return nil
}

// askWhoDecided asks those whose decision was refused and would not be now, and those who
// ended the pathway over an objection that they could not know of. Whoever objected reads of it
// by a request (toldOfOverriding).
func askWhoDecided(tx core.App, p *core.Record, result pathway.Result) error {
	over := result.ClosedOver
	if err := notAskedAgain(tx, p, result); err != nil {
		return err
	}
	if len(result.Again) == 0 && (over == nil || over.Confirmed) {
		return nil
	}
	team, err := tell.TeamOf(tx, p.GetString("case"))
	if err != nil {
		return err
	}
	ask := func(user, timer, stage, step string) error {
		due := ""
		for _, s := range result.Steps {
			if s.Code == step {
				due = s.DueOn
			}
		}
		to := []string{user}
		if !slices.ContainsFunc(team, func(c tell.Colleague) bool { return c.User == user }) { // they have left the case
			to = tell.LineManagers(team)
		}
		for _, user := range to {
			if err := tell.Notify(tx, tell.Notice{User: user, CaseID: p.GetString("case"), Pathway: p.Id, Timer: timer, Stage: stage, Step: step, DueOn: due, At: kernel.Now().Time()}); err != nil {
				return err
			}
		}
		return nil
	}
	for _, a := range result.Again {
		if err := ask(a.By, a.Kind+"/"+a.Event, "approve_again", "approve-again"); err != nil {
			return err
		}
	}
	if over == nil || over.Confirmed {
		return nil
	}
	return ask(over.By, "closure.objected/"+over.Objection, "closed_over", "confirm-ending")
}
