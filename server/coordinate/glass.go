package coordinate

import (
	"time"

	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/clock"
)

// openingRow is one time that an operator broke the glass.
type openingRow struct {
	At     types.DateTime `db:"at"`
	Name   string         `db:"name"`
	Reason string         `db:"reason"`
	Told   string         `db:"told_name"`
	Ends   types.DateTime `db:"ends_at"`
	Ended  types.DateTime `db:"ended_at"`
	Reads  int            `db:"reads"`
}

// state is whether it is still open.
func (r openingRow) state(now time.Time) stage {
	if r.Ended.IsZero() && now.Before(r.Ends.Time()) {
		return stage{Name: "Open now", Colour: "red"}
	}
	return stage{Name: "Over", Colour: "grey"}
}

// until is when it ended, or ends.
func (r openingRow) until() types.DateTime {
	if r.Ended.IsZero() {
		return r.Ends
	}
	return r.Ended
}

// emergencies are the times that an operator opened families' records to themselves.
var emergencies = &list[openingRow]{
	title: "Emergency access", path: "/coordinate/emergency-access", none: "No operator has opened families' records.",
	says: "Operators see nothing of a family. In an emergency one of them may for an hour: with a reason, and somebody else told at once. Each is here, with how much was read.",
	take: `g.created AS at, g.name, g.reason, g.told_name, g.ends_at, g.ended_at, (SELECT coalesce(sum(max(l.count, 1)), 0) FROM audit_log l WHERE l.actor = g.operator AND l.device = g.id AND l.door = 'glass') AS reads`,
	from: `glass_openings g`, sight: func(*visit) (terms, error) { return terms{}, nil },
	found: "Operator, reason or who was told", words: []string{"g.name", "g.reason", "g.told_name"},
	first: "when", down: true, last: "g.id DESC",
	columns: []column[openingRow]{
		{head{Name: "When", Sort: "when"}, "g.created", func(r openingRow) shown {
			return shown{Text: clock.Said(r.At.Time()), Under: []string{"until " + clock.Said(r.until().Time())}}
		}},
		{head{Name: "Operator", Sort: "name"}, "g.name COLLATE NOCASE", func(r openingRow) shown { return shown{Text: given(r.Name), Tag: r.state(time.Now())} }},
		{head{Name: "Why"}, "", func(r openingRow) shown { return shown{Text: given(r.Reason), Long: true} }},
		{head{Name: "Who was told"}, "", func(r openingRow) shown { return text(r.Told) }},
		{head{Name: "Entries read"}, "", func(r openingRow) shown { return number(r.Reads) }},
	},
	noun:   "glass_openings",
	header: []string{"From", "Until", "Operator", "Why", "Who was told", "Entries read"},
	cells: func(r openingRow) []string {
		return []string{inUK(r.At, "2006-01-02 15:04"), inUK(r.until(), "2006-01-02 15:04"), r.Name, r.Reason, r.Told, digits(r.Reads)}
	},
	more: func(_ *visit, b *listBody, _ terms) error {
		b.Aside = &link{Name: "What was read", Address: "/coordinate/audit?kind=emergency&when=all"}
		return nil
	},
}
