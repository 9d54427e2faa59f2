// Package clock is what the house makes of a phone's clock: it is read, measured
// against the server's, kept and shown, and decides nothing.
//
// Why nothing is ever refused for it: a phone whose battery ran flat believes that it
// is 1970, and one such time would stop everything that its worker recorded. What
// cannot be read as a time is kept as the text it was and counts as no time.
//
// Why the measure lies beside the device and not in its row: a sync must not itself
// be a change to sync.
package clock
