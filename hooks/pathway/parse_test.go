package pathway_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"holdfast/hooks/pathway"
)

// Each fault is found, and where it is said.
func TestParseSaysWhatIsWrongAndWhere(t *testing.T) {
	whole := string(body(t, early))
	for name, c := range map[string]struct{ old, new, want string }{
		"no JSON":               {`{`, `[`, "body: is not JSON"},
		"a member misspelt":     {`"due_soon_hours"`, `"due_soon_hour"`, "due_soon_hour: is not a member here"},
		"guards misspelt":       {`"guards": [{"name": "first_opening"}]`, `"guard": [{"name": "first_opening"}]`, "events[0].guard: is not a member here"},
		"a text for a number":   {`"look_back_days": 28`, `"look_back_days": "28"`, "counting.look_back_days: should be a whole number"},
		"unknown state":         {`"to": "joint_approach"`, `"to": "joint"`, `.to: there is no state "joint"`},
		"unknown event":         {`"on": "approach.made"`, `"on": "approach.mad"`, `.on: there is no event "approach.mad"`},
		"unknown kind":          {`"name": "consent.given"`, `"name": "consent.givn"`, `there is no kind of event "consent.givn"`},
		"unknown guard":         {`"name": "referrer_contacted"`, `"name": "referrer_asked"`, `there is no guard "referrer_asked"`},
		"unknown timer":         {`"timer": "T4"`, `"timer": "T44"`, `.timer: there is no timer "T44"`},
		"unknown role":          {`"may": ["system"]`, `"may": ["robot"]`, `there is no role "robot"`},
		"unknown audience":      {`"coordinator_count"`, `"everybody"`, `there is no person to tell "everybody"`},
		"unknown letter":        {`"letter_deemed", "with": {"letter": "first"}`, `"letter_deemed", "with": {"letter": "firsts"}`, `there is no letter "firsts"`},
		"unknown param":         {`"letter_safe"}`, `"letter_safe", "with": {"days": 3}}`, `there is no param of letter_safe "days"`},
		"param missing":         {`"with": {"kind": "letter.drafted"}`, `"with": {}`, "not_author needs kind"},
		"unknown area":          {`"fear_or_abuse"`, `"laziness"`, `there is no barrier area "laziness"`},
		"state twice":           {`"key": "attempting"`, `"key": "opened"`, `states[1].key: "opened" is there twice`},
		"step twice":            {`"code": "sign-off"`, `"code": "each-child"`, `"each-child" is there twice`},
		"two beginnings":        {`"title": "Trying to make contact"`, `"title": "Trying", "begins": true`, "exactly one should begin"},
		"unreachable":           {`"to": "letter_final"`, `"to": "@stays"`, `"letter_final" cannot be reached`},
		"a way on after an end": {`{"on": "pathway.reopened", "from": ["@ended"], "to": "@stays"}`, `{"on": "pathway.reopened", "from": ["@ended"], "to": "opened"}`, "ends the pathway, and has a way on"},
		"no time":               {`"due": {"working_days": 15}`, `"due": {}`, "says no time"},
		"too long":              {`"working_days": 15`, `"working_days": 1500`, "should be 0 to 260"},
		"no title":              {`"title": "First letter"`, `"title": ""`, "should be 1 to 200 characters"},
		// Safeguards: what an area cannot drop.
		"G1 dropped":         {`{"name": "attempts_made", "with": {"attempts": 3, "methods": 2, "weekdays": 2, "bands": 2, "contact_checked": true}}, `, ``, "final letter needs the guard attempts_made (G1)"},
		"G2 dropped":         {`{"name": "referrer_contacted"}, `, ``, "final letter needs the guard referrer_contacted (G2)"},
		"G4 dropped":         {`"guards": [{"name": "letter_safe"}]`, `"guards": []`, "needs the guard letter_safe (G4)"},
		"G5 dropped":         {`, "guards": [{"name": "not_author", "with": {"kind": "letter.drafted"}}]`, ``, "letter.approved needs the guard not_author (G5)"},
		"G6 dropped":         {`{"name": "impact_complete"}, `, ``, "needs the guard impact_complete (G6)"},
		"G7 dropped":         {`{"name": "agencies_answered", "with": {"timer": "T10"}}, `, ``, "needs the guard agencies_answered (G7)"},
		"G8 dropped":         {`{"name": "nothing_open", "with": {"days": 42}}, `, ``, "needs the guard nothing_open (G8)"},
		"G9 dropped":         {`, "guards": [{"name": "threshold_decided"}]`, ``, "needs the guard threshold_decided (G9)"},
		"G11 dropped":        {`"guards": [{"name": "not_by_count"}]`, `"guards": []`, "needs the guard not_by_count (G11)"},
		"G11 gone round":     {`{"on": "appointment.missed", "from": ["opened"], "to": "attempting"`, `{"on": "appointment.missed", "from": ["opened"], "to": "closed_other"`, `only closure.approved may lead to "closed_other" (G11)`},
		"G12 guarded":        {`"name": "immediate_risk.raised", "title"`, `"name": "immediate_risk.raised", "may": ["manager"], "title"`, "nothing may stand before"},
		"G12 not everywhere": {`{"on": "immediate_risk.raised", "from": ["@any"]`, `{"on": "immediate_risk.raised", "from": ["@open"]`, "should stay, unguarded"},
		"G13 dropped":        {`"outcomes": ["no_answer"`, `"outcomes": ["cancelled_by_service"`, "never counts against a family (G13)"},
		"anybody approves":   {`"name": "closure.approved", "title": "Approve ending the pathway", "may": ["manager", "service_manager"]`, `"name": "closure.approved", "title": "Approve ending the pathway"`, "is for a manager"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(whole, c.old) {
				t.Fatalf("the template no longer has %s", c.old)
			}
			_, err := pathway.Parse([]byte(strings.Replace(whole, c.old, c.new, 1)))
			var wrong *pathway.TemplateError
			if !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want %q", err, c.want)
			}
		})
	}
}

func TestAStateWithoutAWayOutIsRefused(t *testing.T) {
	small := `{"key":"a","title":"a","kind":"engagement","due_soon_hours":1,"counting":{"outcomes":[],"kinds":[],"look_back_days":1},
	"states":[{"key":"on","title":"on","begins":true},{"key":"stuck","title":"stuck"},{"key":"off","title":"off","ends":"cancelled"}],
	"events":[{"name":"immediate_risk.raised","title":"danger"},{"name":"meeting.held","title":"meet"},
	{"name":"pathway.cancelled","title":"cancel","may":["manager"],"guards":[{"name":"nothing_open"}]}],
	"transitions":[{"on":"immediate_risk.raised","from":["@any"],"to":"@stays"},{"on":"meeting.held","from":["on"],"to":"stuck"},
	{"on":"pathway.cancelled","from":["on"],"to":"off"}],"timers":[],"steps":[]}`
	if _, err := pathway.Parse([]byte(small)); err == nil || !strings.Contains(err.Error(), `states[1]: "stuck" has no way to an end`) {
		t.Error(err)
	}
	if _, err := pathway.Parse([]byte(strings.Replace(small, `"from":["on"],"to":"off"`, `"from":["@open"],"to":"off"`, 1))); err != nil {
		t.Error(err)
	}
}

func TestATemplateTooLargeIsNotRead(t *testing.T) {
	if _, err := pathway.Parse(bytes.Repeat([]byte(" "), 300<<10)); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Error(err)
	}
}

func TestHashIsOfTheMeaning(t *testing.T) {
	var packed bytes.Buffer
	if err := json.Compact(&packed, body(t, early)); err != nil {
		t.Fatal(err)
	}
	same, err := pathway.Parse(packed.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if bundled(t, early).Hash() != same.Hash() {
		t.Error("white space changed the hash")
	}
	other, err := pathway.Parse([]byte(strings.Replace(packed.String(), `"working_days":15`, `"working_days":16`, 1)))
	if err != nil || other.Hash() == same.Hash() {
		t.Error("another limit, the same hash", err)
	}
}

func FuzzParseTemplate(f *testing.F) {
	for _, key := range []string{early, "was-not-brought", "no-access-to-child"} {
		f.Add(body(f, key))
	}
	f.Add([]byte(`{"states":[{"begins":true}],"timers":[{"starts":{"on":[""]}}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		template, err := pathway.Parse(raw)
		if err != nil {
			var wrong *pathway.TemplateError
			if !errors.As(err, &wrong) || len(wrong.Faults) == 0 || len(wrong.Faults) > 20 {
				t.Fatalf("%v", err)
			}
			return
		}
		s := tell(t, template).proposed("needs_met")
		s.does(manager, "closure.approved", approval())
		s.reads()
	})
}
