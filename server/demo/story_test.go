package demo_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/pathway"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// stands is where each family of the stories is, for whoever looks for one.
var stands = map[string]string{
	"Halloran": "opened", "Pemberton": "attempting", "Nowakowska": "letter_1", "Achterberg": "joint_approach", "Lockyer": "risk_assessed",
	"Tremaine": "letter_final", "Dunmore": "maam", "Castellan": "escalated_csc", "Fairweather": "re_engaged", "Ostrowska": "closure_proposed",
	"Bellamy": "closed_needs_met", "Garside": "closed_single_agency", "Ruskin-Hay": "closed_statutory", "Thornley": "closed_declined",
	"Penhallow": "closed_moved", "Varga": "closed_other", "Ingleby": "cancelled",
	"Haddon": "attempting", "Sorley": "attempting", "Blackwood": "attempting", "Ellery": "attempting", "Sandoval": "letter_1", "Whitlock": "attempting",
	"Yardley": "closure_proposed", "Bexfield": "joint_approach", "Corrigan": "attempting", "Halvorsen": "attempting", "Mowbray": "attempting",
	"Weatherall": "attempting", "Amberley": "joint_approach",
	"Marchetti": "attempting", "Rookwood": "discussed", // on the pathways was-not-brought and no-access-to-child
}

// area is Fellmoor with the stories in it.
type area struct {
	core.App
	t *testing.T
}

// The stories are filled once, and looked at from every side.
func TestStories(t *testing.T) {
	a := filled(t)
	for name, look := range map[string]func(*testing.T, *area){
		"a family stands at every state":                aFamilyStandsAtEveryState,
		"what stands beside the states":                 whatStandsBesideTheStates,
		"a letter's days are those of the story":        aLettersDaysAreThoseOfTheStory,
		"the small demo is what it was without stories": theSmallDemoIsAsItWas,
	} {
		t.Run(name, func(t *testing.T) { look(t, &area{a.App, t}) })
	}
}

func filled(t *testing.T) *area {
	t.Helper()
	a := &area{demotest.App(t), t}
	if err := demo.FillStories(a.App, time.Now()); err != nil {
		t.Fatal(err)
	}
	return a
}

// rows of a noun in one family's case.
func (a *area) rows(family, noun, filter string) []*core.Record {
	a.t.Helper()
	if filter != "" {
		filter = " && " + filter
	}
	rows, err := a.FindRecordsByFilter(noun, "case.family_name = {:f}"+filter, "", 0, 0, dbx.Params{"f": family})
	if err != nil {
		a.t.Fatal(err)
	}
	return rows
}

func (a *area) one(family, noun, filter string) *core.Record {
	a.t.Helper()
	rows := a.rows(family, noun, filter)
	if len(rows) != 1 {
		a.t.Fatalf("%s has %d %s where %s, want one", family, len(rows), noun, filter)
	}
	return rows[0]
}

// Every state there is has its family, each family stands where it should, and what
// the engine was to accept it accepted.
func aFamilyStandsAtEveryState(t *testing.T, a *area) {
	seen := map[string]bool{}
	for family, want := range stands {
		p := a.one(family, "pathways", "")
		if got := p.GetString("state"); got != want {
			t.Errorf("%s: %s, want %s", family, got, want)
		}
		closes := p.GetBool("ended") && want != "cancelled"
		if c := a.closed(family); c != closes {
			t.Errorf("%s is at %s and the case is closed: %v", family, want, c)
		}
		template, err := a.FindRecordById("pathway_templates", p.GetString("template"))
		if err != nil {
			t.Fatal(err)
		}
		if template.GetString("key") == "early-help-engagement" {
			seen[want] = true
		}
	}
	template, err := a.FindFirstRecordByData("pathway_templates", "key", "early-help-engagement")
	if err != nil {
		t.Fatal(err)
	}
	engagement, err := pathway.Parse([]byte(template.GetString("body")))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range engagement.States {
		if !seen[s.Key] {
			t.Errorf("no family is at %s", s.Key)
		}
	}
	events, err := a.FindAllRecords("pathway_events")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.GetString("verdict") == "accepted" || e.Id == a.tried("Yardley").Id {
			continue
		}
		t.Errorf("%s of %s is %s: %s", e.GetString("kind"), e.GetString("case"), e.GetString("verdict"), e.GetString("reasons"))
	}
}

func (a *area) closed(family string) bool {
	a.t.Helper()
	c, err := a.FindFirstRecordByData("cases", "family_name", family)
	if err != nil {
		a.t.Fatal(err)
	}
	return c.GetString("status") == "closed"
}

func (a *area) tried(family string) *core.Record {
	return a.one(family, "pathway_events", "verdict = 'attempted'")
}

// What stands beside a state is there to be looked at, too.
func whatStandsBesideTheStates(t *testing.T, a *area) {
	for family, want := range map[string]struct{ noun, where string }{
		"Haddon":     {"disputes", "status = 'open' && stage = 2"},
		"Sorley":     {"pathway_events", "kind = 'immediate_risk.raised'"},
		"Blackwood":  {"pathway_steps", "code = 'see-children' && status = 'overdue'"},
		"Sandoval":   {"letters", "status = 'returned'"},
		"Whitlock":   {"letters", "status = 'draft' && blocks ~ 'stands_between'"},
		"Bexfield":   {"meetings", "status = 'held' && quorate = false"},
		"Dunmore":    {"meetings", "status = 'held' && quorate = true"},
		"Corrigan":   {"referrals", "status = 'nfa'"},
		"Castellan":  {"referrals", "status = 'accepted'"},
		"Halvorsen":  {"service_agreements", "withdrawn_at != ''"},
		"Weatherall": {"pathway_events", "kind = 'calendar.changed' && data ~ 'tarn-valley'"},
		"Bellamy":    {"letters", "status = 'issued' && pathway_letter = 'closing'"},
	} {
		a.one(family, want.noun, want.where)
	}
	if p := a.one("Haddon", "pathways", ""); !p.GetBool("disputed") {
		t.Error("the pathway of the Haddons does not say that it is disputed")
	}
	if late := a.rows("Ellery", "pathway_steps", "status = 'overdue'"); len(late) < 5 {
		t.Errorf("%d steps of the Ellerys are overdue", len(late))
	}
	mowbray, err := a.FindFirstRecordByData("cases", "family_name", "Mowbray")
	if err != nil || !mowbray.GetBool("restricted") {
		t.Error("the case of the Mowbrays is not restricted", err)
	}
	if why := a.tried("Yardley").GetString("reasons"); !strings.Contains(why, "Wait for Tarn Valley Health Visiting to answer") {
		t.Error("the Yardleys' end was refused with", why)
	}
}

// A letter of a story is of its own day: it is taken to have come long before today.
func aLettersDaysAreThoseOfTheStory(t *testing.T, a *area) {
	first := a.one("Tremaine", "letters", "pathway_letter = 'first'")
	for _, moment := range []string{"approved_at", "issued_at"} {
		if got := first.GetString(moment); got[:10] != first.GetString("date") {
			t.Errorf("%s %s, and the letter is of %s", moment, got, first.GetString("date"))
		}
	}
	if today := time.Now().Format(time.DateOnly); first.GetString("deemed_on") >= today {
		t.Errorf("taken to have come on %s", first.GetString("deemed_on"))
	}
	for _, e := range a.rows("Tremaine", "letter_events", "letter = '"+first.Id+"'") {
		if e.GetString("occurred_at")[:10] != first.GetString("date") {
			t.Errorf("%s on %s", e.GetString("kind"), e.GetString("occurred_at"))
		}
	}
}

// Who tests something else meets twelve families, and the area's calendar on every one.
func theSmallDemoIsAsItWas(t *testing.T, _ *area) {
	small := demotest.App(t)
	if n, err := small.CountRecords("cases"); err != nil || n != 12 {
		t.Errorf("%d cases, %v", n, err)
	}
	if n, err := small.CountRecords("calendars", dbx.HashExp{"key": "tarn-valley"}); err != nil || n != 0 {
		t.Errorf("%d calendars of Tarn Valley, %v", n, err)
	}
}
