package coordinate

import (
	"slices"
	"testing"

	"holdfast/server/demo"
)

// A choice that no link carries on is lost at the second page; a file with a heading too
// few has its values under the wrong ones.
func TestAListKeepsWhatItIsNarrowedTo(t *testing.T) {
	keeps(t, registrations)
	keeps(t, directory)
	keeps(t, events)
	keeps(t, attendance)
	keeps(t, practices)
	keeps(t, cascade.entries())
	keeps(t, surgery.entries())
	keeps(t, people)
	keeps(t, peoplesPhones)
	keeps(t, targets)
	keeps(t, whoDidWhat)
	keeps(t, emergencies)
	keeps(t, disposals.list)
	keeps(t, holds.list)
}

func keeps[R any](t *testing.T, l *list[R]) {
	t.Helper()
	for _, f := range l.filters {
		if !slices.Contains(kept, f.id) {
			t.Errorf("%s: links lose %q", l.path, f.id)
		}
	}
	sorts := map[string]bool{}
	for _, c := range l.columns {
		if c.Sort != "" && (c.order == "" || sorts[c.Sort]) {
			t.Errorf("%s: sorting by %q is nothing, or two things", l.path, c.Sort)
		}
		sorts[c.Sort] = true
	}
	if !sorts[l.first] {
		t.Errorf("%s is sorted by %q, which it does not have", l.path, l.first)
	}
	if l.noun == "" {
		return
	}
	var row R
	if cells := l.cells(row); len(cells) != len(l.header) {
		t.Errorf("%s: %d cells under %d headings", l.path, len(cells), len(l.header))
	}
}

func TestWhoTakesTheEventsIsInTheAuditLog(t *testing.T) {
	d := openDesk(t)
	d.gather()
	wants(t, d.as(demo.Coordinator).get("/coordinate/events.csv"), 200)
	d.taken("network_events")
}
