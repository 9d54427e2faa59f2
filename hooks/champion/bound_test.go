package champion

import (
	"maps"
	"slices"
	"testing"
)

// set writes one number of a policy by its field's name.
func (p Policy) set(field string, n int) Policy {
	*map[string]*int{"valid_months": &p.ValidMonths, "link_days": &p.LinkDays, "staff_per_champion": &p.StaffPerChampion,
		"lead_from": &p.LeadFrom, "missed_meetings": &p.MissedMeetings, "first_meeting_months": &p.FirstMeetingMonths}[field] = n
	return p
}

// Each number is taken up to its bounds and not beyond; nothing else is blamed for it.
func TestANumberOutOfBoundsIsAFaultOfItsField(t *testing.T) {
	if f := Usual.Faults(); len(f) > 0 {
		t.Fatal(f)
	}
	for _, c := range []struct {
		field       string
		least, most int
	}{
		{"valid_months", 1, 60}, {"link_days", 1, 60}, {"staff_per_champion", 1, 10_000}, {"lead_from", 1, 100}, {"missed_meetings", 0, 12}, {"first_meeting_months", 0, 24},
	} {
		p := Usual
		p.RemindDays = []int{1}
		for _, fine := range []int{c.least, c.most} {
			if f := p.set(c.field, fine).Faults(); len(f) > 0 {
				t.Errorf("%s = %d: %v", c.field, fine, f)
			}
		}
		for _, odd := range []int{c.least - 1, c.most + 1} {
			if f := p.set(c.field, odd).Faults(); len(f) != 1 || f[c.field] == "" {
				t.Errorf("%s = %d: %v", c.field, odd, f)
			}
		}
	}
}

func TestAListOutOfBoundsIsAFault(t *testing.T) {
	for _, c := range []struct {
		days []int
		fine bool
	}{
		{nil, false}, {[]int{1}, true}, {[]int{0}, false}, {[]int{30, -1}, false}, {[]int{6, 5, 4, 3, 2, 1}, true}, {[]int{7, 6, 5, 4, 3, 2, 1}, false},
		{[]int{335}, true}, {[]int{336}, false}, {[]int{14, 3, 14}, false},
	} {
		p := Usual
		p.RemindDays = c.days
		if why := p.Faults()["remind_days"]; (why == "") != c.fine {
			t.Errorf("%v: %q", c.days, why)
		}
		if len(c.days) > 1 && !slices.Equal(p.RemindDays, c.days) {
			t.Errorf("asking turned %v into %v", c.days, p.RemindDays)
		}
	}
	for _, c := range []struct {
		targets map[string]int
		fine    bool
	}{
		{nil, true}, {map[string]int{"1": 0, "8": 10_000}, true}, {map[string]int{"0": 1}, false}, {map[string]int{"9": 1}, false}, {map[string]int{"": 1}, false},
		{map[string]int{"3": -1}, false}, {map[string]int{"3": 10_001}, false}, {map[string]int{"1": 1, "3": -1}, false},
	} {
		p := Usual
		p.GroupTargets = maps.Clone(c.targets)
		if f := p.Faults(); (len(f) == 0) != c.fine || !c.fine && f["group_targets"] == "" {
			t.Errorf("%v: %v", c.targets, f)
		}
	}
}
