package hooks

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// writtenAt is the mark of a letter that the server enters for a day gone by.
const writtenAt = " written at"

// Written lets the server say when a letter that it enters was written, approved or
// withdrawn, for one Save: a case file that is brought in has letters of its own days.
// No door lets a client set the mark: it is no field of the collection.
func Written(letter *core.Record, at types.DateTime) *core.Record {
	letter.SetRaw(writtenAt, at)
	return letter
}

// whenWritten is now, for every letter that comes by a door.
func whenWritten(letter *core.Record) types.DateTime {
	if at, ok := letter.GetRaw(writtenAt).(types.DateTime); ok {
		return at
	}
	return now()
}
