package risk

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/account"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	"holdfast/hooks/tell"
	"holdfast/hooks/workday"
)

// whoMadeItSafe has what says that a danger is over say what was done, in a sentence, and who
// was spoken to, by name. Which danger it means, where it names none, the engine reads from
// what its author could know of: what they wrote is theirs, and nothing is written into it.
func whoMadeItSafe(e *core.RecordEvent) error {
	r := e.Record
	if r.GetString("kind") != pathway.RiskResolved || kernel.IsServer(r) {
		return e.Next()
	}
	data, own := map[string]any{}, ""
	if err := kernel.Decode(r, "data", &data); err != nil {
		return e.Next() // the engine says what is wrong with it
	}
	if person := kernel.ActorOf(e.App).Person(); person != nil {
		own = person.GetString("name")
	}
	text := func(member string) string { s, _ := data[member].(string); return strings.TrimSpace(s) }
	who := text("spoken_to")
	switch {
	case who == "":
		return kernel.Wrong("data", "required", "Say who was spoken to (spoken_to): a danger is over when somebody has seen to it.")
	case !pathway.Named(who, own):
		return kernel.Wrong("data", "name_needed", "Give the first and last name of who was spoken to, who is somebody else than you: a danger is over when somebody has seen to it.")
	case !pathway.Substance(text("how")):
		return kernel.Wrong("data", "too_short", "Say what was done so that the danger is over, in a sentence of your own of 20 characters or more.")
	}
	if err := mayMakeSafe(e.App, r, text("risk"), who); err != nil {
		return err
	}
	return e.Next()
}

// mayMakeSafe: who raised a danger does not say alone that it is over. Another manager does;
// or they do on the word of social care, by name: of nobody who works here elsewhere, and
// nobody of the family. So a lone manager is not left with it, nor is a child with them.
func mayMakeSafe(app core.App, e *core.Record, risk, who string) error {
	person := kernel.ActorOf(app).Person()
	if person == nil {
		return nil
	}
	var authors []string
	if err := kernel.Query(app, `SELECT DISTINCT author FROM pathway_events WHERE pathway = {:p} AND kind = {:k} AND (id = {:r} OR {:r} = '' AND resolved_by = '')`).
		Bind(dbx.Params{"p": e.GetString("pathway"), "k": pathway.ImmediateRisk, "r": risk}).Column(&authors); err != nil {
		return fmt.Errorf("who raised a risk: %w", err)
	}
	if len(authors) != 1 || authors[0] != person.Id {
		return nil
	}
	here, err := tell.WorksElsewhere(app, who)
	if err != nil {
		return err
	}
	var family []string
	if err := kernel.Query(app, `SELECT name FROM people WHERE "case" = {:c}`).Bind(dbx.Params{"c": e.GetString("case")}).Column(&family); err != nil {
		return fmt.Errorf("who is of the family: %w", err)
	}
	if here || slices.ContainsFunc(family, func(name string) bool { return pathway.Bears(who, name) }) {
		return kernel.Wrong("data", "second_person", "You raised this danger yourself, so another manager records that it is over: ask "+tell.ManagersHere(app, e.GetString("case"), person.GetString("agency"), person.Id)+". Or name who at social care says so, first and last name, with their telephone number or agency.")
	}
	if !pathway.Reachable(who) {
		return kernel.Wrong("data", "contact_needed", "You raised this danger yourself, so somebody has to be able to ask who says that it is over: give their telephone number or their agency beside the name, as in “Sorrel Ashby, 01632 960 100”.")
	}
	return nil
}

// TurnRisk follows a risk that is resolved, or open again. Resolved, nobody is asked to
// read it any more, and whoever was told of it and the agency that raised it hear that it is
// over, who can raise it again. Open
// again, because what resolved it was taken back, everybody is told anew.
func TurnRisk(tx core.App, event *core.Record) error {
	r := Risk{event.Id, event.GetString("case"), event.GetString("pathway"), event.GetString("author"), kernel.Now().Time()}
	stages := "stage IN ('at_once', 'unanswered') AND acknowledged_at = ''"
	over := event.GetString("resolved_by")
	if over == "" {
		stages = "stage IN ('at_once', 'unanswered', 'resolved')"
	}
	stale, err := tx.FindAllRecords("notices", dbx.NewExp("timer = {:t} AND "+stages, dbx.Params{"t": r.timer()}))
	if err != nil {
		return err
	}
	if over != "" { // before what they were told by is gone
		if err := r.tellResolved(tx, event, over); err != nil {
			return err
		}
	}
	for _, n := range stale {
		if err := tx.Delete(n); err != nil {
			return fmt.Errorf("taking back notice %s: %w", n.Id, err)
		}
	}
	if over != "" {
		return nil
	}
	alarm, err := alarmOf(tx, r)
	if err != nil {
		return err
	}
	policy, err := RiskPolicyOf(tx)
	if err != nil {
		return err
	}
	alarm.Load(map[string]any{"circles": 0, "times": 1, "ended_at": "", "ended_by": "", "next_at": account.Stored(r.At.Add(policy.After))})
	return r.tellCircles(tx, alarm, r.At)
}

// tellResolved tells who raised a risk, the people of their agency on the case, and whoever
// was told of it, that somebody has recorded it as over; but not who did.
func (r Risk) tellResolved(tx core.App, event *core.Record, over string) error {
	by, err := tx.FindRecordById("pathway_events", over)
	if err != nil {
		return fmt.Errorf("what resolved a risk: %w", err)
	}
	var to []string
	if err := tx.ConcurrentDB().NewQuery(`SELECT u.id FROM users u WHERE u.active AND u.id != {:by} AND (u.id = {:author}
		OR u.id IN (SELECT "user" FROM case_members WHERE "case" = {:c} AND active AND agency = {:a})
		OR u.id IN (SELECT "user" FROM notices WHERE timer = {:t} AND stage IN ('at_once', 'unanswered'))) ORDER BY u.id`).
		Bind(dbx.Params{"by": by.GetString("author"), "author": r.Author, "c": r.Case, "a": event.GetString("agency"), "t": r.timer()}).Column(&to); err != nil {
		return fmt.Errorf("whom to tell that a risk is resolved: %w", err)
	}
	who, ring, err := Risk{Author: by.GetString("author")}.from(tx)
	if err != nil {
		return err
	}
	alarm, err := alarmOf(tx, r)
	if err != nil {
		return err
	}
	for _, user := range to {
		if err := tell.Notify(tx, tell.Notice{User: user, CaseID: r.Case, Pathway: r.Pathway, Timer: r.timer(), Stage: "resolved", DueOn: workday.Of(r.At).String(), At: r.At, RaisedBy: who, Ring: ring}); err != nil {
			return err
		}
		if err := bring(tx, alarm, user, "risk_resolved", r.At); err != nil {
			return err
		}
	}
	return nil
}
