// Package tally counts the ways in: how often somebody tried to be somebody, from
// where, and how long the next try waits. It is pure: the clock is an argument, and it
// knows no app.
//
// Why a pair is what waits: an office shares one address and a stranger may type
// anybody's name. Only who tries one account from one address waits for what was tried
// of that account from there.
//
// Why an address is slowed by accounts and not by tries: one colleague who forgot a
// password tries ten times; who tries thirty people's is guessing. Everybody behind it
// then waits a little before a try, and nobody is locked out.
//
// Why an account is slowed too: many addresses are cheap. Whoever signed in from an
// address before passes by (Known), so that a stranger cannot keep an owner out.
//
// Why a try counts before it is judged, for its pair and its account: of a hundred at
// once, each would see that there were none.
//
// Why the weakest is forgotten when memory fills: who floods it makes many counts of
// one, and must not so buy forgiveness for the one that counts.
package tally
