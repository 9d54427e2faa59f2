package asked

import (
	"strconv"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pack"
	"holdfast/hooks/partnership"
	"holdfast/hooks/tell"
)

// rows are the records of the case, oldest first.
func (i *inquiry) rows(noun string, more ...dbx.Expression) (list []*core.Record, err error) {
	q := i.Tx.RecordQuery(noun).AndWhere(dbx.HashExp{"case": i.CaseID}).OrderBy("rowid")
	for _, m := range more {
		q.AndWhere(m)
	}
	err = q.All(&list)
	return list, err
}

// askedInDisputes asks the agency that somebody disagrees with: its people first, then
// their managers, then who leads it, each as its stage begins (domain 2.1).
func askedInDisputes(i *inquiry) (list []question, err error) {
	disputes, err := i.rows("disputes")
	if err != nil || len(disputes) == 0 {
		return nil, err
	}
	steps, err := i.rows("dispute_steps")
	if err != nil {
		return nil, err
	}
	for _, d := range disputes {
		with := d.GetString("with_agency")
		stage := 1
		at := func() question {
			return question{collection: "disputes", record: d.Id, part: strconv.Itoa(stage), pathway: d.GetString("pathway"), agency: d.GetString("agency")}
		}
		q, settles := at(), (*core.Record)(nil)
		for _, s := range steps {
			if s.GetString("dispute") != d.Id {
				continue
			}
			said := &answer{s.Id, s.GetString("author"), s.GetDateTime("occurred_at").Time()}
			switch s.GetString("step") {
			case "position":
				if s.GetString("agency") == with && q.answer == nil {
					q.answer = said
				}
			case "resolved":
				if q.answer == nil && (s.GetString("agency") == with || d.GetString("status") != "open") {
					q.answer = said
				}
				settles = s
			case "stage_up":
				if q.answer == nil {
					q.moot = wentUp
				}
				list = append(list, q)
				stage++
				q = at()
			}
		}
		if q.dueOn = d.GetString("stage_due_on"); q.answer == nil && with != "" {
			if q.people, err = i.atStage(with, stage); err != nil {
				return nil, err
			}
			q.people = tell.But(q.people, d.GetString("author"))
		}
		list = append(list, q)
		if settles == nil || q.answer == nil && with != "" { // who still has to say what they hold says that too
			continue
		}
		last, err := i.toSettle(d, settles, at())
		if err != nil {
			return nil, err
		}
		list = append(list, last)
	}
	return list, nil
}

// toSettle asks the other side to say, too, how a disagreement was settled, or a second person
// of those who raised it.
func (i *inquiry) toSettle(d, said *core.Record, q question) (question, error) {
	q.part += "/settle"
	q.agency = said.GetString("agency")
	if d.GetString("status") != "open" {
		q.answer = &answer{said.Id, said.GetString("author"), said.GetDateTime("occurred_at").Time()}
		return q, nil
	}
	agency, _, err := partnership.LacksWord(i.Tx, d)
	if err != nil {
		return q, err
	}
	if agency == "" && d.GetString("with_agency") != "" {
		agency = d.GetString("agency")
	}
	q.dueOn = d.GetString("stage_due_on")
	if agency != "" {
		q.people, err = i.atStage(agency, d.GetInt("stage"))
		q.people = tell.But(q.people, said.GetString("author"))
	}
	return q, err
}

// atStage is who of an agency answers a disagreement at a stage; where nobody does, who
// answers the stage before.
func (i *inquiry) atStage(agency string, stage int) (people []tell.Asked, err error) {
	switch stage {
	case 1:
		if people, err = i.Some(func(c tell.OnCase) bool { return c.Agency == agency && !c.Part.IsManager() }); err == nil && len(people) == 0 {
			people, err = i.OfAgency(agency)
		}
		return people, err
	case 2:
		people, err = i.ManagersOf(agency)
	default:
		people, err = i.Holding(collections.AgencyLead, agency)
		stage = 3
	}
	if err == nil && len(people) == 0 {
		return i.atStage(agency, stage-1)
	}
	return people, err
}

// askedByReferrals asks the agency that a referral was sent to, until it has decided:
// within one working day (Working Together 2023).
func askedByReferrals(i *inquiry) (list []question, err error) {
	referrals, err := i.rows("referrals", dbx.NewExp("to_agency != '' AND sent_on != ''"))
	if err != nil || len(referrals) == 0 {
		return nil, err
	}
	steps, err := i.rows("referral_steps")
	if err != nil {
		return nil, err
	}
	calendar, err := pack.CaseCalendar(i.Tx, i.CaseID)
	if err != nil {
		return nil, err
	}
	for _, r := range referrals {
		q := question{collection: "referrals", record: r.Id, pathway: r.GetString("pathway"), agency: r.GetString("agency")}
		for _, s := range steps {
			if s.GetString("referral") != r.Id {
				continue
			}
			if _, decides := partnership.Answers[s.GetString("step")]; decides && q.answer == nil {
				q.answer = &answer{s.Id, s.GetString("author"), s.GetDateTime("occurred_at").Time()}
			}
			if s.GetString("step") == "withdrawn" {
				q.moot = referralWithdrawn
			}
		}
		if q.answer == nil && q.moot == "" {
			if due, err := calendar.Within(r.GetString("sent_on"), 1); err == nil {
				q.dueOn = due
			}
			if q.people, err = i.OfAgency(r.GetString("to_agency")); err != nil {
				return nil, err
			}
			q.people = tell.But(q.people, r.GetString("author"))
		}
		list = append(list, q)
	}
	return list, nil
}

// askedToMeetings asks whom a meeting was called with whether they take part, for each
// new day of it anew.
func askedToMeetings(i *inquiry) (list []question, err error) {
	meetings, err := i.rows("meetings", dbx.HashExp{"status": "scheduled"})
	if err != nil || len(meetings) == 0 {
		return nil, err
	}
	invitations, err := i.rows("meeting_invitations", dbx.NewExp("agency != ''"))
	if err != nil {
		return nil, err
	}
	for _, m := range meetings {
		day := kernel.LocalDay(m.GetDateTime("scheduled_for"))
		for _, v := range invitations {
			if v.GetString("meeting") != m.Id {
				continue
			}
			q := question{collection: "meeting_invitations", record: v.Id, part: day, pathway: m.GetString("pathway"), agency: m.GetString("agency"), dueOn: day}
			if v.GetString("attendance") != "invited" {
				q.answer = &answer{record: v.Id}
			} else if q.people, err = i.OfAgency(v.GetString("agency")); err != nil {
				return nil, err
			}
			q.people = tell.But(q.people, m.GetString("author"))
			list = append(list, q)
		}
	}
	return list, nil
}

// askedToAct asks the owner of an agreed action to do it; once its day is over, in the place
// of an owner who is nobody's account, who wrote it down and who leads.
func askedToAct(i *inquiry) (list []question, err error) {
	actions, err := i.rows("actions", dbx.NewExp("(owner_user != '' OR due_on != '' AND due_on < {:d})", dbx.Params{"d": kernel.Today()}))
	if err != nil || len(actions) == 0 {
		return nil, err
	}
	team, err := tell.TeamOf(i.Tx, i.CaseID)
	if err != nil {
		return nil, err
	}
	for _, a := range actions {
		q := question{collection: "actions", record: a.Id, dueOn: a.GetString("due_on")}
		if a.GetString("done_on") != "" {
			q.answer = &answer{record: a.Id}
			list = append(list, q)
			continue
		}
		who := []string{a.GetString("owner_user")}
		if who[0] == "" {
			who = partnership.StandIns(team, a.GetString("author"))
		}
		if q.people, err = i.These(who...); err != nil {
			return nil, err
		}
		list = append(list, q)
	}
	return list, nil
}

// askedToTakeLead asks the managers of an agency that is to take the lead of the case.
func askedToTakeLead(i *inquiry) (list []question, err error) {
	transfers, err := i.rows("transfers")
	if err != nil || len(transfers) == 0 {
		return nil, err
	}
	given, err := i.rows("transfer_answers")
	if err != nil {
		return nil, err
	}
	for _, t := range transfers {
		q := question{collection: "transfers", record: t.Id, agency: t.GetString("from_agency"), dueOn: t.GetString("due_on")}
		for _, a := range given {
			if a.GetString("transfer") == t.Id && a.GetString("answer") != "withdrawn" {
				q.answer = &answer{a.Id, a.GetString("author"), a.GetDateTime("occurred_at").Time()}
			}
		}
		if t.GetString("status") == "requested" {
			to := t.GetString("to_agency")
			if q.people, err = i.Some(func(c tell.OnCase) bool { return c.Agency == to && c.Manages }); err != nil {
				return nil, err
			}
			if len(q.people) == 0 { // whoever was asked has gone: theirs hear that it waits
				if q.people, err = i.OfAgency(to); err != nil {
					return nil, err
				}
			}
		} else if q.answer == nil {
			continue // taken back
		}
		list = append(list, q)
	}
	return list, nil
}
