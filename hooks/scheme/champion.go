package scheme

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/hooks/champion"
	"holdfast/hooks/kernel"
)

// BindChampions holds the life of a registration for every door: which step may be
// taken and by whom, its line in the history, the directory, and the mail that
// follows from it.
func BindChampions(app core.App) {
	at := func(order int, f func(*core.RecordEvent) error) *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: order, Func: f}
	}
	kernel.Creating(app, "champion_registrations").Bind(at(kernel.OrderGuard, beginsSubmitted))
	kernel.Creating(app, "champion_registrations").Bind(at(kernel.OrderDomain, register))
	kernel.Updating(app, "champion_registrations").Bind(at(kernel.OrderDomain, stepOn))
	kernel.Deleting(app, "champion_registrations").Bind(at(kernel.OrderGuard, func(*core.RecordEvent) error {
		return kernel.Wrong("id", "kept", "A registration is withdrawn, never deleted: its history is kept.")
	}))
	kernel.Updating(app, "users").Bind(at(kernel.OrderDomain, leaveAgency))
	for _, noun := range []string{"champion_history", "manager_links", "outbox"} {
		kernel.Updating(app, noun).Bind(at(kernel.OrderGuard, kernel.ServerOnly))
		kernel.Deleting(app, noun).Bind(at(kernel.OrderGuard, func(*core.RecordEvent) error { return kernel.ErrAppendOnly }))
	}
	_ = app.Cron().Add("champions", "* * * * *", func() {
		if err := TurnScheme(app, types.NowDateTime()); err != nil {
			app.Logger().Error("Turning the champions' scheme", "error", err)
		}
	})
}

// Take moves a registration by one act of the table (hooks/champion).
func Take(tx core.App, r *core.Record, t kernel.Taken) error {
	act, ok := champion.ByName(t.Act)
	if !ok {
		return fmt.Errorf("there is no act %q", t.Act)
	}
	r.Set("status", string(act.Leads(champion.Status(r.GetString("status")))))
	return tx.Save(kernel.Intent{Server: true, Step: &t}.Of(r))
}

// ManagerDoor is the door of a line manager who came by the link.
const ManagerDoor = "manager"

// whoSteps is what the writer is to this registration; nothing, for the operator
// and for anybody else.
func whoSteps(app core.App, r *core.Record) champion.Who {
	a := kernel.ActorOf(app)
	switch {
	case a.Door == ManagerDoor:
		return champion.Manager
	case a.Kind() == "server":
		return champion.Server
	case a.Person() == nil:
		return ""
	case a.User.Id == r.GetString("user"):
		return champion.Applicant
	case kernel.Holds(a.User, collections.Coordinator):
		return champion.Coordinator
	}
	return ""
}

func beginsSubmitted(e *core.RecordEvent) error {
	if s := e.Record.GetString("status"); s != "" && s != string(champion.Submitted) {
		return kernel.Wrong("status", "transition", "A registration begins as submitted.")
	}
	return e.Next()
}

// register writes the first line of a registration's history.
func register(e *core.RecordEvent) error {
	if err := otherThanSelf(e.App, e.Record); err != nil {
		return err
	}
	if err := e.Next(); err != nil {
		return err
	}
	who := whoSteps(e.App, e.Record)
	if who != champion.Applicant {
		who = champion.Server
	}
	t := stepTaken(e.Record)
	if t.At.IsZero() {
		t.At = kernel.Now()
	}
	t.Act = champion.Submit
	_, err := remember(e.App, e.Record, champion.New, who, t)
	return err
}

// stepTaken is the step that a Save was said to be, once: what its hooks save is none.
func stepTaken(r *core.Record) (t kernel.Taken) {
	if i := kernel.IntentOf(r); i.Step != nil {
		t, i.Step = *i.Step, nil
	}
	return t
}

// stepOn finds the act that a change of a registration is, refuses what the table
// does not have, and does what follows from it in the same transaction.
func stepOn(e *core.RecordEvent) error {
	r := e.Record
	t := stepTaken(r)
	from := champion.Status(r.Original().GetString("status"))
	who := whoSteps(e.App, r)
	if kernel.Changed(r, "manager_email") || kernel.Changed(r, "work_email") {
		if err := otherThanSelf(e.App, r); err != nil {
			return err
		}
	}
	if t.Act == "" {
		t.Act = actOf(r, from, who)
	}
	if t.Act == "" {
		if kernel.Changed(r, "status") {
			return kernel.Wrong("status", "transition", fmt.Sprintf("A registration that is %s cannot become %s this way.", spelt(string(from)), spelt(r.GetString("status"))))
		}
		return inDirectory(e)
	}
	if t.At.IsZero() {
		t.At = kernel.Now()
	}
	act, _ := champion.ByName(t.Act)
	if t.Act != champion.Amend && !act.May(from, who) {
		return kernel.Wrong("status", "transition", fmt.Sprintf("This step cannot be taken while the registration is %s, or not by you.", spelt(string(from))))
	}
	if act.Reason && strings.TrimSpace(t.Reason) == "" {
		return kernel.Wrong("decision_note", "required", "Say why.")
	}
	if t.Act == champion.SendBack {
		r.Set("status", string(champion.Submitted))
	}
	if err := decide(e.App, r, t, who); err != nil {
		return err
	}
	if err := inDirectory(e); err != nil {
		return err
	}
	line, err := remember(e.App, r, from, who, t)
	if err != nil {
		return err
	}
	return follow(e.App, r, t, who, line)
}

// actOf is the act that a plain change of fields means, or empty when it is none.
func actOf(r *core.Record, from champion.Status, who champion.Who) string {
	switch {
	case kernel.Changed(r, "status"):
		act, _ := champion.Between(from, champion.Status(r.GetString("status")), who)
		return act.Name
	case kernel.Changed(r, "manager_email") && from == champion.Awaiting:
		return champion.SendBack // the coordinator looks at the new address before anything is sent to it
	case kernel.Changed(r, "renewal_asked") && r.GetBool("renewal_asked"):
		return champion.AskRenewal
	case kernel.Changed(r, "locality"), kernel.Changed(r, "target_groups"):
		return champion.Amend
	}
	return ""
}

// decide sets the fields that an act decides.
func decide(app core.App, r *core.Record, t kernel.Taken, who champion.Who) error {
	day := t.At.Time().In(kernel.London).Format(time.DateOnly)
	policy, err := PolicyOn(app, day)
	if err != nil {
		return err
	}
	if who == champion.Coordinator && r.GetString("status") != r.Original().GetString("status") {
		r.Set("decided_by", kernel.ActorOf(app).ID())
		r.Set("decided_at", t.At)
		r.Set("decision_note", t.Reason)
	}
	switch t.Act {
	case champion.Agree, champion.Renew:
		r.Set("agreed_at", t.At)
		r.Set("agreed_by", t.By)
		r.Set("renewal_asked", false)
		if t.Act == champion.Renew {
			r.Set("valid_until", policy.Extended(r.GetString("valid_until"), day))
		}
	case champion.RefuseRenewal:
		r.Set("renewal_asked", false)
	case champion.AskRenewal:
		r.Set("renewal_asked", true)
	case champion.Activate:
		// The table leads here only through the manager's agreement; a store that was
		// written past it is stopped here.
		if r.GetDateTime("agreed_at").IsZero() {
			return kernel.Wrong("status", "not_agreed", "The line manager has not agreed yet.")
		}
		user, err := app.FindRecordById("users", r.GetString("user"))
		if err != nil || !user.GetBool("active") {
			return kernel.Wrong("user", "no_account", "This person has no active account, so they cannot be a champion.")
		}
		r.Set("active_since", day)
		r.Set("valid_until", policy.Until(day))
	case champion.Lapse:
		// It may come before the agreement's own end: then that is its end.
		if last := t.At.Time().In(kernel.London).AddDate(0, 0, -1).Format(time.DateOnly); last < r.GetString("valid_until") {
			r.Set("valid_until", last)
		}
	case champion.MakeLead:
		if err := onlyLead(app, r, t.At); err != nil {
			return err
		}
		r.Set("lead", true)
	}
	if t.Act == champion.EndLead || !champion.Status(r.GetString("status")).Serves() {
		r.Set("lead", false)
	}
	return nil
}

// onlyLead ends who leads the agency's champions now: one lead an agency (domain 4.2).
func onlyLead(app core.App, r *core.Record, at types.DateTime) error {
	others, err := app.FindRecordsByFilter("champion_registrations", "agency = {:a} && lead = true && id != {:id}", "", 0, 0,
		map[string]any{"a": r.GetString("agency"), "id": r.Id})
	if err != nil {
		return err
	}
	for _, o := range others {
		if err := Take(app, o, kernel.Taken{Act: champion.EndLead, At: at}); err != nil {
			return err
		}
	}
	return nil
}

// otherThanSelf refuses a registration whose manager is the applicant (domain 4.2):
// by the address of the account or by the work address given.
func otherThanSelf(app core.App, r *core.Record) error {
	manager := strings.ToLower(strings.TrimSpace(r.GetString("manager_email")))
	own := []string{strings.ToLower(strings.TrimSpace(r.GetString("work_email")))}
	if user, err := app.FindRecordById("users", r.GetString("user")); err == nil {
		own = append(own, strings.ToLower(user.Email()))
	}
	if manager != "" && slices.Contains(own, manager) {
		return kernel.Wrong("manager_email", "own_manager", "Nobody agrees to their own registration: give your line manager’s address.")
	}
	return nil
}

func spelt(status string) string { return strings.ReplaceAll(status, "_", " ") }
