package casework

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/collections"
	"holdfast/hooks/account"
	"holdfast/hooks/kernel"
	"holdfast/hooks/tell"
)

// BindMembership keeps who is on a case true: whether a membership is active, who
// may lead, and that a member's manager is a member too.
func BindMembership(app core.App) {
	at := func(f func(*core.RecordEvent) error) *hook.Handler[*core.RecordEvent] {
		return &hook.Handler[*core.RecordEvent]{Priority: kernel.OrderDomain, Func: f}
	}
	kernel.Creating(app, "case_members").Bind(at(joinCase))
	kernel.Updating(app, "case_members").Bind(at(changeMembership))
	kernel.Creating(app, "cases").Bind(at(openCase))
	kernel.Creating(app, "cases").Bind(at(nameCase))
	kernel.Updating(app, "users").Bind(at(followManagers)) // first: it looks when the others are done
	kernel.Updating(app, "users").Bind(at(renameMember))
	kernel.Updating(app, "users").Bind(at(account.LeaveCases))
	_ = app.Cron().Add("memberships", "* * * * *", func() {
		if err := TurnMemberships(app, types.NowDateTime()); err != nil {
			app.Logger().Error("Turning memberships", "error", err)
		}
	})
}

// joinCase names the member, says whether the membership is active now, and makes
// the member's manager a member too.
func joinCase(e *core.RecordEvent) error {
	user, err := whom(e.App, e.Record)
	if err != nil {
		return err
	}
	if err := mayBe(e.App, e.Record, user); err != nil {
		return err
	}
	if err := mayBring(e.App, e.Record); err != nil {
		return err
	}
	if twice, err := kernel.IsMember(e.App, e.Record.GetString("case"), user.Id); err != nil || twice {
		// Held here and not by a partial index: SQLite compiles every rule anew that
		// meets one with a bound value.
		return orTwice(err)
	}
	notBefore(e.App, e.Record, "from")
	if e.Record.GetDateTime("from").IsZero() {
		e.Record.Set("from", kernel.Now())
	}
	if actor := kernel.ActorOf(e.App).Person(); actor != nil {
		e.Record.Set("added_by", actor.Id)
	}
	agency, err := e.App.FindRecordById("agencies", user.GetString("agency"))
	if err != nil {
		return fmt.Errorf("the agency of member %s: %w", user.Id, err)
	}
	e.Record.Set("name", user.GetString("name"))
	e.Record.Set("agency", agency.Id)
	e.Record.Set("agency_name", agency.GetString("name"))
	e.Record.Set("active", activeAt(e.Record, kernel.Now()))
	if err := e.Next(); err != nil {
		return err
	}
	if err := accompany(e.App, e.Record.GetString("case"), user.Id); err != nil || !e.Record.GetBool("active") {
		return err
	}
	return comeAlong(e.App, e.Record.GetString("case"))
}

// whom is the person whom somebody adds: one whom they can see, at their own agency, on a
// case of theirs or in the directory of champions; or one whose work address they know.
// Anybody else is, to them, nobody: to be added would tell their name and agency.
func whom(app core.App, member *core.Record) (*core.Record, error) {
	nobody := validation.Errors{"user": validation.NewError("missing", "There is no such person.")}
	actor := kernel.ActorOf(app).Person()
	if email := strings.TrimSpace(member.GetString("work_email")); email != "" {
		user, err := kernel.Addressed(app, email)
		if err != nil || user == nil || member.GetString("user") != "" && member.GetString("user") != user.Id {
			return nil, nobody
		}
		member.Set("user", user.Id)
		member.Set("work_email", "")
		return user, nil
	}
	user, err := app.FindRecordById("users", member.GetString("user"))
	if err != nil {
		return nil, nobody
	}
	if actor == nil || kernel.IsServer(member) || actor.GetString("agency") == user.GetString("agency") {
		return user, nil
	}
	var n int
	err = app.ConcurrentDB().NewQuery(`SELECT EXISTS (SELECT 1 FROM champions WHERE "user" = {:u}) OR EXISTS (SELECT 1 FROM case_members mine
			JOIN case_members theirs ON theirs."case" = mine."case" WHERE mine."user" = {:me} AND mine.active AND theirs."user" = {:u})`).
		Bind(dbx.Params{"u": user.Id, "me": actor.Id}).Row(&n)
	if err == nil && n == 0 {
		err = nobody
	}
	return user, err
}

// mayBring: who hears of a restricted family is for those who may restrict it, and nobody else
// adds anybody to it.
func mayBring(app core.App, member *core.Record) error {
	by := kernel.ActorOf(app).Person()
	if by == nil || kernel.IsServer(member) {
		return nil
	}
	c, err := app.FindRecordById("cases", member.GetString("case"))
	if err != nil || !c.GetBool("restricted") {
		return nil // a case that there is none of is refused where its role is
	}
	if may, err := kernel.May(app, by, kernel.RestrictCase, c.Id); err != nil || may {
		return err
	}
	return kernel.Wrong("user", "manager_only", "This family is restricted: a manager or the safeguarding lead of the agency that leads adds people to it. Ask "+tell.WhoHolds(app, c.GetString("lead_agency"), by.Id, collections.Manager, collections.SafeguardingLead)+".")
}

// changeMembership computes again whether a membership is active.
func changeMembership(e *core.RecordEvent) error {
	was := e.Record.Original()
	if kernel.Changed(e.Record, "role") {
		user, err := e.App.FindRecordById("users", e.Record.GetString("user"))
		if err != nil {
			return err
		}
		if err := mayBe(e.App, e.Record, user); err != nil {
			return err
		}
	}
	notBefore(e.App, e.Record, "from")
	notBefore(e.App, e.Record, "until")
	if !kernel.IsServer(e.Record) || !kernel.Changed(e.Record, "active") { // else it was turned, at an instant of its own
		e.Record.Set("active", activeAt(e.Record, kernel.Now()))
	}
	active := e.Record.GetBool("active")
	if active && !was.GetBool("active") { // somebody who had left comes back
		if err := mayBring(e.App, e.Record); err != nil {
			return err
		}
	}
	ends := !active || kernel.Changed(e.Record, "until") && !e.Record.GetDateTime("until").IsZero()
	if was.GetBool("active") && !kernel.IsServer(e.Record) && (ends || kernel.PartOf(was).IsManager() && kernel.Changed(e.Record, "role")) {
		if err := mayStopWatching(e.App, e.Record); err != nil {
			return err
		}
	}
	if err := e.Next(); err != nil || active == was.GetBool("active") {
		return err
	}
	if active {
		if err := accompany(e.App, e.Record.GetString("case"), e.Record.GetString("user")); err != nil {
			return err
		}
		return comeAlong(e.App, e.Record.GetString("case"))
	}
	return keepWatch(e.App, e.Record.GetString("case"))
}

// notBefore lets a membership begin and end no earlier than the server hears of it: until
// then they read the case and were asked about it, or did not and were not; and who is asked
// about closing it goes by these days.
func notBefore(app core.App, member *core.Record, field string) {
	if at, n := member.GetDateTime(field), kernel.Now(); kernel.ActorOf(app).Person() != nil && !kernel.IsServer(member) && kernel.Changed(member, field) && !at.IsZero() && at.Before(n) {
		member.Set(field, n)
	}
}

// mayBe holds a role on a case to those who may have it.
func mayBe(app core.App, member, user *core.Record) error {
	switch part := kernel.PartOf(member); {
	case part.IsLead():
		return mayLead(app, member, user)
	case part.IsManager() && !kernel.IsServer(member): // who comes with their people is one by their account
		return kernel.MayManage(app, member, user)
	}
	return nil
}

// mayLead refuses a lead from an agency that does not lead the case.
func mayLead(app core.App, member, user *core.Record) error {
	c, err := app.FindRecordById("cases", member.GetString("case"))
	if err != nil {
		return validation.Errors{"case": validation.NewError("missing", "There is no such case.")}
	}
	if c.GetString("lead_agency") != user.GetString("agency") {
		return validation.Errors{"role": validation.NewError("other_agency", "The lead of a case comes from the agency that leads it.")}
	}
	return nil
}

func orTwice(err error) error {
	if err != nil {
		return err
	}
	return validation.Errors{"user": validation.NewError("not_unique", "This person is on the case already.")}
}

// openCase makes whoever opens a case its lead, in the same transaction.
func openCase(e *core.RecordEvent) error {
	if err := e.Next(); err != nil {
		return err
	}
	person := kernel.ActorOf(e.App).Person()
	if person == nil {
		return nil
	}
	members, err := e.App.FindCollectionByNameOrId("case_members")
	if err != nil {
		return err
	}
	r := core.NewRecord(members)
	r.Load(map[string]any{"case": e.Record.Id, "user": person.Id, "role": string(collections.PartLead)})
	return e.App.Save(kernel.AsServer(r))
}

// renameMember carries a person's new name to where it is shown. Memberships were
// held for an agency: one who moves to another leaves the cases, and is added again
// where that is wanted.
func renameMember(e *core.RecordEvent) error {
	was := e.Record.Original()
	moved := was.GetString("agency") != e.Record.GetString("agency")
	renamed := was.GetString("name") != e.Record.GetString("name")
	if err := e.Next(); err != nil || !(moved || renamed) {
		return err
	}
	rows, err := e.App.FindAllRecords("case_members", dbx.HashExp{"user": e.Record.Id, "active": true})
	if err != nil {
		return err
	}
	for _, r := range rows {
		r.Set("name", e.Record.GetString("name"))
		if moved {
			r.Set("until", kernel.Now())
		}
		if err := e.App.Save(kernel.AsServer(r)); err != nil {
			return fmt.Errorf("a membership of %s: %w", e.Record.Id, err)
		}
	}
	return nil
}

// activeAt says whether a membership holds at an instant: begun and not ended.
func activeAt(r *core.Record, at types.DateTime) bool {
	from, until := r.GetDateTime("from"), r.GetDateTime("until")
	return !from.After(at) && (until.IsZero() || until.After(at))
}

// TurnMemberships writes the memberships whose beginning or end has come. Time
// enters as a write, so that a rule and a grant never disagree about it.
func TurnMemberships(app core.App, at types.DateTime) error {
	due, err := app.FindRecordsByFilter("case_members",
		"(active = true && until != '' && until <= {:t}) || (active = false && from <= {:t} && (until = '' || until > {:t}))",
		"", 0, 0, dbx.Params{"t": at.String()})
	if err != nil {
		return err
	}
	for _, r := range due {
		r.Set("active", activeAt(r, at))
		if err := app.Save(kernel.AsServer(r)); err != nil {
			return fmt.Errorf("membership %s: %w", r.Id, err)
		}
	}
	return nil
}
