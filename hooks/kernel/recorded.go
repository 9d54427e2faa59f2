package kernel

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// Recorded says when a record that comes now was made, for one Save: by a phone without
// signal, whose measured skew the time is already corrected by, or in a case file of
// days gone by. A clock is not trusted: what is read from it lies between what the
// server knows came before and now.
func Recorded(r *core.Record, at types.DateTime) *Meant { return Intent{Recorded: at}.Of(r) }

// WhenWritten is when a letter was written, approved or withdrawn: now, where nothing
// says that it was earlier.
func WhenWritten(letter *core.Record) types.DateTime {
	if at := IntentOf(letter).Recorded; !at.IsZero() {
		return at
	}
	return Now()
}

// DateLetter holds what a letter is dated to what its own record says already.
func DateLetter(app core.App, letter *core.Record) error {
	i := IntentOf(letter)
	if i.Recorded.IsZero() {
		return nil
	}
	bounded, err := SinceWritten(app, letter, i.Recorded.Time())
	if err != nil {
		return err
	}
	i.Recorded, err = types.ParseDateTime(bounded)
	return err
}

// SinceWritten is the time that a worker or a phone gives for something that became of
// a letter: never still to come, and never before the letter was last written at or
// approved. What a worker recorded is not corrected by the skew of the phone (M86): it
// may be read from a book as well as from the clock.
func SinceWritten(app core.App, letter *core.Record, at time.Time) (time.Time, error) {
	var last types.DateTime
	err := app.ConcurrentDB().NewQuery(`SELECT coalesce(max(occurred_at), '') FROM letter_events WHERE letter = {:l} AND kind IN ('drafted', 'approved')`).
		Bind(dbx.Params{"l": letter.Id}).Row(&last)
	if at.Before(last.Time()) {
		at = last.Time()
	}
	return NotToCome(at), err
}

// NotToCome is the time, or now where a fast clock puts it in the future.
func NotToCome(at time.Time) time.Time {
	if n := Now().Time(); at.After(n) {
		return n
	}
	return at
}
