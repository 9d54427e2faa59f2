package partnership

import (
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pack"
	"holdfast/hooks/pathway"
	"holdfast/hooks/tell"
	"holdfast/hooks/workday"
)

// The stages of a disagreement: between practitioners, their managers, those above them,
// and at last a meeting with somebody in the chair, after which there is none.
const (
	seniorStage  = 3
	chairedStage = 4
	// urgentStage is how long each takes where harm is likely.
	urgentStage = 24 * time.Hour
)

// stageLimits are the working days of a dispute's stages where no open pathway's
// template says them (domain 2.1, the ladder with a public source).
var stageLimits = []int{2, 5, 2}

// BindDisputes takes a disagreement up its stages and puts it on the pathway, which
// does not close over it (guard G8).
func BindDisputes(app core.App) {
	kernel.Creating(app, "disputes").Bind(kernel.InDomain(openDispute))
	kernel.Creating(app, "dispute_steps").Bind(kernel.InDomain(stepDispute))
	kernel.Creating(app, "pathways").Bind(kernel.InDomain(carryDisputes))
	bindDisputeEvents(app)
}

func openDispute(e *core.RecordEvent) error {
	d := e.Record
	if d.GetBool("urgent") && strings.TrimSpace(d.GetString("urgent_because")) == "" {
		return kernel.Wrong("urgent_because", "required", "Say what harm is likely, and to whom.")
	}
	if with := d.GetString("with_agency"); with != "" && with == d.GetString("agency") {
		return kernel.Wrong("with_agency", "own_agency", pathway.OtherAgency)
	}
	limits, err := limitsOf(e.App, d)
	if err != nil {
		return err
	}
	d.Set("limits", limits)
	d.Set("status", "open")
	d.Set("stage", 1)
	if err := stageBegins(e.App, d, d.GetDateTime("opened_at")); err != nil {
		return err
	}
	if err := e.Next(); err != nil {
		return err
	}
	return disputeOpened(e.App, d, d.GetString("pathway"))
}

func disputeOpened(tx core.App, d *core.Record, pathway string) error {
	data := map[string]any{"about": d.GetString("about"), "subject": d.GetString("subject"), "urgent": d.GetBool("urgent")}
	if with := d.GetString("with_agency"); with != "" {
		data["with_agency"] = with
	}
	return engagement.AppendEvent(tx, engagement.Arising{
		CaseID: d.GetString("case"), Pathway: pathway, From: engagement.Turn(d, "opened"), Kind: "dispute.opened",
		At: d.GetDateTime("opened_at"), Data: data,
	})
}

// limitsOf are the stages' limits in working days, from the dispute's clock of the
// first pathway it concerns that has one.
func limitsOf(tx core.App, d *core.Record) ([]int, error) {
	to, err := engagement.Arising{CaseID: d.GetString("case"), Pathway: d.GetString("pathway")}.Pathways(tx)
	if err != nil {
		return nil, err
	}
	for _, b := range to {
		t, err := pack.TemplateOf(tx, b.Pathway)
		if err != nil {
			return nil, err
		}
		for i := range t.Timers {
			if t.Timers[i].Starts.Dispute && len(t.Timers[i].Due.Stages) > 0 {
				return t.Timers[i].Due.Stages, nil
			}
		}
	}
	return stageLimits, nil
}

// stageBegins says since when a stage runs and by when it should be settled. Where
// the calendar does not reach there is no due day: a day is never guessed.
func stageBegins(tx core.App, d *core.Record, at types.DateTime) error {
	day := kernel.LocalDay(at)
	if d.GetBool("urgent") {
		due, err := types.ParseDateTime(at.Time().Add(urgentStage))
		d.Load(map[string]any{"stage_since": day, "stage_due_at": due, "stage_due_on": kernel.LocalDay(due)})
		return err
	}
	var limits []int
	if err := kernel.Decode(d, "limits", &limits); err != nil {
		return err
	}
	calendar, err := pack.CaseCalendar(tx, d.GetString("case"))
	if err != nil {
		return err
	}
	d.Set("stage_since", day)
	d.Set("stage_due_on", "")
	if len(limits) > 0 {
		if due, err := calendar.Within(day, limits[min(d.GetInt("stage"), len(limits))-1]); err == nil {
			d.Set("stage_due_on", due)
		}
	}
	return nil
}

func stepDispute(e *core.RecordEvent) error {
	s := e.Record
	d, err := e.App.FindRecordById("disputes", s.GetString("dispute"))
	if err != nil {
		return kernel.Wrong("dispute", "missing", "There is no such disagreement in this case.")
	}
	if d.GetString("status") != "open" {
		return kernel.Wrong("step", "resolved", "This disagreement was settled; open another if it is not.")
	}
	if !kernel.IsServer(s) {
		if err := mayStep(e.App, d, s.GetString("step"), s.GetDateTime("occurred_at"), "step"); err != nil {
			return err
		}
		if s.GetString("step") == "resolved" && !pathway.Substance(s.GetString("text")) {
			return kernel.Wrong("text", "too_short", pathway.TooShort)
		}
	}
	if err := e.Next(); err != nil {
		return err
	}
	a := engagement.Arising{CaseID: d.GetString("case"), From: engagement.Turn(s, s.GetString("step")), After: engagement.Turn(d, "opened"), Names: "dispute", At: s.GetDateTime("occurred_at")}
	switch s.GetString("step") {
	case "stage_up":
		d.Set("stage", d.GetInt("stage")+1)
		if err := stageBegins(e.App, d, s.GetDateTime("occurred_at")); err != nil {
			return err
		}
		a.Kind = "dispute.stage_up"
	case "resolved":
		if err := standDispute(e.App, d, s); err != nil {
			return err
		}
		a.Kind, a.Data = "dispute.resolved", map[string]any{"outcome": s.GetString("text")}
	default:
		return nil // an agency's position moves nothing
	}
	if err := kernel.SaveChanged(e.App, d); err != nil {
		return err
	}
	return engagement.AppendEvent(e.App, a)
}

// mayStageUp: each stage is for somebody further up, once the other agency has said what it
// holds, or had the stage's time to; and after the last there is none.
func mayStageUp(tx core.App, d, person *core.Record, at time.Time, field string) error {
	next := d.GetInt("stage") + 1
	switch {
	case next > chairedStage:
		return kernel.Wrong(field, "last_stage", "It is at its last stage, a meeting with somebody in the chair: record there how it was settled.")
	case next == seniorStage && !kernel.Holds(person, collections.Manager) && !senior(person):
		return kernel.Wrong(field, "manager_only", "From here it is between managers: ask "+tell.YourManager(tx, person)+" to take it to the next stage.")
	case next == chairedStage && !senior(person):
		return kernel.Wrong(field, "senior_only", "A meeting with somebody in the chair is called by your agency's lead or safeguarding lead: ask "+tell.WhoHolds(tx, person.GetString("agency"), person.Id, collections.AgencyLead, collections.SafeguardingLead)+".")
	}
	said, err := otherPosition(tx, d, person.GetString("agency"))
	if err != nil || said {
		return err
	}
	if over, err := stageOver(tx, d, at); err != nil || over {
		return err
	}
	return kernel.Wrong(field, "no_position", "Wait for the other agency to record what it holds at this stage, or until the time for this stage is over.")
}

// stageOver says whether the time of a stage is over, so that nobody waits for the other side
// any longer. However a stage is dated, its time runs from when the server had it: until then
// nobody was asked.
func stageOver(tx core.App, d *core.Record, at time.Time) (bool, error) {
	came := d.GetDateTime("created")
	if err := kernel.Query(tx, `SELECT max({:c}, coalesce(max(created), '')) FROM dispute_steps WHERE dispute = {:d} AND step = 'stage_up'`).
		Bind(dbx.Params{"c": came.String(), "d": d.Id}).Row(&came); err != nil {
		return false, err
	}
	asHad := core.NewRecord(d.Collection())
	asHad.Load(d.FieldsData())
	if err := stageBegins(tx, asHad, came); err != nil {
		return false, err
	}
	if d.GetBool("urgent") {
		return at.After(d.GetDateTime("stage_due_at").Time()) && at.After(asHad.GetDateTime("stage_due_at").Time()), nil
	}
	due := asHad.GetString("stage_due_on")
	return due != "" && workday.Of(at).String() > max(due, d.GetString("stage_due_on")), nil
}

// senior says whether a person speaks for their agency above its managers.
func senior(person *core.Record) bool {
	return kernel.Holds(person, collections.AgencyLead) || kernel.Holds(person, collections.SafeguardingLead)
}

// otherPosition says whether the other side than whoever moves on has said what it holds, at
// this stage: what it held at an earlier one is no answer to those who talk now, nor is one's
// own. Where the disagreement is with nobody in particular, any other agency has; but for one
// whose part it is not, whoever raised it.
func otherPosition(tx core.App, d *core.Record, mover string) (said bool, err error) {
	raised, with := d.GetString("agency"), d.GetString("with_agency")
	other := with
	if mover != raised {
		other = raised
	}
	err = kernel.Query(tx, `SELECT EXISTS (SELECT 1 FROM dispute_steps s WHERE s.dispute = {:d} AND s.step = 'position' AND s.agency != {:m} AND {:o} IN ('', s.agency)
		AND s.rowid > coalesce((SELECT max(u.rowid) FROM dispute_steps u WHERE u.dispute = {:d} AND u.step = 'stage_up'), 0))`).
		Bind(dbx.Params{"d": d.Id, "m": mover, "o": other}).Row(&said)
	if err != nil || said || other != raised || d.GetInt("stage") > 1 {
		return said, err
	}
	return strings.TrimSpace(d.GetString("position")) != "", nil
}

// carryDisputes puts what the agencies already disagree about on a pathway that
// opens meanwhile: it does not close over that either.
func carryDisputes(e *core.RecordEvent) error {
	if err := e.Next(); err != nil {
		return err
	}
	open, err := e.App.FindAllRecords("disputes", dbx.HashExp{"case": e.Record.GetString("case"), "status": "open", "pathway": ""})
	if err != nil {
		return err
	}
	for _, d := range open {
		if err := disputeOpened(e.App, d, e.Record.Id); err != nil {
			return err
		}
	}
	return nil
}
