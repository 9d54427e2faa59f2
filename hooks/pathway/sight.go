package pathway

import "cmp"

// Sight is when a child was last seen, and by whose word: On is the day, By is who recorded
// it, and Else the last day of which anybody else did. All are empty of a child never seen.
type Sight struct {
	On, By, Else string
}

// Add counts one more sighting.
func (s *Sight) Add(day, by string) {
	switch {
	case day == "" || by == s.By && day <= s.On:
	case by == s.By:
		s.On = day
	case day >= s.On:
		*s = Sight{day, by, s.On}
	default:
		s.Else = max(s.Else, day)
	}
}

// But is the last day by the word of anybody but one person.
func (s Sight) But(who string) string {
	if who != "" && who == s.By {
		return s.Else
	}
	return s.On
}

// SeenBut is the last day on which a child was seen, by the word of anybody but one person.
func (r *Recast) SeenBut(who string) string {
	return Sight{r.SeenOn, r.SeenBy, r.SeenElseOn}.But(who)
}

// SeenOrSince is the day on which a child was last seen; of one whom nobody saw since work
// with them began, that since which they could be, at the least.
func (c *Child) SeenOrSince(last, began string) string {
	if isDay(last) {
		return last
	}
	day := max(began, c.since(), c.Born)
	if isDay(c.SeenBefore) {
		day = min(day, c.SeenBefore)
	}
	return day
}

// ownSight says why an ending may not be approved by the one person by whose word a child was
// seen within so many days.
func (s *scene) ownSight(days int) string {
	if s.e == nil || s.e.Kind != "closure.approved" || s.e.ReceivedVerdict == Accepted {
		return ""
	}
	limit, names := addDays(s.came(), -days), []string(nil)
	for i := range s.c.Children {
		if c := &s.c.Children[i]; s.lastSeenBut(c, s.e.By) < limit && s.there(c.Seeable) {
			names = append(names, cmp.Or(c.Name, "a child"))
		}
	}
	if names == nil {
		return ""
	}
	return "Only you have recorded seeing " + list(names) + " lately: another manager approves this, or somebody else sees them first."
}

// seenOn is the day on which each child was last seen, as far as the events say.
func (l *ledger) seenOn() map[string]string {
	on := make(map[string]string, len(l.seen))
	for id, s := range l.seen {
		on[id] = s.On
	}
	return on
}
