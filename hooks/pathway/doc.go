// Package pathway says where an engagement pathway stands, what is due next and
// what may not happen yet.
//
// It is a pure engine: a function of a template, a calendar, what is known of the
// case, the events on the record and an instant, to a state, steps, clocks and
// verdicts. It asks no clock, no database and no chance, so a server and a phone
// that hold the same events give the same answer, and the answer given last year
// can be given again. The vectors in mobile-contract/vectors/pathway.json hold
// both sides to it; PATHWAY.md beside them is the whole of what it promises.
//
// An area's practice (states, moves, letters, limits, wording) is a template:
// data, parsed once by Parse, which refuses one that drops a safeguard. What a
// guard means (G1 to G13 of the domain reference, section 2.3) is code, by name,
// with its numbers in the template.
//
// # Why
//
// Events are the record; state is only a reading of it. Workers are offline, so
// events arrive late, twice and out of order, and a stored state would have to be
// repaired each time. Here every arrival is a fresh reading of the whole history.
// An event that a guard refuses stays on the record as attempted, with the reasons
// in words: what somebody tried to do about a child is itself evidence. And an
// immediate risk is accepted always: no rule in this package stands before it.
package pathway
