package hooks

import (
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/clock"
	"holdfast/hooks/knownas"
	"holdfast/hooks/pathway"
)

// bindPeople keeps people as they are: each told from the others, none made up, with days
// that run forward. What the pathways rest on is read again when it changes.
func bindPeople(app core.App) {
	creating(app, "people").Bind(inDomain(keepPerson))
	updating(app, "people").Bind(inDomain(keepPerson))
}

// weighed are what pathways rest on of a person; a sighting is read with its event.
var weighed = []string{"kind", "date_of_birth", "expected_on", "joined_on", "left_on", "died_on", "care_leaver", "same_as"}

func keepPerson(e *core.RecordEvent) error {
	p := e.Record
	if !isServer(p) {
		if err := personStands(p); err != nil {
			return err
		}
	}
	child := p.GetString("kind") == "child" || !p.IsNew() && changed(p, "kind")
	weighs := child && (p.IsNew() || slices.ContainsFunc(weighed, func(f string) bool { return changed(p, f) }))
	changes := !p.IsNew() && !isServer(p) && child && slices.ContainsFunc(decides, func(f string) bool { return recasts(f, p.Original().GetString(f), p) })
	if err := e.Next(); err != nil || !weighs {
		return err
	}
	if changes {
		if err := tellOfRecast(e.App, p.GetString("case"), p.Id); err != nil {
			return err
		}
	}
	return readLater(e.App, p.GetString("case"))
}

// personStands: nobody has to have a name, but something says who they are.
func personStands(p *core.Record) error {
	born, died := p.GetString("date_of_birth"), p.GetString("died_on")
	if p.GetString("name") == "" && p.GetString("called_by") == "" && born == "" && p.GetString("expected_on") == "" && (p.IsNew() || changed(p, "name")) {
		return wrong("name", "nameless", "Write what this person is called, or leave the name empty and say when they were born, when they are expected, or what they are known by.")
	}
	for _, f := range []string{"died_on", "left_on"} {
		if on := p.GetString(f); on != "" && changed(p, f) && born != "" && on < born {
			return wrong(f, "too_early", "This is before the day of birth: one of the two is wrong.")
		}
	}
	if left := p.GetString("left_on"); died != "" && left > died && (changed(p, "left_on") || changed(p, "died_on")) {
		return wrong("left_on", "too_late", "This is after the day of death: one of the two is wrong.")
	}
	return nil
}

// personOf is what a stored record says of who somebody is.
func personOf(r *core.Record) knownas.Person {
	return knownas.Person{
		ID: r.Id, Name: r.GetString("name"), CalledBy: r.GetString("called_by"), Child: r.GetString("kind") == "child",
		Born: r.GetString("date_of_birth"), Expected: r.GetString("expected_on"), Order: r.GetInt("birth_order"),
	}
}

// childOf is a child as the pathway's engine knows one.
func childOf(r *core.Record, name string) pathway.Child {
	day := today()
	c := pathway.Child{
		ID: r.Id, Name: name, SeenBefore: knownBefore(r), Since: r.GetString("joined_on"), Until: r.GetString("left_on"),
		Born: r.GetString("date_of_birth"), Expected: r.GetString("expected_on"), CareLeaver: r.GetBool("care_leaver"),
	}
	if died := r.GetString("died_on"); died != "" && (c.Until == "" || c.Since > c.Until) {
		c.Until = died
	}
	if c.Born > day { // a birth to come is one that is expected
		c.Expected, c.Born = c.Born, ""
	}
	return c
}

// childRows are the records of a case's children.
func childRows(app core.App, caseID string) ([]*core.Record, error) {
	return app.FindRecordsByFilter("people", "case = {:c} && kind = 'child'", "created,id", 0, 0, dbx.Params{"c": caseID})
}

// childrenOf are the children of a case as the engine knows them: a record that was joined
// to another is another name of that child.
func childrenOf(rows []*core.Record) []pathway.Child {
	people, one := make([]knownas.Person, 0, len(rows)), resolve(rows)
	var kept []*core.Record
	for _, r := range rows {
		if one[r.Id] == r.Id {
			kept, people = append(kept, r), append(people, personOf(r))
		}
	}
	names := knownas.Apart(people, today())
	children := make([]pathway.Child, len(kept))
	for i, r := range kept {
		children[i] = childOf(r, names[i])
	}
	for _, r := range rows {
		for i := range children {
			if c := &children[i]; one[r.Id] == c.ID && r.Id != c.ID {
				c.Also = append(c.Also, r.Id)
				c.SeenBefore = max(c.SeenBefore, knownBefore(r))
			}
		}
	}
	return children
}

// resolve finds, for each of a case's people, the record that stands for them: the end of
// the chain of those they were joined to.
func resolve(rows []*core.Record) map[string]string {
	to, one := map[string]string{}, map[string]string{}
	for _, r := range rows {
		to[r.Id] = r.GetString("same_as")
	}
	for _, r := range rows {
		one[r.Id] = r.Id
		for range rows { // a chain is as long as there are people, at most
			next := to[one[r.Id]]
			if _, ours := to[next]; !ours {
				break
			}
			one[r.Id] = next
		}
	}
	return one
}

// living: nothing is written to the dead, whose family would open it (B21).
func living(s *sight) ([]block, error) {
	for _, p := range append([]*core.Record{s.recipient}, s.people...) {
		died := p.GetString("died_on")
		if died == "" || p.Id != s.recipient.Id && p.Id != s.letter.GetString("joint_with") {
			continue
		}
		field := "recipient"
		if p.Id != s.recipient.Id {
			field = "joint_with"
		}
		return one(field, "died", "Write to somebody else: "+p.GetString("name")+" died on "+clock.Day(died)+"."), nil
	}
	return nil, nil
}

// ChildrenNamed is what the children of a case are called, each by the record that stands
// for them, and that record by each of theirs.
func ChildrenNamed(app core.App, caseID string) (names, one map[string]string, err error) {
	rows, err := childRows(app, caseID)
	names, one = map[string]string{}, map[string]string{}
	for _, c := range childrenOf(rows) {
		names[c.ID], one[c.ID] = c.Name, c.ID
		for _, id := range c.Also {
			one[id] = c.ID
		}
	}
	return names, one, err
}
