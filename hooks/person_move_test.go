package hooks_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// A child who was recorded in the wrong family goes to the right one with what was
// recorded about them alone, the rest stays, and nothing is lost or written anew.
func TestAChildMovesToTheRightFamilyWithTheirHistory(t *testing.T) {
	d := openOffice(t)
	wrongly, right := demo.CaseID(1), demo.CaseID(4)
	note := func(body string, children ...string) *core.Record {
		return d.does(&demo.School, "notes", "", map[string]any{"case": wrongly, "body": body, "source": "said_by_child", "children": children, "shared": true})
	}
	alone, both, nobody := note("I like it at Nan's.", jonah), note("They quarrel.", jonah, ivy), note("The house was cold.")
	alone = d.does(&demo.School, "notes", alone.Id, map[string]any{"body": "I like it at Nan's house."})
	flag := d.does(&demo.Practitioner, "child_flags", "", map[string]any{"case": wrongly, "child": jonah, "kind": "child_in_need", "from": "2026-01-02"})
	number := d.does(&demo.Practitioner, "person_identifiers", "", map[string]any{"case": wrongly, "person": jonah, "type": "school", "issuer": "Harbour School", "value": "H-17"})
	drawing := d.does(&demo.School, "evidence", "", map[string]any{"case": wrongly, "title": "A house", "kind": "drawing", "sha256": strings.Repeat("a", 64), "size": 10, "mime": "image/png", "child": jonah})
	ofBoth := d.does(&demo.School, "evidence", "", map[string]any{"case": wrongly, "title": "Two houses", "kind": "drawing", "sha256": strings.Repeat("b", 64), "size": 10, "mime": "image/png", "children": []string{jonah, ivy}})
	custody := must(d.FindFirstRecordByFilter("evidence_events", "evidence = {:e}", dbx.Params{"e": drawing.Id}))
	count := func() (n int) {
		for _, noun := range []string{"people", "notes", "child_flags", "person_identifiers", "record_versions", "evidence", "evidence_events"} {
			n += int(must(d.CountRecords(noun)))
		}
		return n
	}
	before := count()
	move := map[string]any{"case": wrongly, "person": jonah, "direction": "out", "to": right, "because": "Two families of one name; Jonah is the Imrays'."}

	if _, err := d.by(&demo.Practitioner, "person_moves", "", move); code(err, "to") != "missing" {
		t.Errorf("who does not see the other family moved a child there: %v", err)
	}
	d.does(nil, "case_members", "", map[string]any{"case": right, "user": demo.Practitioner.ID, "role": "member"})
	if _, err := d.by(&demo.Practitioner, "person_moves", "", move); code(err, "to") != "manager_only" {
		t.Errorf("no manager of both moved a child: %v", err)
	}
	d.joins(demo.School, right, "member") // whose words go along
	out := d.does(&demo.Manager, "person_moves", "", move)
	for name, c := range map[string]struct {
		r    *core.Record
		want string
	}{
		"the child":              {must(d.FindRecordById("people", jonah)), right},
		"a note about them":      {d.fresh(alone), right},
		"a flag of theirs":       {d.fresh(flag), right},
		"a number of theirs":     {d.fresh(number), right},
		"a drawing of theirs":    {d.fresh(drawing), right},
		"its custody":            {d.fresh(custody), right},
		"a drawing of two":       {d.fresh(ofBoth), wrongly},
		"a note about two":       {d.fresh(both), wrongly},
		"a note about the house": {d.fresh(nobody), wrongly},
	} {
		if got := c.r.GetString("case"); got != c.want {
			t.Errorf("%s is in %s", name, got)
		}
	}
	if got := d.fresh(alone); got.GetString("author") != demo.School.ID || got.GetString("body") != "I like it at Nan's house." {
		t.Errorf("the note was written anew: %s by %s", got.GetString("body"), got.GetString("author"))
	}
	if n := count(); n != before {
		t.Errorf("%d records before and %d after", before, n)
	}
	version := must(d.FindFirstRecordByFilter("record_versions", "record = {:r}", dbx.Params{"r": alone.Id}))
	if version.GetString("case") != right || !strings.Contains(version.GetString("was"), "Nan's.") {
		t.Errorf("the words before are in %s", version.GetString("case"))
	}
	if out = d.fresh(out); out.GetInt("records") != 6 || out.GetString("author") != demo.Manager.ID {
		t.Errorf("%d records moved by %s", out.GetInt("records"), out.GetString("author"))
	}
	in := must(d.FindFirstRecordByFilter("person_moves", "case = {:c}", dbx.Params{"c": right}))
	if in.GetString("direction") != "in" || in.GetString("person") != jonah || in.GetString("to") != "" || in.GetString("because") == "" {
		t.Errorf("where they came to: %v", in.PublicExport())
	}
	for scope, want := range map[string]int{"case:" + wrongly: 1, "case:" + right: 0} { // a drop where they left
		var gone int
		if err := d.ConcurrentDB().NewQuery(`SELECT count(*) FROM sync_feed WHERE record = {:r} AND scope = {:s} AND gone = 1`).
			Bind(dbx.Params{"r": jonah, "s": scope}).Row(&gone); err != nil || gone != want {
			t.Errorf("%s: %d, %v", scope, gone, err)
		}
	}
	if _, err := d.by(&demo.Manager, "person_moves", "", map[string]any{"case": right, "person": jonah, "direction": "in", "because": "They were never of this family."}); code(err, "direction") != "server_owned" {
		t.Errorf("the server's half was written by hand: %v", err)
	}
	back := map[string]any{"case": right, "person": jonah, "direction": "out", "to": wrongly, "because": "It was right before."}
	d.does(&demo.Manager, "person_moves", "", back)
	if got := d.fresh(alone).GetString("case"); got != wrongly {
		t.Errorf("moved back, the note is in %s", got)
	}
}

// code is what a write was refused with.
func code(err error, field string) string {
	fields, _ := kernel.Refusal(err)
	if coded, ok := fields[field].(interface{ Code() string }); ok {
		return coded.Code()
	}
	return ""
}

// Two records of one child in one family are joined: what names either is about that
// child, and a join that was wrong is undone.
func TestTwoRecordsOfOneChildAreOne(t *testing.T) {
	d := openOffice(t)
	again := d.does(&demo.School, "people", "", map[string]any{"case": demo.CaseID(1), "kind": "child", "name": "Jonah M.", "joined_on": "2026-01-01"})
	p := d.opens(demo.Practitioner, demo.CaseID(1), 48*3600e9)
	d.tells(demo.Practitioner, p, "child.seen", map[string]any{"children": []string{ivy, jonah}})
	plan := d.tells(demo.Practitioner, p, "plan.agreed", map[string]any{"agreement": "verbal"})
	if plan.GetString("verdict") != "attempted" {
		t.Fatal("the third child was not waited for")
	}
	for name, c := range map[string]struct {
		who    *demo.Person
		values map[string]any
		field  string
		want   string
	}{
		"an adult":                    {&demo.School, map[string]any{"same": tess}, "same", "other_kind"},
		"themselves":                  {&demo.School, map[string]any{"same": jonah}, "same", "same_person"},
		"of a family they do not see": {&demo.School, map[string]any{"same": demo.ID("child", 400)}, "same", "missing"},
		"nobody":                      {&demo.School, map[string]any{"same": "nobody000000000"}, "same", "missing"},
		"by no person":                {nil, map[string]any{"same": again.Id}, "person", "not_a_person"},
	} {
		c.values["case"], c.values["person"], c.values["because"] = demo.CaseID(1), jonah, "Both records are of one child."
		if _, err := d.by(c.who, "person_joins", "", c.values); code(err, c.field) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	joined := d.does(&demo.School, "person_joins", "", map[string]any{"case": demo.CaseID(1), "person": jonah, "same": again.Id, "because": "Both records are of one child."})
	if got := d.fresh(again).GetString("same_as"); got != jonah {
		t.Errorf("the record is the same as %q", got)
	}
	if got := d.fresh(plan).GetString("verdict"); got != "accepted" {
		t.Errorf("one child is waited for twice: %s", d.fresh(plan).GetString("reasons"))
	}
	if _, err := d.by(&demo.School, "person_joins", "", map[string]any{"case": demo.CaseID(1), "person": ivy, "same": again.Id, "because": "They were never of this family."}); code(err, "same") != "joined" {
		t.Errorf("joined twice: %v", err)
	}
	undo := map[string]any{"case": demo.CaseID(1), "person": jonah, "same": again.Id, "because": "Two children after all.", "undoes": joined.Id}
	d.does(&demo.Practitioner, "person_joins", "", undo)
	if got := d.fresh(again).GetString("same_as"); got != "" || d.fresh(plan).GetString("verdict") != "attempted" {
		t.Errorf("undone, the record is the same as %q", got)
	}
	if _, err := d.by(&demo.Practitioner, "person_joins", "", undo); code(err, "undoes") != "withdrawn" {
		t.Errorf("undone twice: %v", err)
	}
}

// Of two families each keeps its own record of a child, and says that there is another;
// never of one that is restricted.
func TestTwoFamiliesSayThatTheyHaveOneChild(t *testing.T) {
	d := openOffice(t)
	theirs := demo.ID("child", 400)
	join := map[string]any{"case": demo.CaseID(1), "person": jonah, "same": theirs, "because": "At his father's at weekends."}
	c := must(d.FindRecordById("cases", demo.CaseID(4)))
	c.Set("restricted", true)
	if err := d.Save(kernel.AsServer(c)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.by(&demo.Manager, "person_joins", "", join); code(err, "same") != "restricted" {
		t.Errorf("a restricted family was told of: %v", err)
	}
	c.Set("restricted", false)
	if err := d.Save(kernel.AsServer(c)); err != nil {
		t.Fatal(err)
	}
	joined := d.does(&demo.Manager, "person_joins", "", join)
	other := must(d.FindFirstRecordByFilter("person_joins", "case = {:c}", dbx.Params{"c": demo.CaseID(4)}))
	if other.GetString("person") != theirs || other.GetString("same") != jonah || other.GetString("author") != demo.Manager.ID {
		t.Errorf("the other half: %v", other.PublicExport())
	}
	for _, id := range []string{jonah, theirs} {
		if got := must(d.FindRecordById("people", id)).GetString("same_as"); got != "" {
			t.Errorf("%s stands for nobody any more: %q", id, got)
		}
	}
	d.does(&demo.Manager, "person_joins", "", map[string]any{"case": demo.CaseID(1), "person": jonah, "same": theirs, "because": "They are cousins, and two people.", "undoes": joined.Id})
	if n := must(d.CountRecords("person_joins", dbx.HashExp{"undoes": other.Id})); n != 1 {
		t.Errorf("the other family was not told: %d", n)
	}
}

// A letter that waits for somebody who was moved away does not go to them from the family
// that was not theirs; records that were joined go together, and can still be parted.
func TestNothingGoesToWhomWasMovedFromTheWrongFamily(t *testing.T) {
	d := newDesk(t)
	office := &office{d.app, t}
	letter := d.draft(demo.Practitioner, "L1_missed", nil)
	again := office.does(&demo.Practitioner, "people", "", map[string]any{"case": demo.CaseID(1), "kind": "adult", "name": "T. Marlowe"})
	join := map[string]any{"case": demo.CaseID(1), "person": tess, "same": again.Id, "because": "Both records are of one mother."}
	joined := office.does(&demo.Practitioner, "person_joins", "", join)
	office.does(&demo.Manager, "person_moves", "", map[string]any{"case": demo.CaseID(1), "person": tess, "direction": "out", "to": demo.CaseID(4), "because": "They are of another family."})
	if blocks := d.letter(letter.Id).GetString("blocks"); !strings.Contains(blocks, "belongs to another family") {
		t.Errorf("nothing stands in its way: %s", blocks)
	}
	if err := d.approve(demo.Practitioner, letter.Id); err == nil {
		t.Error("a letter to somebody of another family was approved")
	}
	if got := office.fresh(again).GetString("case") + " " + office.fresh(joined).GetString("case"); got != demo.CaseID(4)+" "+demo.CaseID(4) {
		t.Errorf("what was joined is in %s", got)
	}
	join["case"], join["undoes"] = demo.CaseID(4), joined.Id
	office.does(&demo.Manager, "person_joins", "", join)
	if got := office.fresh(again).GetString("same_as"); got != "" {
		t.Errorf("parted, it is the same as %q", got)
	}
}
