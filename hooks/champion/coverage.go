package champion

import "cmp"

// Agency is a partner as coverage counts it.
type Agency struct {
	ID, Name, Sector, Locality string
	Headcount                  int
}

// Target is how many champions an agency should have from a day on, set by hand.
type Target struct {
	Agency string
	From   string // civil day
	Count  int
}

// Cover is how an agency, or a group of them, stood: champions against target.
type Cover struct {
	Agency   Agency
	Serving  int
	Lapsed   int
	Target   int
	Led      bool // somebody is its lead
	NeedLead bool // it has enough champions to need one
}

// Gap is how many champions are still to be found.
func (c Cover) Gap() int { return max(0, c.Target-c.Serving) }

// Cover counts each agency's champions among those standing on a day. The target
// is the latest one set by hand that had begun, else max(1, ceil(staff / N))
// (domain 4.2).
func (p Policy) Cover(agencies []Agency, targets []Target, standing []*Step, day string) []Cover {
	at := make(map[string]int, len(agencies))
	out := make([]Cover, len(agencies))
	for i, a := range agencies {
		at[a.ID] = i
		out[i] = Cover{Agency: a, Target: max(1, (a.Headcount+p.StaffPerChampion-1)/p.StaffPerChampion)}
	}
	begun := map[string]string{}
	for _, t := range targets {
		i, ok := at[t.Agency]
		if was, set := begun[t.Agency]; ok && t.From <= day && (!set || t.From >= was) {
			begun[t.Agency], out[i].Target = t.From, t.Count
		}
	}
	for _, s := range standing {
		i, ok := at[s.Agency]
		switch {
		case !ok:
		case s.To.Serves():
			out[i].Serving++
			out[i].Led = out[i].Led || s.Lead
		case s.To == Lapsed:
			out[i].Lapsed++
		}
	}
	for i := range out {
		out[i].NeedLead = out[i].Serving >= p.LeadFrom
	}
	return out
}

// Sum is several agencies as one: by sector, by locality, all of them.
type Sum struct {
	Key                                  string
	Agencies, None, Met, Serving, Target int
}

// Sums adds agencies up by a key, in the order in which the keys first come.
func Sums(covers []Cover, key func(Cover) string) []Sum {
	var out []Sum
	at := map[string]int{}
	for _, c := range covers {
		k := key(c)
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, Sum{Key: k})
		}
		s := &out[i]
		s.Agencies++
		s.Serving += c.Serving
		s.Target += c.Target
		if c.Serving == 0 {
			s.None++
		}
		if c.Gap() == 0 {
			s.Met++
		}
	}
	return out
}

// GroupCover is who serves in one target group, against what the area wants there.
type GroupCover struct {
	Group           string
	Serving, Target int
	Wanted          bool // the area has set a target
}

// Gap is how many champions are still to be found.
func (g GroupCover) Gap() int { return max(0, g.Target-g.Serving) }

// CoverGroups counts who serves by target group; a person of two groups counts in
// both (domain 1.0: a general practitioner on the board is in groups 3 and 8).
func (p Policy) CoverGroups(standing []*Step) []GroupCover {
	serving := map[string]int{}
	for _, s := range standing {
		if s.To.Serves() {
			for _, g := range s.Groups {
				serving[g]++
			}
		}
	}
	out := make([]GroupCover, len(TargetGroups))
	for i, g := range TargetGroups {
		out[i] = GroupCover{Group: g, Serving: serving[g]}
		out[i].Target, out[i].Wanted = p.GroupTargets[g]
	}
	return out
}

// Widest orders covers by need: without any champion first, then by how many are
// missing.
func Widest(a, b Cover) int {
	return cmp.Or(cmp.Compare(min(a.Serving, 1), min(b.Serving, 1)), cmp.Compare(b.Gap(), a.Gap()))
}
