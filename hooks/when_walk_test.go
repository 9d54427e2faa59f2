package hooks_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/server/demo"
)

// How far ahead a day or moment that somebody types may lie, of every noun: a field that is
// not here is of what happened, and lies ahead by no more than a clock does. Months are for
// what a person plans; a day or two for a phone whose clock is fast (finding 9 of the third
// look).
var ahead = map[string]time.Duration{
	"contact_attempts.occurred_at": aWeek, "pathway_events.occurred_at": aWeek, "letter_events.occurred_at": aWeek, "evidence.captured_at": aWeek,
	"letters.date": season, "letters.explained_on": season, "child_flags.from": season,
	"meetings.scheduled_for": twoYears, "actions.due_on": twoYears, "case_acts.review_on": twoYears,
	"evidence_exceptions.valid_until": twoYears, "network_events.starts_at": twoYears,
	"people.date_of_birth": aYear, "people.expected_on": aYear,
	"case_members.from": thirty, "case_members.until": thirty, "child_flags.until": thirty, "champion_policies.from": thirty, "coverage_targets.from": thirty,
}

const (
	aWeek    = 7 * 24 * time.Hour
	season   = 90 * 24 * time.Hour
	aYear    = 365 * 24 * time.Hour
	twoYears = 2 * aYear
	thirty   = 30 * aYear
)

// Every day and moment that anybody can write is held to one rule, whichever noun it is of.
func TestNothingThatHappenedIsDatedAheadWithoutAQuestion(t *testing.T) {
	d := openOffice(t)
	walked := map[string]bool{}
	takes := func(noun, field string, in time.Duration) bool {
		f := collections.ByName(noun).Fields
		form := time.DateOnly
		for _, one := range f {
			if _, moment := one.(*core.DateField); moment && one.GetName() == field {
				form = "2006-01-02 15:04:05.000Z"
			}
		}
		_, err := d.by(&demo.Practitioner, noun, "", map[string]any{field: time.Now().UTC().Add(in).Format(form)})
		fields, _ := kernel.Refusal(err)
		coded, _ := fields[field].(interface{ Code() string })
		return coded == nil || coded.Code() != "to_come" && coded.Code() != "no_such_year"
	}
	for _, n := range collections.All() {
		for _, field := range slices.Sorted(maps.Keys(n.Times())) {
			if n.Rules.Create == "" && (n.Rules.Update == "" || slices.Contains(n.Fixed, field)) || slices.Contains(n.Server, field) || n.Times()[field] == collections.ByClock {
				continue // the server's own
			}
			at := n.Name + "." + field
			walked[at] = true
			until := ahead[at]
			if !takes(n.Name, field, until) {
				t.Errorf("%s: what lies %s ahead is refused", at, until)
			}
			if takes(n.Name, field, until+3*24*time.Hour+until/50) {
				t.Errorf("%s: what lies more than %s ahead is taken", at, until)
			}
			if takes(n.Name, field, -140*aYear) {
				t.Errorf("%s: a year that was none is taken", at)
			}
		}
	}
	for at := range ahead {
		if !walked[at] {
			t.Errorf("%s: nobody writes it", at)
		}
	}
	if len(walked) < 30 {
		t.Errorf("only %d fields", len(walked))
	}
}
