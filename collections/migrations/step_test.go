package migrations_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections/migrations"
)

// house is two invented collections, as they are before a change. One field was once called
// otherwise, and so has an id of its own.
func house() (rooms, lodgers *core.Collection) {
	rooms, lodgers = core.NewBaseCollection("rooms", "hf_rooms"), core.NewBaseCollection("lodgers", "hf_lodgers")
	rooms.Fields.Add(&core.TextField{Id: "of_another_name", Name: "name", Required: true, Max: 80}, &core.NumberField{Name: "beds"}, &core.BoolField{Name: "warm"}, &core.JSONField{Name: "things"})
	lodgers.Fields.Add(&core.TextField{Name: "name"}, &core.RelationField{Name: "rooms", CollectionId: "hf_rooms", MaxSelect: 3})
	lodgers.AddIndex("ix_lodgers_name", true, "name", "")
	return rooms, lodgers
}

// stored is a store with the invented house and a row of each.
func stored(t *testing.T) core.App {
	t.Helper()
	app := empty(t)
	rooms, lodgers := house()
	must(t, app.Save(rooms))
	must(t, app.Save(lodgers))
	raw(t, app, `INSERT INTO rooms (id, name, beds, warm, things) VALUES ('roomroomroom001', 'Attic', 2, 1, '["lamp"]'), ('roomroomroom002', 'Cellar', 0, 0, NULL)`,
		`INSERT INTO lodgers (id, name, rooms) VALUES ('lodgerlodger001', 'Wren', '["roomroomroom001","roomroomroom002"]')`)
	return app
}

func shapes(t *testing.T, all ...*core.Collection) (out []migrations.Shape) {
	t.Helper()
	for _, c := range all {
		out = append(out, of(t, c))
	}
	return out
}

// changed is the house after what somebody does to it.
func changed(does func(rooms, lodgers *core.Collection)) (rooms, lodgers *core.Collection) {
	rooms, lodgers = house()
	does(rooms, lodgers)
	return rooms, lodgers
}

// frozen is the step between the house and what it becomes, as it comes out of its file.
func frozen(t *testing.T, lose []string, now ...*core.Collection) (step migrations.Step) {
	t.Helper()
	rooms, lodgers := house()
	was := shapes(t, rooms, lodgers)
	text := migrations.Print(migrations.Between(was, shapes(t, now...), lose...))
	if err := json.Unmarshal(text, &step); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	after, err := step.To(was)
	must(t, err)
	if left := migrations.Between(after, shapes(t, now...)); !left.Empty() {
		t.Fatalf("%s\nleaves undone\n%s", text, migrations.Print(left))
	}
	return step
}

// Whatever changes, the step that is frozen of it leads a store in use to exactly that, and
// its rows stay.
func TestAStepLeadsToWhatIsDeclared(t *testing.T) {
	all := "id != ''"
	for what, does := range map[string]func(rooms, lodgers *core.Collection){
		"a field more":         func(rooms, _ *core.Collection) { rooms.Fields.Add(&core.TextField{Name: "colour"}) },
		"a field in between":   func(rooms, _ *core.Collection) { rooms.Fields.AddAt(2, &core.DateField{Name: "painted"}) },
		"a field first of all": func(rooms, _ *core.Collection) { rooms.Fields.AddAt(0, &core.DateField{Name: "built"}) },
		"a field moves":        func(rooms, _ *core.Collection) { rooms.Fields.AddAt(1, rooms.Fields.GetByName("things")) },
		"a field is longer":    func(rooms, _ *core.Collection) { rooms.Fields.GetByName("name").(*core.TextField).Max = 200 },
		"a field loses a rule": func(rooms, _ *core.Collection) { rooms.Fields.GetByName("name").(*core.TextField).Required = false },
		"rules":                func(rooms, lodgers *core.Collection) { rooms.ListRule, lodgers.ViewRule = &all, &all },
		"an index more":        func(rooms, _ *core.Collection) { rooms.AddIndex("ix_rooms_name", false, "name", "beds > 0") },
		"no index":             func(_, lodgers *core.Collection) { lodgers.RemoveIndex("ix_lodgers_name") },
		"nothing":              func(_, _ *core.Collection) {},
		"one holds more": func(_, lodgers *core.Collection) {
			lodgers.Fields.GetByName("rooms").(*core.RelationField).MaxSelect = 9
		},
		"a collection is called otherwise": func(rooms, _ *core.Collection) { rooms.Name = "chambers" },
	} {
		t.Run(what, func(t *testing.T) {
			app := stored(t)
			rooms, lodgers := changed(does)
			garden := core.NewBaseCollection("gardens", "hf_gardens")
			garden.Fields.Add(&core.RelationField{Name: "of", CollectionId: "hf_rooms", MaxSelect: 1}, &core.RelationField{Name: "beside", CollectionId: "hf_gardens", MaxSelect: 1})
			must(t, app.RunInTransaction(frozen(t, nil, rooms, lodgers, garden).Up))
			for _, want := range []*core.Collection{rooms, lodgers, garden} {
				got, err := app.FindCollectionByNameOrId(want.Id)
				must(t, err)
				if diff := cmp.Diff(of(t, want), of(t, got)); diff != "" {
					t.Errorf("%s (-declared +taken):\n%s", want.Name, diff)
				}
			}
			r, err := app.FindRecordById(rooms.Name, "roomroomroom001")
			must(t, err)
			l, err := app.FindRecordById("lodgers", "lodgerlodger001")
			must(t, err)
			if r.GetString("name") != "Attic" || r.GetInt("beds") != 2 || !r.GetBool("warm") || r.GetString("things") != `["lamp"]` || len(l.GetStringSlice("rooms")) != 2 {
				t.Errorf("%v %v", r.FieldsData(), l.FieldsData())
			}
		})
	}
}

// Nothing is lost in silence: a step that takes away what a record holds is refused, and
// says what to do; where it holds nothing, or where the step says that it goes, it goes.
func TestAStepTakesAwayNothingThatIsHeld(t *testing.T) {
	without := func(name string) func(rooms, lodgers *core.Collection) {
		return func(rooms, lodgers *core.Collection) { rooms.Fields.RemoveByName(name) }
	}
	for what, c := range map[string]struct {
		does func(rooms, lodgers *core.Collection)
		gone string // what has to be named
		says string
	}{
		"a text":   {without("name"), "rooms.name", "what 2 records of rooms hold in name would be lost"},
		"a number": {without("beds"), "rooms.beds", "what 1 records of rooms hold in beds would be lost"},
		"yes":      {without("warm"), "rooms.warm", "what 1 records of rooms hold in warm would be lost"},
		"JSON":     {without("things"), "rooms.things", "what 1 records of rooms hold in things would be lost"},
		"another kind": {func(rooms, _ *core.Collection) {
			rooms.Fields.RemoveByName("beds")
			rooms.Fields.Add(&core.TextField{Name: "beds"})
		}, "rooms.beds", "what 1 records of rooms hold in beds would be lost"},
		"one in place of several": {func(_, lodgers *core.Collection) {
			lodgers.Fields.GetByName("rooms").(*core.RelationField).MaxSelect = 1
		}, "lodgers.rooms", "what 1 records of lodgers hold in rooms would be lost"},
		"a whole collection": {nil, "lodgers", "lodgers would be dropped, and holds 1 records"},
	} {
		t.Run(what, func(t *testing.T) {
			app := stored(t)
			rooms, lodgers := house()
			now := []*core.Collection{rooms}
			if c.does != nil {
				rooms, lodgers = changed(c.does)
				now = []*core.Collection{rooms, lodgers}
			}
			dump := func() (text string) {
				for _, table := range []string{"rooms", "lodgers"} {
					rows, err := app.FindAllRecords(table)
					must(t, err)
					raw, err := json.Marshal(rows)
					must(t, err)
					text += string(raw)
				}
				return text
			}
			before := dump()
			err := app.RunInTransaction(frozen(t, nil, now...).Up)
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "freeze -lose") {
				t.Fatalf("%v", err)
			}
			if after := dump(); after != before {
				t.Errorf("%s\nbefore\n%s", after, before)
			}
			must(t, app.RunInTransaction(frozen(t, []string{c.gone}, now...).Up))
			for _, want := range now {
				got, err := app.FindCollectionByNameOrId(want.Id)
				must(t, err)
				if diff := cmp.Diff(of(t, want), of(t, got)); diff != "" {
					t.Errorf("%s (-declared +taken):\n%s", want.Name, diff)
				}
			}
			if _, err := app.FindCollectionByNameOrId("lodgers"); (err == nil) != (len(now) == 2) {
				t.Error("the collection:", err)
			}
		})
	}
	for name, empties := range map[string]string{"warm": `warm = 0`, "beds": `beds = 0`, "things": `things = 'null'`, "name": `name = ''`} {
		app := stored(t)
		raw(t, app, `UPDATE rooms SET `+empties)
		rooms, lodgers := changed(without(name))
		if err := app.RunInTransaction(frozen(t, nil, rooms, lodgers).Up); err != nil {
			t.Errorf("nothing is in %s: %v", name, err)
		}
	}
}

// What people review of one more field is a handful of lines, and says nothing else.
func TestOneMoreFieldIsAFewLines(t *testing.T) {
	now, err := migrations.Nouns()
	must(t, err)
	was, err := migrations.Nouns()
	must(t, err)
	i := slices.IndexFunc(was, func(s migrations.Shape) bool { return s["name"] == "notes" })
	fields := was[i]["fields"].([]any)
	was[i]["fields"] = slices.DeleteFunc(slices.Clone(fields), func(f any) bool { return f.(map[string]any)["name"] == "speaker" })
	text := migrations.Print(migrations.Between(was, now))
	want := `{
 "change": [
  {"collection": "notes",
   "set": [
    {"name": "speaker", "type": "text", "max": 200, "after": "source"}
   ]}
 ]
}
`
	if !bytes.Equal(text, []byte(want)) {
		t.Errorf("%s\nwant\n%s", text, want)
	}
}

// A step that speaks of what is not there is refused, not passed over.
func TestAStepThatCannotBeFollowedIsRefused(t *testing.T) {
	rooms, lodgers := house()
	for says, step := range map[string]migrations.Step{
		"there is no cellars to change":       {Change: []migrations.Change{{Collection: "cellars"}}},
		"there is no cellars to drop":         {Drop: []string{"cellars"}},
		"rooms is there already":              {Add: shapes(t, rooms)},
		"there is no field walls to drop":     {Change: []migrations.Change{{Collection: "rooms", Drop: []string{"walls"}}}},
		"stands behind \"walls\"":             {Change: []migrations.Change{{Collection: "rooms", Set: []migrations.Shape{{"name": "roof", "type": "text", "after": "walls"}}}}},
		"the field beds becomes another kind": {Change: []migrations.Change{{Collection: "rooms", Set: []migrations.Shape{{"name": "beds", "type": "text"}}}}},
	} {
		if _, err := step.To(shapes(t, rooms, lodgers)); err == nil || !strings.Contains(fmt.Sprint(err), says) {
			t.Errorf("%q: %v", says, err)
		}
	}
}
