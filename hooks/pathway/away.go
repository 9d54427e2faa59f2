package pathway

// away is how far a family that moves has been handed to where it went; a further move
// begins it anew.
type away struct {
	moved, lost, told, taken bool
	by                       []string // who recorded that the new area, or social care, knows
}

// takenOn holds where somebody in the new area has taken a family on that moved; or where
// the new address cannot be found and social care was told.
func takenOn(s *scene, _ *Params) string {
	switch a := s.course.away; {
	case !a.moved:
		return "First record that the family has moved, and where to."
	case a.taken, a.lost && a.told:
		return ""
	}
	return "First record by name who in the new area has taken the family on; or, where the new address cannot be found, that social care was told."
}
