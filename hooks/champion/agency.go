package champion

import "time"

// AgencyLine is what an agency was counted by from an instant on.
type AgencyLine struct {
	Agency
	Active bool
	At     time.Time
}

// Partners are the agencies that were partners at an instant, as they were then, in
// the order of now. Lines are in order of their time; before its first line an agency
// was as that says, and one without lines always was as it is now.
func Partners(now []AgencyLine, lines []AgencyLine, at time.Time) []Agency {
	then := map[string]AgencyLine{}
	for _, l := range lines {
		if _, known := then[l.ID]; !known || !l.At.After(at) {
			then[l.ID] = l
		}
	}
	var out []Agency
	for _, a := range now {
		l, known := then[a.ID]
		if !known {
			l = a
		}
		if l.Active {
			out = append(out, l.Agency)
		}
	}
	return out
}
