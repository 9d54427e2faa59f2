// Package lettertext turns a letter template and the facts of one family into the text of one letter.
//
// It is a pure engine: no app, no clock, no randomness, standard library only.
// The parse is part of the contract: mobile-contract/vectors/letter.json holds
// the cases that this package and any phone must answer alike.
//
// mobile-contract/LETTER.md has the markup, the faults, and how a letter's hash, grade and
// listed words are made: whoever reads a template on a phone reads it there, and so does
// whoever changes this package.
//
// # Why
//
// A letter that goes to the wrong hands or says the wrong thing can get someone
// hurt (domain reference 3.4), so the language has no power to spare: it cannot
// compute, cannot hide text by a condition, and the closed catalogue has no
// field for anybody's address but the recipient's own. Values are put in after
// parsing and are never parsed: a name that looks like markup is printed as it
// looks. goldmark was set aside because a second implementation in TypeScript
// has to agree with this one to the byte, and Markdown is too large for that.
package lettertext
