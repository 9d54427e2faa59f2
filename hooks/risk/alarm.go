package risk

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/account"
	"holdfast/hooks/kernel"
	"holdfast/hooks/tell"
	"holdfast/hooks/workday"
)

// untoldFor is how long somebody is looked for who could be told, where there was nobody.
const untoldFor = 30 * 24 * time.Hour

// alarmOf is how far the telling of a risk has come; as it comes first, nowhere yet.
func alarmOf(tx core.App, r Risk) (*core.Record, error) {
	alarm, err := tx.FindFirstRecordByData("risk_alarms", "risk", r.Event)
	if err == nil || !errors.Is(err, sql.ErrNoRows) {
		return alarm, err
	}
	policy, err := RiskPolicyOf(tx)
	if err != nil {
		return nil, err
	}
	c, err := tx.FindCachedCollectionByNameOrId("risk_alarms")
	if err != nil {
		return nil, err
	}
	alarm = core.NewRecord(c)
	alarm.Load(map[string]any{"risk": r.Event, "case": r.Case, "pathway": r.Pathway, "author": r.Author, "raised_at": account.Stored(r.At),
		"times": 1, "next_at": account.Stored(r.At.Add(policy.After))})
	if err := tx.Save(kernel.AsServer(alarm)); err != nil {
		return nil, fmt.Errorf("the telling of the risk %s: %w", r.Event, err)
	}
	return alarm, nil
}

func riskOf(alarm *core.Record) Risk {
	return Risk{alarm.GetString("risk"), alarm.GetString("case"), alarm.GetString("pathway"), alarm.GetString("author"), alarm.GetDateTime("raised_at").Time()}
}

// bring has a person told by the ways that reach them where they are, in the transaction
// of what they are told. Of each instant once.
func bring(tx core.App, alarm *core.Record, user, kind string, at time.Time) error {
	u, err := tx.FindRecordById("users", user)
	if err != nil {
		return err
	}
	m := tell.Mail{Reason: alarm.GetString("risk") + "/" + kind + "/" + user + "/" + account.Stored(at), Kind: kind, Collection: "risk_alarms", Record: alarm.Id, Name: u.GetString("name")}
	if mail := m; u.Email() != "" {
		mail.To = u.Email()
		if err := tell.Post(tx, mail); err != nil {
			return err
		}
	}
	subscribed, err := tx.FindAllRecords("push_subscriptions", dbx.HashExp{"user": user})
	if err != nil {
		return err
	}
	for _, s := range subscribed {
		push := m
		push.Reason, push.Channel, push.Address = m.Reason+"/push/"+s.Id, "push", s.Id
		if err := tell.Post(tx, push); err != nil {
			return err
		}
	}
	policy, err := RiskPolicyOf(tx)
	if err != nil || !policy.Text || u.GetString("phone") == "" {
		return err
	}
	m.Reason, m.Channel, m.Address = m.Reason+"/text", "text", u.GetString("phone")
	return tell.Post(tx, m)
}

// RiskOver says of a risk why nobody need be told of it any more, or nothing: it is
// resolved, or somebody whom it was told to has answered.
func RiskOver(app core.App, alarm *core.Record) (why string, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT CASE
		WHEN EXISTS (SELECT 1 FROM pathway_events WHERE id = {:r} AND resolved_by != '') THEN 'resolved'
		WHEN EXISTS (SELECT 1 FROM notices WHERE timer = {:t} AND stage IN ('at_once', 'unanswered') AND (acknowledged_at != '' OR taken_on_at != '')
			AND "user" != {:a}) THEN 'answered' ELSE '' END`).
		Bind(dbx.Params{"r": alarm.GetString("risk"), "t": riskOf(alarm).timer(), "a": alarm.GetString("author")}).Row(&why)
	return why, err
}

// TellAgain tells of every immediate risk that nobody has answered by now: those who were
// told once more, and the next circle with them; and at last that nobody answers. What
// has come to an end is noted. Each is told in a transaction of its own, which holds how
// far it has come and what is to be sent: a server that stops between two of them neither
// forgets one nor tells one twice.
func TellAgain(app core.App, at time.Time) error {
	due, err := app.FindRecordsByFilter("risk_alarms", "ended_at = '' && next_at <= {:t}", "next_at", 200, 0, dbx.Params{"t": account.Stored(at)})
	if err != nil {
		return err
	}
	var faults []error
	for _, a := range due {
		if err := kernel.Within(app, kernel.Actor{Door: "server"}, func(tx core.App) error { return tellAgain(tx, a.Id, at) }); err != nil {
			faults = append(faults, fmt.Errorf("the risk %s: %w", a.GetString("risk"), err))
		}
	}
	return errors.Join(faults...)
}

func tellAgain(tx core.App, id string, at time.Time) error {
	alarm, err := tx.FindRecordById("risk_alarms", id)
	if err != nil || !alarm.GetDateTime("ended_at").IsZero() {
		return err
	}
	why, err := RiskOver(tx, alarm)
	if err != nil {
		return err
	}
	policy, err := RiskPolicyOf(tx)
	if err != nil {
		return err
	}
	r, told := riskOf(alarm), alarm.GetInt("told") > 0
	switch {
	case why == "" && told && alarm.GetInt("times") >= policy.Times:
		why = "unanswered"
		if err := r.tellUnanswered(tx, alarm, policy, at); err != nil {
			return err
		}
	case why == "" && !told && at.Sub(r.At) > untoldFor:
		why = "untold"
	}
	if why != "" {
		alarm.Set("ended_at", account.Stored(at))
		alarm.Set("ended_by", why)
		return kernel.SaveChanged(tx, alarm)
	}
	alarm.Set("next_at", account.Stored(at.Add(policy.After)))
	if told {
		alarm.Set("times", alarm.GetInt("times")+1)
	}
	if err := r.tellMore(tx, alarm, at); err != nil {
		return err
	}
	return toldOnRecord(tx, r.Event, alarm.GetInt("told"))
}

// tellMore tells those who were told once more, and the next circle that has anybody in
// it who was not.
func (r Risk) tellMore(tx core.App, alarm *core.Record, at time.Time) error {
	circles, err := r.circles(tx)
	if err != nil {
		return err
	}
	n := alarm.GetInt("circles")
	known := slices.Concat(circles[:min(n, len(circles))]...)
	for n < len(circles) {
		n++
		if slices.ContainsFunc(circles[n-1], func(u string) bool { return !slices.Contains(known, u) }) {
			break
		}
	}
	alarm.Set("circles", n)
	for _, user := range known {
		if err := r.tell(tx, alarm, tell.Notice{User: user, At: at, Again: true}); err != nil {
			return err
		}
	}
	return r.tellCircles(tx, alarm, at)
}

// tellUnanswered says to whoever has the duty, to every manager of the agency that leads
// and to the author that nobody has answered.
func (r Risk) tellUnanswered(tx core.App, alarm *core.Record, policy RiskPolicy, at time.Time) error {
	var to []string
	if err := tx.ConcurrentDB().NewQuery(`SELECT u.id FROM users u WHERE u.active AND (u.id = {:author} OR u.id IN (SELECT value FROM json_each({:duty})) OR ` + leadManagers + `) ORDER BY u.id`).
		Bind(r.params(policy)).Column(&to); err != nil {
		return fmt.Errorf("whom to tell that nobody answers: %w", err)
	}
	from, ring, err := r.from(tx)
	if err != nil {
		return err
	}
	for _, user := range to {
		if err := tell.Notify(tx, tell.Notice{User: user, CaseID: r.Case, Pathway: r.Pathway, Timer: r.timer(), Stage: "unanswered", DueOn: workday.Of(at).String(), At: at, RaisedBy: from, Ring: ring}); err != nil {
			return err
		}
		if err := bring(tx, alarm, user, "risk_unanswered", at); err != nil {
			return err
		}
	}
	return nil
}

// toldOnRecord writes on the event how many were told of it, where it is on the record.
func toldOnRecord(tx core.App, event string, told int) error {
	r, err := tx.FindRecordById("pathway_events", event)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	r.Set("told", told)
	return kernel.SaveChanged(tx, r)
}

// RiskCaller is who raised a risk, or who says that it is over, and where they are rung
// up.
func RiskCaller(tx core.App, alarm *core.Record, resolved bool) (who, ring string, err error) {
	r := riskOf(alarm)
	if resolved {
		if err := tx.ConcurrentDB().NewQuery(`SELECT coalesce(max(o.author), '') FROM pathway_events e JOIN pathway_events o ON o.id = e.resolved_by WHERE e.id = {:r}`).
			Bind(dbx.Params{"r": r.Event}).Row(&r.Author); err != nil {
			return "", "", err
		}
	}
	return r.from(tx)
}
