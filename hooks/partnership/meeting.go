package partnership

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pack"
)

// smallestMeeting is the quorum where neither the pathway's template nor whoever
// called the meeting says one: one agency by itself is no meeting of agencies.
const smallestMeeting = 2

// BindMeetings lets a meeting be called, held with enough agencies, or called off,
// and puts that on the pathway.
func BindMeetings(app core.App) {
	kernel.Creating(app, "meetings").Bind(kernel.InDomain(callMeeting))
	kernel.Updating(app, "meetings").Bind(kernel.InDomain(changeMeeting))
	kernel.Creating(app, "meeting_invitations").Bind(kernel.InDomain(takePart))
	kernel.Updating(app, "meeting_invitations").Bind(kernel.InDomain(takePart))
}

func callMeeting(e *core.RecordEvent) error {
	if e.Record.GetString("status") != "scheduled" {
		return kernel.Wrong("status", "not_called", "A meeting is called first; then who came is recorded, and then that it was held.")
	}
	if e.Record.GetDateTime("called_at").IsZero() {
		e.Record.Set("called_at", kernel.Now())
	}
	if err := e.Next(); err != nil {
		return err
	}
	return meetingCalled(e.App, e.Record, e.Record.GetDateTime("called_at"))
}

// meetingCalled puts the meeting's day on the pathway, anew for each new day.
func meetingCalled(tx core.App, m *core.Record, at types.DateTime) error {
	day := kernel.LocalDay(m.GetDateTime("scheduled_for"))
	return engagement.AppendEvent(tx, engagement.Arising{
		CaseID: m.GetString("case"), Pathway: m.GetString("pathway"), From: engagement.Turn(m, "scheduled/"+day),
		Kind: "meeting.scheduled", At: at, Data: map[string]any{"meeting_on": day},
	})
}

func changeMeeting(e *core.RecordEvent) error {
	m := e.Record
	was, status, told := m.Original().GetString("status"), m.GetString("status"), false
	switch {
	case was == "cancelled" && status != was:
		return kernel.Wrong("status", "ended", "A meeting that was called off stays so; call another.")
	case was == "held":
		for _, f := range []string{"status", "held_at", "scheduled_for", "quorum", "decision", "family_views", "child_views", "no_views_because", "family_told", "not_told_because"} {
			if kernel.Changed(m, f) && !tellsLater(m, f) {
				return kernel.Wrong(f, "held", "What a meeting decided stays as it was recorded; call another to decide otherwise.")
			}
		}
		if told = kernel.Changed(m, "family_told"); told {
			if err := mayHold(m); err != nil {
				return err
			}
		}
	case status == "cancelled" && m.GetString("cancelled_because") == "":
		return kernel.Wrong("cancelled_because", "required", "Say why the meeting was called off.")
	case status == "held":
		if err := mayHold(m); err != nil {
			return err
		}
	}
	if status == "held" {
		if err := countAgencies(e.App, m); err != nil {
			return err
		}
	}
	if err := e.Next(); err != nil {
		return err
	}
	switch status {
	case "held":
		if told {
			return meetingTold(e.App, m)
		}
		return meetingHeld(e.App, m)
	case "scheduled":
		return meetingCalled(e.App, m, kernel.Now())
	}
	return nil
}

// mayHold asks for what a meeting must leave behind: when it was, what it decided,
// and what the child and the family say, or why nobody could ask them (domain 2.3,
// state maam).
func mayHold(m *core.Record) error {
	problems := validation.Errors{}
	if m.GetDateTime("held_at").IsZero() {
		problems["held_at"] = validation.NewError("required", "Say when the meeting was held.")
	}
	if strings.TrimSpace(m.GetString("decision")) == "" {
		problems["decision"] = validation.NewError("required", "Say what was decided.")
	}
	if viewsOf(m) == "" {
		problems["family_views"] = validation.NewError("required", "Give the child's or the family's views, or say why there are none.")
	}
	if m.GetString("family_told") == "no" && strings.TrimSpace(m.GetString("not_told_because")) == "" {
		problems["not_told_because"] = validation.NewError("required", "Say why the family was not told of the meeting.")
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

func viewsOf(m *core.Record) string {
	var said []string
	for _, v := range [][2]string{{"child_views", "Child"}, {"family_views", "Family"}, {"no_views_because", "None given"}} {
		if text := strings.TrimSpace(m.GetString(v[0])); text != "" {
			said = append(said, v[1]+": "+text)
		}
	}
	return strings.Join(said, "\n")
}

// countAgencies writes how many agencies attended, how many were needed, and whether
// that was enough.
func countAgencies(tx core.App, m *core.Record) error {
	came, err := whoCame(tx, m.Id)
	if err != nil {
		return err
	}
	needed, err := quorum(tx, m)
	if err != nil {
		return err
	}
	m.Set("attended", len(came))
	m.Set("needed", needed)
	m.Set("quorate", len(came) >= needed)
	return nil
}

// whoCame are the agencies that attended, each once; one the house does not know is
// told by its name.
func whoCame(tx core.App, meeting string) (came []string, err error) {
	err = kernel.Query(tx, `SELECT DISTINCT coalesce(nullif(agency, ''), name) AS who FROM meeting_invitations
		WHERE meeting = {:m} AND attendance = 'attended' ORDER BY who`).Bind(dbx.Params{"m": meeting}).Column(&came)
	return came, err
}

// quorum is the template's, where the pathway's template has one; else what whoever
// called the meeting said.
func quorum(tx core.App, m *core.Record) (int, error) {
	to, err := engagement.Arising{CaseID: m.GetString("case"), Pathway: m.GetString("pathway")}.Pathways(tx)
	if err != nil {
		return 0, err
	}
	most := 0
	for _, b := range to {
		t, err := pack.TemplateOf(tx, b.Pathway)
		if err != nil {
			return 0, err
		}
		most = max(most, t.Quorum)
	}
	switch stored := m.GetInt("quorum"); {
	case most > 0:
		return most, nil
	case stored > 0:
		return stored, nil
	}
	return smallestMeeting, nil
}

// meetingHeld puts a meeting on the pathway: as held, or as one that too few came
// to. When word of who came arrives later and makes it enough, that is added.
func meetingHeld(tx core.App, m *core.Record) error {
	a := engagement.Arising{
		CaseID: m.GetString("case"), Pathway: m.GetString("pathway"), From: engagement.Turn(m, "held"), Kind: "meeting.held", At: m.GetDateTime("held_at"),
	}
	var err error
	if !m.GetBool("quorate") {
		if held, err := engagement.Arose(tx, a.From, ""); err != nil || held {
			return err
		}
		a.From, a.Kind = engagement.Turn(m, "quorum_failed"), "meeting.quorum_failed"
		a.Data = map[string]any{"reason": fmt.Sprintf("%d of the %d agencies needed attended.", m.GetInt("attended"), m.GetInt("needed"))}
		return engagement.AppendEvent(tx, a)
	}
	if a.Data, err = whatWasHeld(tx, m); err != nil {
		return err
	}
	return engagement.AppendEvent(tx, a)
}

func whatWasHeld(tx core.App, m *core.Record) (map[string]any, error) {
	came, err := whoCame(tx, m.Id)
	data := map[string]any{"decision": m.GetString("decision"), "family_views": viewsOf(m), "attended": came}
	if told := m.GetString("family_told"); told != "" {
		data["family_told"], data["not_told_because"] = told, m.GetString("not_told_because")
	}
	return data, err
}

// tellsLater says whether a field of a meeting that was held says, for the first time,
// whether the family was told of it: that may be put right, once.
func tellsLater(m *core.Record, field string) bool {
	return (field == "family_told" || field == "not_told_because") && m.Original().GetString("family_told") == ""
}

// meetingTold puts right on the pathway whether the family was told.
func meetingTold(tx core.App, m *core.Record) (err error) {
	a := engagement.Arising{
		CaseID: m.GetString("case"), From: engagement.Turn(m, "family_told"), After: engagement.Turn(m, "held"), Corrects: true,
		Kind: "meeting.held", At: m.GetDateTime("held_at"),
	}
	if a.Data, err = whatWasHeld(tx, m); err != nil {
		return err
	}
	return engagement.AppendEvent(tx, a)
}

// takePart counts again when word of who came arrives after the meeting.
func takePart(e *core.RecordEvent) error {
	if err := e.Next(); err != nil {
		return err
	}
	m, err := e.App.FindRecordById("meetings", e.Record.GetString("meeting"))
	if err != nil || m.GetString("status") != "held" {
		return err
	}
	if err := countAgencies(e.App, m); err != nil {
		return err
	}
	return kernel.SaveChanged(e.App, m)
}
