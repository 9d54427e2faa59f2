// Package chronology puts what was recorded of a case, wherever it was recorded,
// into one order, so that small things far apart are seen together.
//
// It is a pure engine: rows go in from any number of sources, each in order, and
// one stream comes out; it asks no clock, no database and no chance.
//
// # Why
//
// Neglect is seldom one event. Small things, widely spaced, only make sense
// together (domain 1.3d), and a list of the last thirty days never shows them. So a
// pattern here is the same tag, or the same kind of thing, however long lies
// between: how often, the first, the last, the longest gap. What a row says is for
// the one who reads it to judge: nothing here is scored.
//
// Sources are read only as far as a page needs, so the cost of a page follows the
// page and not the case.
package chronology
