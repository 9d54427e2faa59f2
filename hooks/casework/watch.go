package casework

import (
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/tell"
)

// Nobody works a case alone: as long as somebody on it has a manager, that manager, or
// one above, is on it too. The manager comes with the first of their people and goes
// with the last.

// accompany puts the nearest active manager of a person on the case, once: the next above
// where one is kept apart from it; that one only where no other is above, since nobody works
// a case alone.
func accompany(app core.App, caseID, user string) error {
	var boss string
	err := app.ConcurrentDB().NewQuery(kernel.TheLine(`{:u}`) + `SELECT coalesce((SELECT a.id FROM above a JOIN users u ON u.id = a.id
		WHERE u.active AND a.id != {:u} ORDER BY ` + kernel.KeptApart + `, a.step LIMIT 1), '')`).Bind(dbx.Params{"u": user, "case": caseID}).Row(&boss)
	if err != nil || boss == "" {
		return err
	}
	person, err := app.FindRecordById("users", boss)
	if err != nil {
		return err
	}
	there, err := app.FindRecordsByFilter("case_members", "case = {:c} && user = {:u} && active = true", "", 1, 0, dbx.Params{"c": caseID, "u": boss})
	if err != nil {
		return err
	}
	if len(there) > 0 {
		return stay(app, there[0], person)
	}
	members, err := app.FindCachedCollectionByNameOrId("case_members")
	if err != nil {
		return err
	}
	r := core.NewRecord(members)
	r.Load(map[string]any{"case": caseID, "user": boss, "role": string(tell.PartOfManager(person)), "automatic": true})
	if err := app.Save(kernel.AsServer(r)); err != nil {
		return fmt.Errorf("adding the manager of %s to the case: %w", user, err)
	}
	return nil
}

// stay has somebody who is on the case already be there as a manager, and without end.
func stay(app core.App, member, person *core.Record) error {
	if !kernel.PartOf(member).Runs() {
		member.Set("role", string(tell.PartOfManager(person)))
	}
	member.Set("until", "")
	if !kernel.Changed(member, "role") && !kernel.Changed(member, "until") {
		return nil
	}
	return app.Save(kernel.AsServer(member.IgnoreUnchangedFields(true)))
}

// keepWatch sees to a case when somebody left it, or somebody's manager changed: whoever
// is without a manager there gets one, and the managers who came with others go when
// none of their people is left. They stay while nobody else leads or manages the case:
// else nobody could put anybody on it again.
func keepWatch(app core.App, caseID string) error {
	members, err := app.FindAllRecords("case_members", dbx.HashExp{"case": caseID, "active": true})
	if err != nil {
		return err
	}
	var over []string // who came with others, none of whom is left
	if slices.ContainsFunc(members, func(m *core.Record) bool { return !m.GetBool("automatic") && kernel.PartOf(m).Runs() }) {
		err = app.ConcurrentDB().NewQuery(kernel.TheLine(`SELECT "user" FROM case_members WHERE "case" = {:c} AND active AND NOT automatic`) +
			`SELECT id FROM case_members WHERE "case" = {:c} AND active AND automatic AND "user" NOT IN (SELECT id FROM above)`).
			Bind(dbx.Params{"c": caseID}).Column(&over)
		if err != nil {
			return err
		}
	}
	for _, m := range members {
		if slices.Contains(over, m.Id) {
			continue // for one who goes nobody comes: two who manage one another would come and go without end
		}
		line, err := kernel.LineOf(app, m.GetString("user"))
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(members, func(c *core.Record) bool {
			return slices.Contains(line, c.GetString("user")) && c.GetDateTime("until").IsZero()
		}) {
			if err := accompany(app, caseID, m.GetString("user")); err != nil {
				return err
			}
		}
	}
	for _, id := range over {
		r, err := app.FindRecordById("case_members", id)
		if err != nil {
			return err
		}
		if !r.GetBool("active") {
			continue // it went with another
		}
		r.Set("until", kernel.Now())
		if err := app.Save(kernel.AsServer(r)); err != nil {
			return err
		}
	}
	return nil
}

// mayStopWatching holds the end of a watching manager's membership, or of their role, to
// what leaves nobody alone, and to those whom they do not watch: themselves, who is above
// them, or their agency's lead.
func mayStopWatching(app core.App, member *core.Record) error {
	caseID, user := member.GetString("case"), member.GetString("user")
	of, err := kernel.Watched(app, caseID, user)
	if err != nil || len(of) == 0 {
		return err
	}
	if by := kernel.ActorOf(app); by.Kind() == "user" && by.ID() != user {
		line, err := kernel.LineOf(app, user)
		if err != nil {
			return err
		}
		leads := kernel.Holds(by.User, collections.AgencyLead) && by.User.GetString("agency") == member.GetString("agency")
		if slices.Contains(of, by.ID()) || !leads && !slices.Contains(line, by.ID()) {
			return validation.Errors{"user": validation.NewError("watches", "A manager stays on the case with their people. They leave it themselves, or their agency's lead names another manager.")}
		}
	}
	stay, err := app.FindRecordsByFilter("case_members", "case = {:c} && active = true && until = '' && user != {:u}", "", 0, 0, dbx.Params{"c": caseID, "u": user})
	if err != nil {
		return err
	}
	for _, person := range of {
		line, err := kernel.LineOf(app, person)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(stay, func(m *core.Record) bool {
			return slices.Contains(line, m.GetString("user")) && kernel.PartOf(m).IsManager()
		}) {
			return validation.Errors{"user": validation.NewError("alone", "Nobody works a case alone: somebody here would be without a manager. Another of their managers joins the case first.")}
		}
	}
	return nil
}

// followManagers carries a change of who manages whom to the cases: a new manager comes,
// one who has none of their people left there goes, and who gained or lost the role is a
// manager on their cases, or is not.
func followManagers(e *core.RecordEvent) error {
	was := e.Record.Original().Clone()
	if err := e.Next(); err != nil {
		return err
	}
	differs := func(field string) bool { return kernel.TextOf(was, field) != kernel.TextOf(e.Record, field) }
	if kernel.Holds(was, collections.Manager) != kernel.Holds(e.Record, collections.Manager) {
		if err := turnRole(e.App, e.Record); err != nil {
			return err
		}
	}
	if differs("manager") {
		mine, err := casesOf(e.App, `{:u}`, e.Record.Id)
		if err != nil {
			return err
		}
		for _, id := range mine {
			if err := accompany(e.App, id, e.Record.Id); err != nil {
				return err
			}
		}
	}
	if !differs("manager") && !differs("active") && !differs("agency") {
		return nil
	}
	theirs, err := casesOf(e.App, `SELECT p.id FROM users p WHERE p.id = {:u} OR EXISTS (`+kernel.TheLine(`p.id`)+`SELECT 1 FROM above WHERE id = {:u})`, e.Record.Id)
	if err != nil {
		return err
	}
	for _, id := range theirs {
		if err := keepWatch(e.App, id); err != nil {
			return err
		}
	}
	return nil
}

// casesOf are the cases that some people are on.
func casesOf(app core.App, people, user string) (ids []string, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT DISTINCT "case" FROM case_members WHERE active AND "user" IN (` + people + `) ORDER BY "case"`).
		Bind(dbx.Params{"u": user}).Column(&ids)
	return ids, err
}

func turnRole(app core.App, person *core.Record) error {
	from, to := collections.PartManager, collections.PartMember
	if kernel.Holds(person, collections.Manager) {
		from, to = to, from
	}
	rows, err := app.FindAllRecords("case_members", dbx.HashExp{"user": person.Id, "active": true, "role": string(from)})
	if err != nil {
		return err
	}
	for _, r := range rows {
		if to.IsManager() && !r.GetBool("automatic") {
			continue // they work on it themselves; they are made one where that is wanted
		}
		r.Set("role", string(to))
		if err := app.Save(kernel.AsServer(r)); err != nil {
			return err
		}
	}
	return nil
}
