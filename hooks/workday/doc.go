// Package workday says by the end of which day a thing must be done.
//
// It is a pure engine: the day, the instant and the calendar are arguments. It
// asks no clock and no database, so a server and a phone that hold the same
// calendar body give the same answer, and an old deadline can be recomputed
// years later from the version it was made under. The vectors in
// mobile-contract/vectors/workday.json hold both sides to it.
//
// The rules are those of the domain reference, section 2.2: day 0 is the local
// date of the trigger in Europe/London; within n working days means the end of
// the nth working day after day 0; a trigger on a non-working day starts
// counting from the next working day, which is then day 1; limits in hours are
// clock hours.
//
// # Why
//
// An area edits its own calendar (a council shuts at Christmas; the King
// proclaims a holiday), so holidays are data with a version and a hash, never
// code, and a timer can name the calendar it was computed from. A calendar says
// which years it knows. Outside them the answer is an error: a deadline guessed
// from an empty list of holidays would look right and be early.
package workday
