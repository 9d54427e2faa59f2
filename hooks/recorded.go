package hooks

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// datedAt is the mark of a record that was made before it came.
const datedAt = " dated at"

// Recorded says when a record that comes now was made, for one Save: by a phone without
// signal, whose measured skew the time is already corrected by, or in a case file of
// days gone by. A clock is not trusted: what is read from it lies between what the
// server knows came before and now. No client sets the mark: it is no field.
func Recorded(r *core.Record, at types.DateTime) *core.Record {
	r.SetRaw(datedAt, at)
	return r
}

// whenWritten is when a letter was written, approved or withdrawn: now, where nothing
// says that it was earlier.
func whenWritten(letter *core.Record) types.DateTime {
	if at, ok := letter.GetRaw(datedAt).(types.DateTime); ok {
		return at
	}
	return now()
}

// dateLetter holds what a letter is dated to what its own record says already.
func dateLetter(app core.App, letter *core.Record) error {
	at, ok := letter.GetRaw(datedAt).(types.DateTime)
	if !ok {
		return nil
	}
	bounded, err := sinceWritten(app, letter, at.Time())
	if err != nil {
		return err
	}
	held, err := types.ParseDateTime(bounded)
	letter.SetRaw(datedAt, held)
	return err
}

// sinceWritten is the time that a worker or a phone gives for something that became of
// a letter: never still to come, and never before the letter was last written at or
// approved. What a worker recorded is not corrected by the skew of the phone (M86): it
// may be read from a book as well as from the clock.
func sinceWritten(app core.App, letter *core.Record, at time.Time) (time.Time, error) {
	var last types.DateTime
	err := app.ConcurrentDB().NewQuery(`SELECT coalesce(max(occurred_at), '') FROM letter_events WHERE letter = {:l} AND kind IN ('drafted', 'approved')`).
		Bind(dbx.Params{"l": letter.Id}).Row(&last)
	if at.Before(last.Time()) {
		at = last.Time()
	}
	return notToCome(at), err
}

// notToCome is the time, or now where a fast clock puts it in the future.
func notToCome(at time.Time) time.Time {
	if n := now().Time(); at.After(n) {
		return n
	}
	return at
}
