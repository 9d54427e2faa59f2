package asked

import (
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	"holdfast/hooks/tell"
)

// happened are the pathway's events of some kinds that count, in the order in which they
// happened.
func (i *inquiry) happened(kinds ...string) []pathway.Event {
	counts := map[string]bool{}
	for _, v := range i.result.Verdicts {
		counts[v.Event] = v.Outcome != pathway.Attempted && v.CorrectedBy == ""
	}
	var list []pathway.Event
	for _, e := range i.past.Events {
		if slices.Contains(kinds, e.Kind) && counts[e.ID] {
			list = append(list, e)
		}
	}
	slices.SortStableFunc(list, func(a, b pathway.Event) int { return a.OccurredAt.Compare(b.OccurredAt) })
	return list
}

// about begins a question about an event of the pathway.
func (i *inquiry) about(e pathway.Event, part string) question {
	return question{collection: "pathway_events", record: e.ID, part: part, pathway: i.p.Id, agency: e.Agency}
}

func by(e pathway.Event) *answer { return &answer{e.ID, e.By, e.OccurredAt} }

// waiting is what waits for an approval of a kind, by the event that it is about.
func (i *inquiry) waiting(act string) map[string]pathway.Waiting {
	out := map[string]pathway.Waiting{}
	for _, w := range i.result.Waiting {
		if w.Act == act {
			out[w.Event] = w
		}
	}
	return out
}

// askedOfAgencies asks everybody of each agency that must answer a proposal to end the
// work (guard G7), of each proposal anew.
func askedOfAgencies(i *inquiry) (list []question, err error) {
	waits := i.waiting("closure.approved")
	var proposed pathway.Event
	for _, e := range i.happened("closure.proposed", "closure.consulted", "closure.objected") {
		if e.Kind == "closure.proposed" {
			proposed = e
			continue
		}
		if proposed.ID != "" {
			q := i.about(proposed, e.Agency)
			q.answer = by(e)
			list = append(list, q)
		}
	}
	w, open := waits[proposed.ID]
	if !open {
		return list, nil
	}
	for _, agency := range w.Missing {
		q := i.about(proposed, agency)
		q.dueOn = w.DueOn
		if q.people, err = i.OfAgency(agency); err != nil {
			return nil, err
		}
		list = append(list, q)
	}
	return list, nil
}

// askedToApproveClosing asks who may approve, once every agency has answered or the time
// to answer is over.
func askedToApproveClosing(i *inquiry) (list []question, err error) {
	waits := i.waiting("closure.approved")
	var proposed pathway.Event
	for _, e := range i.happened("closure.proposed", "closure.approved", "closure.rejected") {
		if e.Kind != "closure.proposed" {
			q := i.about(proposed, "")
			q.answer = by(e)
			list = append(list, q)
			continue
		}
		proposed = e
		if w, open := waits[e.ID]; open && (len(w.Missing) == 0 || w.Over) {
			q := i.about(e, "")
			if q.people, err = i.endersOf(w.By); err != nil {
				return nil, err
			}
			list = append(list, q)
		}
	}
	return list, nil
}

// endersOf are those of its approvers who may end a pathway: they manage in the agency that
// leads the case.
func (i *inquiry) endersOf(author string) ([]tell.Asked, error) {
	may, err := i.ApproversWho(func(person *core.Record) (bool, error) {
		c, err := i.Tx.FindRecordById("cases", i.CaseID)
		if err != nil || !kernel.LeadsFor(c, person) {
			return false, err
		}
		return kernel.AnswersFor(i.Tx, i.CaseID, person, author)
	}, []string{author})
	return may, err
}

// askedToSign asks who may sign an assessment off.
func askedToSign(i *inquiry) ([]question, error) {
	return i.askedToApprove("risk_assessment.signed_off", "risk_assessment.submitted")
}

// askedToMove asks who may approve the move to another version of the template.
func askedToMove(i *inquiry) ([]question, error) {
	return i.askedToApprove("pathway.migrated", "migration.proposed")
}

func (i *inquiry) askedToApprove(act, kind string) (list []question, err error) {
	waits := i.waiting(act)
	var last pathway.Event
	for _, e := range i.happened(kind, act) {
		if e.Kind == act {
			about := last
			if id, _ := e.Data["proposal"].(string); id != "" {
				about.ID = id
			}
			q := i.about(about, "")
			q.answer = by(e)
			list = append(list, q)
			continue
		}
		last = e
		if w, open := waits[e.ID]; open {
			q := i.about(e, "")
			if q.people, err = i.ApproversOf(w.By); err != nil {
				return nil, err
			}
			list = append(list, q)
		}
	}
	return list, nil
}

// askedToAssessAgain tells the author of an assessment that somebody sent it back.
func askedToAssessAgain(i *inquiry) (list []question, err error) {
	again := i.happened("risk_assessment.submitted")
	for _, e := range i.happened("event.withdrawn") {
		n := slices.IndexFunc(i.past.Events, func(was pathway.Event) bool { return was.ID == e.Corrects })
		if n < 0 || i.past.Events[n].Kind != "risk_assessment.submitted" || i.past.Events[n].By == e.By {
			continue
		}
		q := i.about(e, "")
		for _, a := range again {
			if a.OccurredAt.After(e.OccurredAt) && q.answer == nil {
				q.answer = by(a)
			}
		}
		if i.result.Ended && q.answer == nil {
			continue
		}
		if q.people, err = i.These(i.past.Events[n].By); err != nil {
			return nil, err
		}
		list = append(list, q)
	}
	return list, nil
}

// askedToKeepOpen tells who proposed to end the work that it was turned down.
func askedToKeepOpen(i *inquiry) (list []question, err error) {
	proposed, rejected := pathway.Event{}, -1
	for _, e := range i.happened("closure.proposed", "closure.rejected") {
		if e.Kind == "closure.proposed" {
			if proposed = e; rejected >= 0 {
				list[rejected].answer, rejected = by(e), -1
			}
			continue
		}
		if proposed.By == "" || proposed.By == e.By {
			continue
		}
		q := i.about(e, "")
		if q.people, err = i.These(proposed.By); err != nil {
			return nil, err
		}
		rejected = len(list)
		list = append(list, q)
	}
	return list, nil
}

// toldOfOverriding tells each agency that objected, or had not answered yet, that the
// work was ended all the same; and each other agency that it was cancelled, of which none is
// asked.
func toldOfOverriding(i *inquiry) (list []question, err error) {
	said := map[string]string{} // agency -> the kind of its latest answer
	var proposed pathway.Event
	for _, e := range i.happened("closure.proposed", "closure.consulted", "closure.objected", "closure.approved", "pathway.cancelled") {
		switch e.Kind {
		case "closure.proposed":
			proposed = e
			clear(said)
			continue
		case "closure.consulted", "closure.objected":
			said[e.Agency] = e.Kind
			continue
		}
		cancelled := e.Kind == "pathway.cancelled"
		why, _ := e.Data["override_reason"].(string)
		late := "" // an objection that whoever ended it could not know of
		if over := i.result.ClosedOver; over != nil && over.Approval == e.ID {
			late = over.Agency
		}
		for _, a := range i.past.Context.Agencies {
			if cancelled && (a.ID == "" || a.ID == e.Agency || a.Until != "") || !cancelled && why == "" && a.ID != late {
				continue
			}
			if !cancelled && (a.ID == proposed.Agency || a.ID == "" || said[a.ID] == "closure.consulted" || a.Until != "" && said[a.ID] == "" && a.AskedUntil < proposed.OccurredAt.In(kernel.London).Format(time.DateOnly)) {
				continue
			}
			q := i.about(e, a.ID)
			people, err := i.Some(func(c tell.OnCase) bool { return c.Agency == a.ID })
			if a.AskedUntil != "" && err == nil {
				people, err = i.OfAgency(a.ID)
			}
			if err != nil {
				return nil, err
			}
			q.people = tell.But(people, e.By)
			list = append(list, q)
		}
	}
	return list, nil
}
