package hooks_test

import (
	"regexp"
	"testing"

	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// A case is named by the server, and what somebody called it before tells them nothing of
// a case that they may not see.
func TestACaseIsNamedByTheServer(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	opens := func(more map[string]any) (demotest.Answer, map[string]any) {
		t.Helper()
		body := map[string]any{"family_name": "New", "lead_agency": demo.Outsider.Agency, "status": "open"}
		for k, v := range more {
			body[k] = v
		}
		a := s.Do("POST", "/api/collections/cases/records", s.Token(demo.Outsider), body)
		var made map[string]any
		a.JSON(t, &made)
		return a, made
	}
	ours, seen := regexp.MustCompile(`^FM-\d{6}$`), map[string]bool{}
	for _, sent := range []string{"", "FM-0007", "FM-0007", "FM-9999", "the Monday family"} {
		a, c := opens(map[string]any{"reference": sent})
		given, _ := c["reference"].(string)
		if a.Status != 200 || !ours.MatchString(given) || given == sent || c["provisional_reference"] != sent || seen[given] {
			t.Errorf("called %q: %d, %v, provisionally %v", sent, a.Status, given, c["provisional_reference"])
		}
		seen[given] = true
	}
	if a, _ := opens(map[string]any{"status": "closed"}); a.Status != 400 {
		t.Errorf("a case begins closed: %d", a.Status)
	}
	d := &office{s.App, t}
	d.does(nil, "case_policies", "", map[string]any{"reference_prefix": "TARN", "reason": "Two areas became one."})
	if _, c := opens(nil); !regexp.MustCompile(`^TARN-\d{6}$`).MatchString(c["reference"].(string)) {
		t.Errorf("under the area's new policy: %v", c["reference"])
	}
}

// Who and what a case is, nobody on it changes like any other field, by no door.
func TestACasesOwnFieldsAreClosed(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	d := &office{s.App, t}
	for field, value := range map[string]any{
		"status": "closed", "restricted": true, "lead_agency": demo.School.Agency, "reference": "FM-9999", "family_name": "Somebody else",
		"closed_on": "2026-11-20", "provisional_reference": "x",
	} {
		for _, p := range []demo.Person{demo.Practitioner, demo.Manager, demo.School} {
			if a := s.Do("PATCH", "/api/collections/cases/records/"+demo.CaseID(1), s.Token(p), map[string]any{field: value}); a.Status != 400 {
				t.Errorf("%s sets %s: %d", p.Account, field, a.Status)
			}
		}
		_, err := d.by(nil, "cases", demo.CaseID(1), map[string]any{field: value})
		d.refused("the operator sets "+field, err, field, "fixed")
	}
	if a := s.Do("PATCH", "/api/collections/cases/records/"+demo.CaseID(1), s.Token(demo.School), map[string]any{"summary": "As we see it."}); a.Status != 200 {
		t.Errorf("the summary is everybody's: %d", a.Status)
	}
}

// To add somebody one knows nothing of tells nothing of them: an id that is a person's is
// answered like one that is nobody's; a work address that one knows brings them.
func TestAnIDTellsNothingOfAPerson(t *testing.T) {
	s := demotest.Serve(t, demotest.App(t))
	add := func(who map[string]any) demotest.Answer {
		who["case"], who["role"] = demo.CaseID(2), "member"
		return s.Do("POST", "/api/collections/case_members/records", s.Token(demo.Practitioner), who)
	}
	foreign, missing := add(map[string]any{"user": demo.Outsider.ID}), add(map[string]any{"user": "nosuchperson000"})
	if foreign.Status != 400 || string(foreign.Body) != string(missing.Body) {
		t.Errorf("a foreign id: %s\na missing one: %s", foreign.Body, missing.Body)
	}
	wrong, nobody := add(map[string]any{"work_email": "nobody@fellmoor.example"}), add(map[string]any{"user": demo.School.ID, "work_email": demo.Outsider.Email()})
	if wrong.Status != 400 || string(wrong.Body) != string(missing.Body) || string(nobody.Body) != string(missing.Body) {
		t.Errorf("an address that is nobody's: %s; one that is another's: %s", wrong.Body, nobody.Body)
	}
	var member map[string]any
	if a := add(map[string]any{"work_email": "Outsider@Fellmoor.example "}); a.Status != 200 {
		t.Fatalf("a colleague elsewhere by their address: %d %s", a.Status, a.Body)
	} else if a.JSON(t, &member); member["user"] != demo.Outsider.ID || member["work_email"] != "" {
		t.Errorf("%v", member)
	}
	for say, p := range map[string]demo.Person{"on a case of theirs": demo.School, "of their agency": demo.Colleague} {
		if a := add(map[string]any{"user": p.ID}); a.Status != 200 {
			t.Errorf("somebody %s: %d %s", say, a.Status, a.Body)
		}
	}
}
