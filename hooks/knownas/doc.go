// Package knownas says what people are called: in a list, in a sentence, in a letter.
//
// # Why
//
// A name is never taken apart: which part of it somebody answers to is known to them
// alone, so a worker writes it down (called_by), and until then the whole name stands. Nor
// is anybody made up one: an unborn child, or one whose name nobody knows, is said in
// words. Two who would be called alike are told apart by what the record has.
package knownas
