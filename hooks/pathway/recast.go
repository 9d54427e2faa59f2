package pathway

import (
	"cmp"
	"slices"
)

// Recast is a child whom nobody looks for any more since the work began, or later, by what
// somebody made of their record: they are grown up, gone, dead or not born now, or one with
// another child, or of another family. It may be so; but it is not whoever made it so, alone,
// who ends the work over a child whom nobody saw.
type Recast struct {
	Child  string   `json:"child"`
	Name   string   `json:"name,omitempty"`
	By     []string `json:"by"` // who made it so, by user id
	SeenOn string   `json:"seen_on,omitempty"`
	// By whose word, and the last day by anybody else's.
	SeenBy     string `json:"seen_by,omitempty"`
	SeenElseOn string `json:"seen_else_on,omitempty"`
}

// recastSaid says why an ending may not be approved over a child who was recast, and whom
// nobody has seen within so many days: by another, and with a sentence about it.
func (s *scene) recastSaid(days int) string {
	if s.e == nil || s.e.Kind != "closure.approved" || s.e.ReceivedVerdict == Accepted {
		return ""
	}
	limit, names := addDays(s.came(), -days), []string(nil)
	for i := range s.c.Recast {
		r := &s.c.Recast[i]
		name, own := cmp.Or(r.Name, "a child"), slices.Contains(r.By, s.e.By)
		if own && s.seenBut(r, s.e.By) < limit {
			return "That nobody looks for " + name + " any more stands on your own change; another manager approves this."
		}
		if !own && s.seenBut(r, "") < limit {
			names = append(names, name)
		}
	}
	if len(names) == 0 || Substance(s.e.text("not_seen")) {
		return ""
	}
	return "Nobody has seen " + list(names) + " lately, and their record was changed, so that nobody looks for them: ask whoever changed it, and say why nobody needs to have seen them."
}

// seenBut is when a child who was recast was last seen, here or elsewhere, by the word of
// anybody but one person.
func (l *ledger) seenBut(r *Recast, who string) string {
	return max(r.SeenBut(who), l.sightOf(r.Child).But(who))
}
