package asked

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/casework"
	"holdfast/hooks/kernel"
	"holdfast/hooks/tell"
)

// caseClosing is one proposal to close a case, and what came of it.
type caseClosing struct {
	proposed *core.Record
	said     map[string]*core.Record // agency -> its latest answer
	closed   *core.Record            // the act that closed the case over it
	over     bool                    // the case was closed, or opened again, since
}

// closings are the proposals to close the case, as they came: no day that somebody typed
// puts one behind another; and the objections that
// came when the server had it closed already, with the act that closed it.
func (i *inquiry) closings() (list []caseClosing, late map[*core.Record]*core.Record, err error) {
	acts, err := i.rows("case_acts") // as they came
	if err != nil || len(acts) == 0 {
		return nil, nil, err
	}
	late = map[*core.Record]*core.Record{}
	var closed *core.Record
	for _, a := range acts {
		switch a.GetString("act") {
		case "close":
			closed = a
		case "reopen":
			closed = nil
		case "object":
			if closed != nil {
				late[a] = closed
			}
		}
	}
	for _, a := range acts {
		last := len(list) - 1
		switch act := a.GetString("act"); {
		case act == "propose_closing":
			if last >= 0 {
				list[last].over = true
			}
			list = append(list, caseClosing{proposed: a, said: map[string]*core.Record{}})
		case last < 0:
		case act == "agree" || act == "object":
			l, of := &list[last], a.GetString("agency")
			if before := l.said[of]; !l.over && late[a] == nil && (before == nil || !a.GetDateTime("occurred_at").Before(before.GetDateTime("occurred_at"))) {
				l.said[of] = a
			}
		case act == "close" && !list[last].over:
			list[last].closed, list[last].over = a, true
		case act == "reopen":
			list[last].over = true
		}
	}
	return list, late, nil
}

func aboutAct(act *core.Record, part string) question {
	return question{collection: "case_acts", record: act.Id, part: part, agency: act.GetString("agency")}
}

func actAnswer(act *core.Record) *answer {
	return &answer{act.Id, act.GetString("author"), act.GetDateTime("occurred_at").Time()}
}

// stillToAnswer is the latest proposal to close the case, unless it is over, and which other
// agencies have still to answer it.
func (i *inquiry) stillToAnswer(all []caseClosing) (l *caseClosing, c *core.Record, silent []string, err error) {
	if l = &all[len(all)-1]; l.over {
		return nil, nil, nil, nil
	}
	if c, err = i.Tx.FindRecordById("cases", i.CaseID); err != nil {
		return nil, nil, nil, err
	}
	others, err := casework.OthersOn(i.Tx, c, l.proposed, "")
	for _, a := range others {
		if a.ID != l.proposed.GetString("agency") && l.said[a.ID] == nil {
			silent = append(silent, a.ID)
		}
	}
	return l, c, silent, err
}

// askedToCloseCase asks everybody of each other agency whether the case may be closed, as it
// asks them about ending a pathway (guard G7).
func askedToCloseCase(i *inquiry) (list []question, err error) {
	all, _, err := i.closings()
	if err != nil || len(all) == 0 {
		return nil, err
	}
	for n := range all {
		for agency, said := range all[n].said {
			q := aboutAct(all[n].proposed, agency)
			q.answer = actAnswer(said)
			list = append(list, q)
		}
	}
	l, _, silent, err := i.stillToAnswer(all)
	if err != nil || l == nil {
		return list, err
	}
	for _, agency := range silent {
		q := aboutAct(l.proposed, agency)
		if due, err := casework.AnswerBy(i.Tx, l.proposed); err == nil {
			q.dueOn = due
		}
		if q.people, err = i.OfAgency(agency); err != nil {
			return nil, err
		}
		list = append(list, q)
	}
	return list, nil
}

// askedToApproveCaseClosing asks the managers of the agency that leads, but not whoever
// proposed it, once every agency has answered or the time to answer is over.
func askedToApproveCaseClosing(i *inquiry) (list []question, err error) {
	all, _, err := i.closings()
	if err != nil || len(all) == 0 {
		return nil, err
	}
	for n := range all {
		if all[n].closed != nil {
			q := aboutAct(all[n].proposed, "")
			q.answer = actAnswer(all[n].closed)
			list = append(list, q)
		}
	}
	l, c, silent, err := i.stillToAnswer(all)
	if err != nil || l == nil {
		return list, err
	}
	if due, err := casework.AnswerBy(i.Tx, l.proposed); len(silent) > 0 && (err != nil || kernel.Today() <= due) {
		return list, nil
	}
	q, lead := aboutAct(l.proposed, ""), c.GetString("lead_agency")
	if q.people, err = i.Some(func(o tell.OnCase) bool { return o.Agency == lead && o.Part.IsManager() && o.Manages }); err != nil {
		return nil, err
	}
	q.people = tell.But(q.people, l.proposed.GetString("author"))
	return append(list, q), nil
}

// toldOfCaseClosed tells each agency that objected, or had not answered, that the case was
// closed all the same.
func toldOfCaseClosed(i *inquiry) (list []question, err error) {
	all, _, err := i.closings()
	if err != nil {
		return nil, err
	}
	for n := range all {
		if all[n].closed == nil || n < len(all)-1 {
			continue
		}
		c, err := i.Tx.FindRecordById("cases", i.CaseID)
		if err != nil || c.GetString("status") != "closed" {
			return nil, err
		}
		others, err := casework.OthersOn(i.Tx, c, all[n].proposed, "")
		if err != nil {
			return nil, err
		}
		for _, a := range others {
			if said := all[n].said[a.ID]; a.ID == all[n].proposed.GetString("agency") || said != nil && said.GetString("act") == "agree" {
				continue
			}
			q := aboutAct(all[n].closed, a.ID)
			if q.people, err = i.OfAgency(a.ID); err != nil {
				return nil, err
			}
			list = append(list, q)
		}
	}
	return list, nil
}

// toldOfLateObjection tells whoever closed the case, or those who manage it for the agency
// that leads where they have left it, that an agency objects: they read it, or open the case
// again.
func toldOfLateObjection(i *inquiry) (list []question, err error) {
	_, late, err := i.closings()
	if err != nil || len(late) == 0 {
		return nil, err
	}
	acts, err := i.rows("case_acts")
	if err != nil {
		return nil, err
	}
	c, err := i.Tx.FindRecordById("cases", i.CaseID)
	if err != nil {
		return nil, err
	}
	for objection, closed := range late {
		q := aboutAct(objection, "")
		after := slices.IndexFunc(acts, func(a *core.Record) bool { return a.Id == objection.Id })
		for _, a := range acts[after:] {
			if a.GetString("act") == "reopen" && q.answer == nil {
				q.answer = actAnswer(a)
			}
		}
		if q.answer == nil && c.GetString("status") != "closed" {
			continue // a danger or a pathway opened it
		}
		if q.people, err = i.These(closed.GetString("author")); err == nil && len(q.people) == 0 {
			q.people, err = i.ManagersOf(closed.GetString("agency"))
		}
		if err != nil {
			return nil, err
		}
		list = append(list, q)
	}
	return list, nil
}
