package kernel

import (
	"slices"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// ManagesRole is a condition in SQL: the account u holds the role of a manager.
var ManagesRole = collections.Manager.In("u.roles")

// TheLine begins a query with the people above some others, as their agencies' leads named
// each one's manager: the line. It ends somewhere even where two manage one another.
func TheLine(of string) string {
	return `WITH RECURSIVE above(id, step) AS (SELECT u.manager, 1 FROM users u WHERE u.manager != '' AND u.id IN (` + of + `)
		UNION SELECT u.manager, step + 1 FROM above a JOIN users u ON u.id = a.id WHERE u.manager != '' AND step < 20) `
}

// LineOf is everybody above a person, the nearest first.
func LineOf(app core.App, user string) (ids []string, err error) {
	err = app.ConcurrentDB().NewQuery(TheLine(`{:u}`) + `SELECT id FROM above WHERE id != {:u} GROUP BY id ORDER BY min(step)`).
		Bind(dbx.Params{"u": user}).Column(&ids)
	return ids, err
}

// Watched are the other people on a case whose line a person is in.
func Watched(app core.App, caseID, user string) (ids []string, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT m."user" FROM case_members m WHERE m."case" = {:c} AND m.active AND m."user" != {:u} AND EXISTS (` +
		TheLine(`m."user"`) + `SELECT 1 FROM above WHERE id = {:u})`).Bind(dbx.Params{"c": caseID, "u": user}).Column(&ids)
	return ids, err
}

// MayManage holds the role of a manager on a case to those who have it at their agency,
// and who are in the line of somebody on the case or of an agency on it.
func MayManage(app core.App, member, user *core.Record) error {
	if !Holds(user, collections.Manager) || !user.GetBool("active") {
		return validation.Errors{"role": validation.NewError("not_a_manager", "Only somebody who is a manager at their agency is one on a case.")}
	}
	of, err := Watched(app, member.GetString("case"), user.Id)
	if err != nil || len(of) > 0 {
		return err
	}
	var n int
	err = app.ConcurrentDB().NewQuery(`SELECT (SELECT count(*) FROM case_members WHERE "case" = {:c} AND active AND "user" != {:u} AND agency = {:a}) +
		(SELECT count(*) FROM cases WHERE id = {:c} AND lead_agency = {:a})`).
		Bind(dbx.Params{"c": member.GetString("case"), "u": user.Id, "a": user.GetString("agency")}).Row(&n)
	if err == nil && n == 0 {
		err = validation.Errors{"role": validation.NewError("other_agency", "A manager on a case comes from an agency that works on it.")}
	}
	return err
}

// AnswersFor says whether a person approves, as a manager, what another did on a case:
// they hold the role at their agency, now, and are on the case; and they are in the
// author's line, or were put on the case by that line, or by an agency's lead. Where the author never led or
// managed the case, and so made nobody anything on it, any manager on it does; but
// nobody whom the author brought. Who has nobody above them is named a manager by their
// agency's lead, who comes to the case by that.
func AnswersFor(app core.App, caseID string, person *core.Record, author string) (bool, error) {
	if person.Id == author || !Holds(person, collections.Manager) || !person.GetBool("active") {
		return false, nil
	}
	part, by, err := membership(app, caseID, person.Id)
	if err != nil || !part.IsOn() {
		return false, err
	}
	line, err := LineOf(app, author)
	if err != nil || slices.Contains(line, person.Id) {
		return err == nil, err
	}
	if !part.IsManager() || author == "" { // nobody's work, such as the server's, is any manager's
		return part.IsManager(), nil
	}
	if by == author {
		return false, nil
	}
	if led, err := everLed(app, caseID, author); err != nil || !led {
		return err == nil, err
	}
	if by == "" {
		return true, nil // the operator, or the server
	}
	deputed, err := app.FindRecordById("users", by)
	return err == nil && (Holds(deputed, collections.AgencyLead) || Holds(deputed, collections.Manager) && slices.Contains(line, by)), err
}

// AnswersForAll says whether a person approves what several did together.
func AnswersForAll(app core.App, caseID string, person *core.Record, authors []string) (bool, error) {
	for _, a := range authors {
		if ok, err := AnswersFor(app, caseID, person, a); err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// everLed says whether a person ever could choose who is on a case.
func everLed(app core.App, caseID, user string) (bool, error) {
	var n int
	err := app.ConcurrentDB().NewQuery(`SELECT (SELECT count(*) FROM cases WHERE id = {:c} AND opened_by = {:u}) +
		(SELECT count(*) FROM case_members m WHERE m."case" = {:c} AND m."user" = {:u} AND (m.role != 'member' OR EXISTS (
			SELECT 1 FROM record_versions v WHERE v.collection = 'case_members' AND v.record = m.id AND v.field = 'role')))`).
		Bind(dbx.Params{"c": caseID, "u": user}).Row(&n)
	return n > 0, err
}
