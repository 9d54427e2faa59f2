// Package champion is the life of a neglect practice champion as rules without an
// app or a clock: which step follows which and who may take it, what held on any
// past day, when a champion's time is over, how well the agencies are covered.
//
// Why a table and not code: who may do what is argued over by people of the field;
// a table they can read, a switch they cannot.
//
// Why the history decides and not the record: the record says what is; only the
// list of steps with their instants says what was on a day last March.
package champion
