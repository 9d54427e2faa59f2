package coordinate

import (
	"maps"
	"slices"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// What the store can hold has words on the pages, and what the pages offer the store can
// hold: a choice that is added to a noun and not here would be read as its key.
func TestEveryStoredChoiceHasItsWords(t *testing.T) {
	of := func(list []choice) (out []string) {
		for _, c := range list {
			out = append(out, c.ID)
		}
		return out
	}
	tags := func(b *logbook, name string) []string {
		return of(b.Fields[slices.IndexFunc(b.Fields, func(f logField) bool { return f.Name == name })].Options)
	}
	for place, words := range map[[2]string][]string{
		{"network_events", "kind"}:                  of(eventKinds),
		{"network_events", "status"}:                of(named(eventStates)),
		{"network_attendance", "answer"}:            of(attendanceAnswers),
		{"good_practice", "topics"}:                 of(practiceTopics),
		{"good_practice", "status"}:                 append(of(named(practiceStates)), "draft"), // its author's alone
		{"champion_registrations", "status"}:        of(named(stages)),
		{"champion_registrations", "target_groups"}: slices.Collect(maps.Keys(groups)),
		{"devices", "status"}:                       of(named(deviceStates)),
		{"agencies", "kind"}:                        slices.Collect(maps.Keys(sectors)),
		{"surgery_sessions", "questions"}:           tags(surgery, "questions"),
		{"surgery_sessions", "advice"}:              tags(surgery, "advice"),
	} {
		var stored []string
		for _, f := range collections.ByName(place[0]).Fields {
			if s, ok := f.(*core.SelectField); ok && s.Name == place[1] {
				stored = slices.Clone(s.Values)
			}
		}
		slices.Sort(stored)
		if slices.Sort(words); len(stored) == 0 || !slices.Equal(stored, words) {
			t.Errorf("%s.%s holds %v and the pages have words for %v", place[0], place[1], stored, words)
		}
	}
}
