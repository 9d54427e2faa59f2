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
	then := make(map[string]*AgencyLine, len(now))
	for i := range lines {
		l := &lines[i]
		if _, known := then[l.ID]; !known || !l.At.After(at) {
			then[l.ID] = l
		}
	}
	out := make([]Agency, 0, len(now))
	for i := range now {
		l, known := then[now[i].ID]
		if !known {
			l = &now[i]
		}
		if l.Active {
			out = append(out, l.Agency)
		}
	}
	return out
}
