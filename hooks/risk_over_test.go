package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/server/demo"
)

// isOver records of a danger that it is over, and says what was answered: nothing where it is
// taken.
func (d *office) isOver(who demo.Person, caseID, pathway, risk, how, spokenTo string) string {
	_, err := d.by(&who, "pathway_events", "", map[string]any{"case": caseID, "pathway": pathway, "kind": "immediate_risk.resolved", "occurred_at": types.NowDateTime(),
		"data": map[string]any{"risk": risk, "how": how, "spoken_to": spokenTo}})
	if err != nil {
		return err.Error()
	}
	return ""
}

// A danger is over when it says what was done, in a sentence, and who was spoken to, by name;
// and who raised it does not say so alone.
func TestADangerIsOverInASentenceAndByName(t *testing.T) {
	d := openOffice(t)
	c := demo.CaseID(1)
	p := d.opens(demo.Practitioner, c, time.Hour)
	knife := d.raises(demo.School, p, "Ivy says he has a knife.")
	const done = "The police took the knife; Ivy sleeps at her aunt's."
	for _, w := range []struct{ how, spokenTo string }{{"x", "x"}, {"x", "Rosa Marlowe"}, {done, "x"}, {done, "The mother"}, {done, demo.Manager.Name}, {"xxxxxxxxxxxxxxxxxxxxxxxxx", "Rosa Marlowe"}} {
		if said := d.isOver(demo.Manager, c, p.Id, knife.Id, w.how, w.spokenTo); said == "" {
			t.Errorf("over with %q, spoken to %q", w.how, w.spokenTo)
		}
	}
	if said := d.isOver(demo.Manager, c, p.Id, knife.Id, done, "Rosa Marlowe"); said != "" || d.fresh(knife).GetString("resolved_by") == "" {
		t.Fatal(said)
	}
	if heard := d.hears(knife, "resolved"); heard[demo.Practitioner.ID] == nil || heard[demo.School.ID] == nil {
		t.Errorf("%d heard that it is over", len(heard))
	}
	if len(d.hears(knife, "at_once")) != 0 {
		t.Error("somebody is still asked to read what is over")
	}

	own := d.raises(demo.Manager, p, "The flat has no heating tonight.")
	for _, risk := range []string{own.Id, ""} {
		for _, name := range []string{demo.School.Name, "Tess Marlowe"} {
			if said := d.isOver(demo.Manager, c, p.Id, risk, done, name); !strings.Contains(said, "another manager") {
				t.Errorf("her own, on the word of %s: %q", name, said)
			}
		}
	}
	if said := d.isOver(demo.Manager, c, p.Id, own.Id, done, "Sorrel Ashby"); !strings.Contains(said, "telephone number") {
		t.Errorf("her own, on the word of somebody whom nobody can ring: %q", said)
	}
	if said := d.isOver(demo.Manager, c, p.Id, own.Id, done, "Sorrel Ashby, 01632 960 100"); said != "" || d.fresh(own).GetString("resolved_by") == "" {
		t.Error("social care's word, by telephone:", said)
	}
}
