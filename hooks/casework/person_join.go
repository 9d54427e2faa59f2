package casework

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/hooks/tell"
)

// BindJoins lets somebody who sees both say that two records are of one person. In one
// case the second goes on as an alias of the first: nothing is copied and nothing lost,
// so that it can be undone. Of two cases each keeps its own, and says that there is
// another.
func BindJoins(app core.App) {
	kernel.Creating(app, "person_joins").Bind(kernel.InDomain(joinPeople))
}

func joinPeople(e *core.RecordEvent) error {
	if kernel.IsServer(e.Record) { // the other half of a join
		return e.Next()
	}
	j, by := e.Record, kernel.ActorOf(e.App).Person()
	if by == nil {
		return kernel.Wrong("person", "not_a_person", "A person does this: sign in as one.")
	}
	person, err := e.App.FindRecordById("people", j.GetString("person"))
	if err != nil {
		return kernel.Wrong("person", "missing", "There is no such person in this case.")
	}
	other, err := e.App.FindRecordById("people", j.GetString("same"))
	if err == nil {
		var there bool
		if there, err = kernel.IsMember(e.App, other.GetString("case"), by.Id); !there {
			other = nil
		}
	}
	if err != nil || other == nil { // as where there is none
		return kernel.Wrong("same", "missing", "There is no such person in a case that you work on.")
	}
	j.Set("joined_at", kernel.Now())
	if j.GetString("undoes") != "" {
		return part(e, person, other)
	}
	return join(e, person, other)
}

func join(e *core.RecordEvent, person, other *core.Record) error {
	within := person.GetString("case") == other.GetString("case")
	switch {
	case person.Id == other.Id:
		return kernel.Wrong("same", "same_person", "Choose two different records.")
	case person.GetString("kind") != other.GetString("kind"):
		return kernel.Wrong("same", "other_kind", "One of these is a child and the other an adult: put that right first.")
	case within && (person.GetString("same_as") != "" || other.GetString("same_as") != ""):
		return kernel.Wrong("same", "joined", "One of these was joined to another record already: join that one.")
	}
	if !within {
		for _, p := range []*core.Record{person, other} {
			if c, err := e.App.FindRecordById("cases", p.GetString("case")); err != nil || c.GetBool("restricted") {
				return kernel.Wrong("same", "restricted", "One of these families is restricted: nothing in another family's record tells of it.")
			}
		}
	}
	apart := person.GetString("kind") == "child" && engagement.Differ(person, other)
	if apart {
		if err := oneAllTheSame(e.App, person, other, within); err != nil {
			return err
		}
	}
	if err := e.Next(); err != nil {
		return err
	}
	if apart && within {
		if err := engagement.TellOfRecast(e.App, person.GetString("case"), other.Id); err != nil {
			return err
		}
	}
	if !within {
		return mirror(e, other, person, "")
	}
	other.Set("same_as", person.Id)
	if err := e.App.Save(kernel.AsServer(other.IgnoreUnchangedFields(true))); err != nil {
		return fmt.Errorf("joining %s to %s: %w", other.Id, person.Id, err)
	}
	return nil
}

// oneAllTheSame: that two records which look like two children are of one is for a manager who
// sees both to say, in one family or in two.
func oneAllTheSame(app core.App, person, other *core.Record, within bool) error {
	by := kernel.ActorOf(app).Person()
	for _, c := range []string{person.GetString("case"), other.GetString("case")} {
		boss, err := kernel.IsManager(app, c, by)
		switch {
		case err != nil:
			return err
		case boss:
		case within:
			return kernel.Wrong("same", "manager_only", "These two have other first names or were born in other years, and may be two children: a manager on this case says that they are one. Ask "+tell.YourManager(app, by)+".")
		default:
			return kernel.Wrong("same", "manager_only", "These two have other first names or were born in other years, and may be two children: a manager of both families says that they are one. Ask "+tell.ManagersOfBoth(app, person.GetString("case"), other.GetString("case"), by)+".")
		}
	}
	return nil
}

// part undoes a join: both records stand again as they were.
func part(e *core.RecordEvent, person, other *core.Record) error {
	was, err := e.App.FindRecordById("person_joins", e.Record.GetString("undoes"))
	if err != nil || was.GetString("person") != person.Id || was.GetString("same") != other.Id || was.GetString("undoes") != "" {
		return kernel.Wrong("undoes", "missing", "These two were not joined by that.")
	}
	if n, err := e.App.CountRecords("person_joins", dbx.HashExp{"undoes": was.Id}); err != nil || n > 0 {
		if err != nil {
			return err
		}
		return kernel.Wrong("undoes", "withdrawn", "This was undone already.")
	}
	if err := e.Next(); err != nil {
		return err
	}
	if person.GetString("case") == other.GetString("case") {
		if other.GetString("same_as") != person.Id {
			return nil
		}
		other.Set("same_as", "")
		return e.App.Save(kernel.AsServer(other.IgnoreUnchangedFields(true)))
	}
	theirs, err := e.App.FindFirstRecordByFilter("person_joins", "person = {:p} && same = {:s} && undoes = '' && joined_at = {:at}",
		dbx.Params{"p": other.Id, "s": person.Id, "at": was.GetString("joined_at")})
	if err != nil {
		return fmt.Errorf("the other half of join %s: %w", was.Id, err)
	}
	return mirror(e, other, person, theirs.Id)
}

// mirror writes the other half of what joins or parts the people of two cases.
func mirror(e *core.RecordEvent, person, same *core.Record, undoes string) error {
	r := core.NewRecord(e.Record.Collection())
	r.Load(map[string]any{
		"case": person.GetString("case"), "person": person.Id, "same": same.Id, "because": e.Record.GetString("because"),
		"undoes": undoes, "joined_at": e.Record.GetDateTime("joined_at"), "author": e.Record.GetString("author"), "agency": e.Record.GetString("agency"),
	})
	if err := e.App.Save(kernel.AsServer(r)); err != nil {
		return fmt.Errorf("the other half of join %s: %w", e.Record.Id, err)
	}
	return nil
}
