package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/server/demo"
)

// Nobody consents who is a baby, or before they were born; a child under sixteen does where
// somebody says how they understood it, and whoever has the care of them does for them
// (finding 10 of the third look).
func TestWhoConsentsCanAndWasThere(t *testing.T) {
	d := openOffice(t)
	c, n := demo.CaseID(1), 0
	born := func(years, days int) string { return time.Now().AddDate(-years, 0, -days).Format(time.DateOnly) }
	child := func(dob string) string {
		return d.does(&demo.Practitioner, "people", "", map[string]any{"case": c, "kind": "child", "name": "Kit", "date_of_birth": dob}).Id
	}
	baby, small, big, older := child(born(0, 200)), child(born(9, 0)), child(born(15, 300)), child(born(16, 1))
	nameless := d.does(&demo.Practitioner, "people", "", map[string]any{"case": c, "kind": "child", "name": "Kit"}).Id
	unborn := d.does(&demo.Practitioner, "people", "", map[string]any{"case": c, "kind": "child", "expected_on": time.Now().AddDate(0, 2, 0).Format(time.DateOnly)}).Id
	aunt := d.does(&demo.Practitioner, "people", "", map[string]any{"case": c, "kind": "adult", "name": "Jo Marlowe", "date_of_birth": born(40, 0)}).Id
	why := "She said in her own words what the picture is for and who will see it."
	for say, one := range map[string]struct {
		from, on, note string
		about          []string
		field, code    string
	}{
		"the mother":                         {from: tess, on: today(-1)},
		"an aunt":                            {from: aunt, on: today(-1)},
		"a baby":                             {from: baby, on: today(-1), note: why, field: "basis_from", code: "cannot_consent"},
		"an unborn child":                    {from: unborn, on: today(-1), note: why, field: "basis_from", code: "cannot_consent"},
		"a child of nine":                    {from: small, on: today(-1), field: "basis_note", code: "too_short"},
		"a child of nine, for a word":        {from: small, on: today(-1), note: "x", field: "basis_note", code: "too_short"},
		"a child of nine who understood":     {from: small, on: today(-1), note: why},
		"one of fifteen":                     {from: big, on: today(-1), field: "basis_note", code: "too_short"},
		"one of sixteen":                     {from: older, on: today(0)},
		"one of no known age":                {from: nameless, on: today(-1), field: "basis_note", code: "too_short"},
		"before she was born":                {from: small, on: born(9, 3), note: why, field: "basis_on", code: "before_birth"},
		"before the aunt was born":           {from: aunt, on: born(40, 1), field: "basis_on", code: "before_birth"},
		"before anybody could know of her":   {from: tess, on: born(0, 200+300), about: []string{baby}, field: "basis_on", code: "before_birth"},
		"in the pregnancy, of an ultrasound": {from: tess, on: born(0, 200+60), about: []string{baby}},
	} {
		n++
		_, err := d.by(&demo.Practitioner, "evidence", "", map[string]any{"case": c, "title": "A letter", "kind": "document", "sha256": strings.Repeat(string(rune('a'+n%6)), 64), "size": 10, "mime": "application/pdf",
			"basis": "consent", "basis_from": one.from, "basis_on": one.on, "basis_note": one.note, "children": one.about})
		if one.code != "" {
			d.refused(say, err, one.field, one.code)
		} else if err != nil {
			t.Errorf("%s: %v", say, err)
		}
	}
	for _, noun := range []string{"service_agreements", "sharing_consents", "treatment_consents"} {
		answers := func(from, answer, reason string, at types.DateTime) error {
			_, err := d.by(&demo.Practitioner, noun, "", map[string]any{"case": c, "person": from, "scope": "Weekly visits", "answer": answer, "how": "verbal", "reason": reason,
				"answered_at": at, "service": "early_help", "with_whom": "The clinic", "treatment": "An examination"})
			return err
		}
		d.refused(noun+" of a baby", answers(baby, "given", why, types.NowDateTime()), "person", "cannot_consent")
		d.refused(noun+" of a child of nine", answers(small, "given", "x", types.NowDateTime()), "reason", "too_short")
		d.refused(noun+" before birth", answers(aunt, "given", "", types.NowDateTime().AddDate(-41, 0, 0)), "answered_at", "before_birth")
		for who, err := range map[string]error{"mother": answers(tess, "given", "", types.NowDateTime()), "who understood": answers(small, "given", why, types.NowDateTime()), "no": answers(small, "refused", "", types.NowDateTime())} {
			if err != nil {
				t.Errorf("%s of the %s: %v", noun, who, err)
			}
		}
	}
}
