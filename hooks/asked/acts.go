package asked

import (
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/engagement"
	"holdfast/hooks/kernel"
	"holdfast/hooks/partnership"
)

// daysToReview is how many days before a restriction is to be looked at again somebody is
// asked to.
const daysToReview = 7

func reviewAhead() string {
	return kernel.Now().Time().In(kernel.London).AddDate(0, 0, daysToReview).Format(time.DateOnly)
}

// askedToReviewRestriction asks who may lift a restriction to look at it again, when its day
// is near: they lift it, or restrict anew until another day.
func askedToReviewRestriction(i *inquiry) (list []question, err error) {
	acts, err := i.rows("case_acts")
	if err != nil || len(acts) == 0 {
		return nil, err
	}
	c, err := i.Tx.FindRecordById("cases", i.CaseID)
	if err != nil {
		return nil, err
	}
	var last *core.Record
	for _, a := range acts {
		switch a.GetString("act") {
		case "restrict", "lift_restriction":
			if last != nil {
				q := aboutAct(last, "")
				q.answer = actAnswer(a)
				list = append(list, q)
			}
			if last = a; a.GetString("act") == "lift_restriction" {
				last = nil
			}
		}
	}
	due := c.GetString("restriction_review_on")
	if last == nil || !c.GetBool("restricted") || due == "" || due > reviewAhead() {
		return list, nil
	}
	q, lead := aboutAct(last, ""), c.GetString("lead_agency")
	q.dueOn = due
	for _, role := range []collections.Role{collections.Manager, collections.SafeguardingLead} {
		some, err := i.Holding(role, lead)
		if err != nil {
			return nil, err
		}
		for _, who := range some {
			if !who.Off { // who may not see a restricted family is not told of it
				q.people = append(q.people, who)
			}
		}
	}
	if len(q.people) == 0 { // nobody on it may: who leads the agency puts somebody there
		if q.people, err = i.Holding(collections.AgencyLead, lead); err != nil {
			return nil, err
		}
	}
	return append(list, q), nil
}

// toldOfCaseActs tells each other agency on a case that it was opened again, or who hears of
// it narrowed or widened. No child waits for an answer to that: who does not agree raises it
// as a disagreement.
func toldOfCaseActs(i *inquiry) (list []question, err error) {
	if list, err = i.toldOfTakenOff(); err != nil {
		return nil, err
	}
	acts, err := i.rows("case_acts")
	if err != nil || len(acts) == 0 {
		return list, err
	}
	c, err := i.Tx.FindRecordById("cases", i.CaseID)
	if err != nil {
		return nil, err
	}
	var opened, hears *core.Record
	for _, a := range acts {
		switch a.GetString("act") {
		case "reopen":
			opened = a
		case "restrict", "lift_restriction":
			hears = a
		}
	}
	if c.GetString("status") == "closed" {
		opened = nil
	}
	for _, act := range []*core.Record{opened, hears} {
		if act == nil {
			continue
		}
		others, err := otherAgencies(i.Tx, i.CaseID, act.GetString("agency"))
		if err != nil {
			return nil, err
		}
		for _, a := range others {
			q := aboutAct(act, a.ID)
			var there []string // who came since reads the case as it is
			if err := kernel.Query(i.Tx, `SELECT "user" FROM case_members WHERE "case" = {:c} AND agency = {:a} AND active AND max("from", created) <= {:at}`).
				Bind(dbx.Params{"c": i.CaseID, "a": a.ID, "at": act.GetString("created")}).Column(&there); err != nil {
				return nil, err
			}
			if q.people, err = i.These(there...); err != nil {
				return nil, err
			}
			list = append(list, q)
		}
	}
	return list, nil
}

// toldOfTakenOff tells the people of an agency that somebody of another took off a case, and
// who answers for it, that it was, and by which: they are asked about an ending all the same,
// and say so where they should be there.
func (i *inquiry) toldOfTakenOff() (list []question, err error) {
	var off []struct {
		Member string `db:"member"`
		Agency string `db:"agency"`
		By     string `db:"by"`
	}
	err = kernel.Query(i.Tx, `WITH off AS (SELECT max(m.id) AS member, m.agency FROM case_members m WHERE m."case" = {:c} AND NOT m.active AND date(m.until, `+engagement.AskedAfter+`) >= {:day} AND `+engagement.TakenOff+`
			AND NOT EXISTS (SELECT 1 FROM case_members o WHERE o."case" = m."case" AND o.agency = m.agency AND o.active)
		GROUP BY m.agency) SELECT off.*, (SELECT b.agency FROM record_versions v JOIN users b ON b.id = v.changed_by
			WHERE v.collection = 'case_members' AND v.record = member AND v.field = 'until' ORDER BY v.changed_at DESC, v.id DESC LIMIT 1) AS "by"
		FROM off ORDER BY agency`).Bind(dbx.Params{"c": i.CaseID, "day": kernel.Today()}).All(&off)
	if err != nil {
		return nil, err
	}
	for _, o := range off {
		q := question{collection: "case_members", record: o.Member, part: o.Agency, agency: o.By}
		if q.people, err = i.OfAgency(o.Agency); err != nil {
			return nil, err
		}
		were, err := i.WereThere(o.Agency)
		if err != nil {
			return nil, err
		}
		for _, who := range were {
			if !slices.Contains(q.people, who) {
				q.people = append(q.people, who)
			}
		}
		list = append(list, q)
	}
	return list, nil
}

// otherAgencies are those who are on a case now, beside one.
func otherAgencies(app core.App, caseID, but string) (others []kernel.AgencyOn, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT agency AS id, max(agency_name) AS name FROM case_members
		WHERE "case" = {:c} AND active AND agency != {:a} GROUP BY agency ORDER BY name`).Bind(dbx.Params{"c": caseID, "a": but}).All(&others)
	return others, err
}

// toldOfRefusedTransfer tells whoever asked another agency to take the lead, and who manages
// the case for theirs, that it does not: the family is still theirs.
func toldOfRefusedTransfer(i *inquiry) (list []question, err error) {
	transfers, err := i.rows("transfers")
	if err != nil || len(transfers) == 0 {
		return nil, err
	}
	t := transfers[len(transfers)-1]
	if t.GetString("status") != "refused" {
		return nil, nil
	}
	q := question{collection: "transfers", record: t.Id, agency: t.GetString("to_agency")}
	if q.people, err = partnership.HearOfTransfer(&i.Team, t); err != nil {
		return nil, err
	}
	return append(list, q), nil
}
