package asked

import (
	"slices"

	"holdfast/hooks/engagement"
	"holdfast/hooks/pathway"
	"holdfast/hooks/tell"
)

// askedToNameApprover asks who leads the agency of whoever waits for an approval that nobody
// on the case may give, to name a manager above them; where nobody leads it, who leads the
// agency of the case, else the coordinators.
func askedToNameApprover(i *inquiry) (list []question, err error) {
	for _, w := range engagement.HeldUp(i.result) {
		approvers := i.ApproversOf
		if w.Act == "closure.approved" {
			approvers = func(by ...string) ([]tell.Asked, error) { return i.endersOf(by[0]) }
		}
		may, err := approvers(w.By)
		if err != nil {
			return nil, err
		}
		n := slices.IndexFunc(i.past.Events, func(e pathway.Event) bool { return e.ID == w.Event })
		if len(may) > 0 || n < 0 {
			continue
		}
		e := i.past.Events[n]
		q := i.about(e, "")
		if q.people, err = i.WhoNames([]string{w.By}, e.Agency, i.past.Context.Lead); err != nil {
			return nil, err
		}
		list = append(list, q)
	}
	return list, nil
}
