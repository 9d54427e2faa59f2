package coordinate

import (
	"fmt"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/casework"
	evidencerules "holdfast/hooks/evidence"
	"holdfast/hooks/letter"
	partnershiprules "holdfast/hooks/partnership"
	"holdfast/hooks/risk"
	schemerules "holdfast/hooks/scheme"
	"holdfast/hooks/tell"
)

// todayWork is what waits of a worker's own: immediate risks before all else, what is
// overdue, what they are asked for, approvals, conflicts and what could not be saved.
// Numbers alone; what they count is read on its own page.
func (v *visit) todayWork() ([]item, error) {
	var out []item
	switch n, err := risk.AlarmsWaiting(v.App, v.user.Id); {
	case err != nil:
		return nil, err
	case n > 0: // most days there is none, and nothing to say of it
		out = append(out, item{Name: "Immediate risks that you were told of", Address: "/coordinate/risks", Count: n, Words: count(n, "to read", "to read")})
	}
	waits, err := v.todayWaits()
	if err != nil {
		return nil, err
	}
	out = append(out, waits...)
	if v.holds(manager) {
		n, err := letter.ApprovalsWaiting(v.App, v.user.Id)
		if err != nil {
			return nil, err
		}
		out = append(out, item{Name: "Approvals waiting for you", Address: "/coordinate/approvals", Count: n, Words: count(n, "to answer", "to answer")})
		if n, err = partnershiprules.AskingsWaiting(v.App, v.user); err != nil {
			return nil, err
		}
		if n > 0 { // most days nobody asks
			out = append(out, item{Name: "Cases that your agency is asked to lead", Address: "/coordinate/transfers", Count: n, Words: count(n, "to answer", "to answer")})
		}
	}
	if v.holds(officer) {
		n, err := evidencerules.DisposalsWaiting(v.App)
		if err != nil {
			return nil, err
		}
		out = append(out, item{Name: "Disposals that wait for a decision", Address: "/coordinate/disposals?status=proposed", Count: n, Words: count(n, "to decide", "to decide")})
	}
	if settling, err := casework.SettlingOf(v.App); err == nil {
		for _, q := range []struct{ noun, name, address, words string }{
			{"conflicts", "Conflicts to settle", "/coordinate/conflicts", "to settle"},
			{"refusals", unsaved, "/coordinate/refusals", "to put right"},
		} {
			n, err := settling.Waiting(v.App, v.user, "sync_"+q.noun)
			if err != nil {
				return nil, err
			}
			out = append(out, item{Name: q.name, Address: q.address, Count: n, Words: count(n, q.words, q.words)})
		}
	}
	for i := range out {
		out[i].Needs = out[i].Count > 0
	}
	return out, nil
}

// todayPathways are how many steps of every pathway stand late or soon will: numbers
// for a coordinator, from which no case can be told.
func (v *visit) todayPathways() ([]item, error) {
	counts, err := tell.StepCounts(v.App)
	if err != nil {
		return nil, err
	}
	var out []item
	for _, c := range counts {
		hint := fmt.Sprintf("%s: %s, %s due soon.", alone(c.Pathway), count(c.Open+c.DueSoon+c.Overdue, "step open", "steps open"), digits(c.DueSoon))
		out = append(out, item{Name: alone(c.Step), Hint: hint, Count: c.Overdue, Words: count(c.Overdue, "overdue", "overdue")})
	}
	return out, nil
}

// todayRenewals are champions whose manager has been asked to agree to another term.
func (v *visit) todayRenewals() (item, error) {
	i := item{Name: "Renewals waiting for a manager", Address: "/coordinate/champions?sort=until&order=up"}
	if !v.holds(scheme...) { // to whom the directory is not open
		i.Address = "/coordinate/registrations?status=all"
	}
	t := v.sight()
	t.and(`r.renewal_asked AND r.status IN ('active', 'renewed', 'lapsed')`, dbx.Params{})
	err := v.App.ConcurrentDB().NewQuery(`SELECT count(*) FROM champion_registrations r WHERE ` + t.where()).Bind(t.params).Row(&i.Count)
	i.Words, i.Needs = count(i.Count, "waiting", "waiting"), i.Count > 0
	return i, err
}

// todayFirstMeetings are champions whose first months are over, or soon will be, without
// a network meeting.
func (v *visit) todayFirstMeetings() (item, error) {
	i := item{Name: "Champions with no network meeting in their first months", Address: "/coordinate/registrations?status=" + noMeeting}
	late, err := v.lateSince(0)
	if err != nil {
		return i, err
	}
	soon, err := v.lateSince(30 + 1) // whose last day is 30 days ahead at most
	if err != nil {
		return i, err
	}
	t := v.sight()
	t.and(schemerules.NoMeetingYet+` AND r.active_since < {:soon}`, dbx.Params{"soon": soon, "late": late})
	ahead := 0
	err = v.App.ConcurrentDB().NewQuery(`SELECT coalesce(sum(r.active_since < {:late}), 0), coalesce(sum(r.active_since >= {:late}), 0) FROM champion_registrations r WHERE `+t.where()).
		Bind(t.params).Row(&i.Count, &ahead)
	if ahead > 0 {
		i.Hint = count(ahead, "more has", "more have") + " 30 days or fewer left."
	}
	i.Words, i.Needs = count(i.Count, "champion", "champions"), i.Count > 0
	return i, err
}
