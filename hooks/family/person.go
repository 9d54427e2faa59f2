package family

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/knownas"
	"holdfast/hooks/pathway"
)

// Weighed are what pathways rest on of a person; a sighting is read with its event.
var Weighed = []string{"kind", "date_of_birth", "expected_on", "joined_on", "left_on", "died_on", "care_leaver", "same_as"}

// personStands: nobody has to have a name, but something says who they are.
func PersonStands(p *core.Record) error {
	born, died := p.GetString("date_of_birth"), p.GetString("died_on")
	if p.GetString("name") == "" && p.GetString("called_by") == "" && born == "" && p.GetString("expected_on") == "" && (p.IsNew() || kernel.Changed(p, "name")) {
		return kernel.Wrong("name", "nameless", "Write what this person is called, or leave the name empty and say when they were born, when they are expected, or what they are known by.")
	}
	for _, f := range []string{"died_on", "left_on"} {
		if on := p.GetString(f); on != "" && kernel.Changed(p, f) && born != "" && on < born {
			return kernel.Wrong(f, "too_early", "This is before the day of birth: one of the two is wrong.")
		}
	}
	if left := p.GetString("left_on"); died != "" && left > died && (kernel.Changed(p, "left_on") || kernel.Changed(p, "died_on")) {
		return kernel.Wrong("left_on", "too_late", "This is after the day of death: one of the two is wrong.")
	}
	return nil
}

// PersonOf is what a stored record says of who somebody is.
func PersonOf(r *core.Record) knownas.Person {
	return knownas.Person{
		ID: r.Id, Name: r.GetString("name"), CalledBy: r.GetString("called_by"), Child: r.GetString("kind") == "child",
		Born: r.GetString("date_of_birth"), Expected: r.GetString("expected_on"), Order: r.GetInt("birth_order"),
	}
}

// ChildOf is a child as the pathway's engine knows one.
func ChildOf(r *core.Record, name string) pathway.Child {
	day := kernel.Today()
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

// ChildRows are the records of a case's children.
func ChildRows(app core.App, caseID string) ([]*core.Record, error) {
	return app.FindRecordsByFilter("people", "case = {:c} && kind = 'child'", "created,id", 0, 0, dbx.Params{"c": caseID})
}

// ChildrenOf are the children of a case as the engine knows them: a record that was joined
// to another is another name of that child.
func ChildrenOf(rows []*core.Record) []pathway.Child {
	people, one := make([]knownas.Person, 0, len(rows)), Resolve(rows)
	var kept []*core.Record
	for _, r := range rows {
		if one[r.Id] == r.Id {
			kept, people = append(kept, r), append(people, PersonOf(r))
		}
	}
	names := knownas.Apart(people, kernel.Today())
	children := make([]pathway.Child, len(kept))
	for i, r := range kept {
		children[i] = ChildOf(r, names[i])
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

// Resolve finds, for each of a case's people, the record that stands for them: the end of
// the chain of those they were joined to.
func Resolve(rows []*core.Record) map[string]string {
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

// ChildrenNamed is what the children of a case are called, each by the record that stands
// for them, and that record by each of theirs.
func ChildrenNamed(app core.App, caseID string) (names, one map[string]string, err error) {
	rows, err := ChildRows(app, caseID)
	names, one = map[string]string{}, map[string]string{}
	for _, c := range ChildrenOf(rows) {
		names[c.ID], one[c.ID] = c.Name, c.ID
		for _, id := range c.Also {
			one[id] = c.ID
		}
	}
	return names, one, err
}

// knownBefore is when a child was last seen as somebody knew it when they were put on
// record; nobody has been seen on a day that has not come.
func knownBefore(child *core.Record) string {
	if day := child.GetString("seen_before"); day <= kernel.Today() {
		return day
	}
	return ""
}
