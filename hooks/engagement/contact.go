package engagement

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	"holdfast/hooks/tell"
)

// BindContacts has the open pathways of a case read again when a try at contact comes,
// is taken back, or falls before or after the opening of its case.
func BindContacts(app core.App) {
	kernel.Creating(app, "contact_attempts").Bind(kernel.InDomain(addAttempt))
	kernel.Creating(app, "attempt_withdrawals").Bind(kernel.InDomain(takeBack))
	kernel.Creating(app, "pathway_events").Bind(&hook.Handler[*core.RecordEvent]{Priority: kernel.OrderGuard - 1, Func: func(e *core.RecordEvent) error {
		if err := NoTry(e.App, e.Record.GetString("corrects"), e.Record.GetString("case")); err != nil {
			return err
		}
		return e.Next()
	}})
	kernel.Updating(app, "cases").Bind(kernel.InDomain(openedLater))
	kernel.Updating(app, "cases").Bind(kernel.InDomain(func(e *core.RecordEvent) error {
		moved := kernel.Changed(e.Record, "opened_on")
		if err := e.Next(); err != nil || !moved {
			return err
		}
		return ReadLater(e.App, e.Record.Id)
	}))
}

// addAttempt reads the case's open pathways again: a try at contact counts in each. One of
// which nothing like it can have come is refused, so that nobody takes it for a sighting.
func addAttempt(e *core.RecordEvent) error {
	if say := pathway.NotBy(e.Record.GetString("method"), e.Record.GetString("outcome")); say != "" {
		return kernel.Wrong("outcome", "not_by_method", say)
	}
	if err := e.Next(); err != nil {
		return err
	}
	if e.Record.GetString("outcome") == "child_seen" {
		return readSeen(e.App, e.Record.GetString("case"))
	}
	return ReadLater(e.App, e.Record.GetString("case"))
}

// takeBack lets whoever recorded a try at contact take it back, and who answers for them
// where they cannot.
func takeBack(e *core.RecordEvent) error {
	attempt, err := e.App.FindRecordById("contact_attempts", e.Record.GetString("attempt"))
	if err != nil {
		return kernel.Wrong("attempt", "missing", "There is no such try at contact in this case.")
	}
	if person := kernel.ActorOf(e.App).Person(); !kernel.IsServer(e.Record) {
		by := attempt.GetString("author")
		if person == nil {
			return kernel.Wrong("attempt", "not_author", "A person takes back what they recorded; sign in as one.")
		}
		if author, err := e.App.FindRecordById("users", by); person.Id != by && (err != nil || author.GetString("manager") != person.Id) {
			return kernel.Wrong("attempt", "not_author", "Who recorded it, or their manager, takes it back: ask "+tell.RecorderOr(e.App, by, author)+".")
		}
	}
	if done, err := takenBackAlready(e, attempt); done || err != nil {
		return err
	}
	e.Record.Set("withdrawn_at", kernel.Now())
	if err := e.Next(); err != nil {
		return err
	}
	if attempt.GetString("outcome") == "child_seen" {
		return readSeen(e.App, e.Record.GetString("case"))
	}
	return ReadLater(e.App, e.Record.GetString("case"))
}

// takenBackAlready answers a try that was taken back before: to who did, what they did, once
// however often they say it; to anybody else, who did and when.
func takenBackAlready(e *core.RecordEvent, attempt *core.Record) (done bool, err error) {
	before, err := e.App.FindAllRecords("attempt_withdrawals", dbx.HashExp{"attempt": attempt.Id})
	if err != nil || len(before) == 0 {
		return false, err
	}
	first := before[0]
	if person := kernel.ActorOf(e.App).Person(); person != nil && person.Id == first.GetString("author") {
		e.Record.Load(first.FieldsData())
		e.Record.Id = first.Id
		return true, nil // nothing is written
	}
	who := "Somebody"
	if by, err := e.App.FindRecordById("users", first.GetString("author")); err == nil {
		who = by.GetString("name")
	}
	return true, kernel.Wrong("attempt", "withdrawn", who+" took this back already, on "+first.GetDateTime("withdrawn_at").Time().In(kernel.London).Format("Monday 2 January 2006")+".")
}

// NoTry refuses, as what an event corrects, a try at contact of its case: that is no event,
// and is withdrawn where it is recorded, which corrects it everywhere.
func NoTry(app core.App, corrects, caseID string) error {
	if corrects == "" {
		return nil
	}
	if n, err := app.CountRecords("contact_attempts", dbx.HashExp{"id": corrects, "case": caseID}); err != nil || n == 0 {
		return err
	}
	return kernel.Wrong("corrects", "a_try", "This is a try at contact: withdraw the try itself, and it counts nowhere any more.")
}

// onRecord is which tries at contact of a case stand, as SQL over contact_attempts: none
// that was taken back, and none that is dated before the case was opened; where nobody
// wrote down when that was, before there was a child to see.
const onRecord = `contact_attempts.id NOT IN (SELECT attempt FROM attempt_withdrawals WHERE "case" = {:case})
	AND occurred_at >= coalesce((SELECT CASE WHEN opened_on != '' THEN datetime(opened_on, '-1 hour') ELSE
		(SELECT datetime(min(date_of_birth), '-1 year') FROM people WHERE "case" = {:case} AND kind = 'child' AND date_of_birth != '') END
		FROM cases WHERE id = {:case}), '')`

// AttemptsThatCount is onRecord without those that are still to come, and what its
// parameters stand for: a time that lies ahead counts nowhere until it has come.
func AttemptsThatCount(caseID string) (where string, params dbx.Params) {
	return onRecord + ` AND occurred_at <= {:now}`, dbx.Params{"case": caseID, "now": ByNow()}
}

// ByNow is the last moment that is not still to come, as it is stored.
func ByNow() string { return kernel.Now().Time().Add(collections.Grace).Format(kernel.StoredMoment) }

// Tries asks for those of a case's tries at contact that count.
func Tries(app core.App, caseID string, more ...dbx.Expression) *dbx.SelectQuery {
	where, params := AttemptsThatCount(caseID)
	q := app.RecordQuery("contact_attempts").AndWhere(dbx.HashExp{"case": caseID}).AndWhere(dbx.NewExp(where, params))
	for _, m := range more {
		q.AndWhere(m)
	}
	return q
}

// TakenBack are a case's tries at contact that count no more.
func TakenBack(app core.App, caseID string) (all []*core.Record, err error) {
	err = app.RecordQuery("contact_attempts").AndWhere(dbx.HashExp{"case": caseID}).
		AndWhere(dbx.NewExp("NOT ("+onRecord+")", dbx.Params{"case": caseID})).All(&all)
	return all, err
}
