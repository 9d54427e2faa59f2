// Package sync is the counter where phones hand in what was recorded and collect
// what changed. It reads what the collections declare and knows nothing of the practice
// but this: an immediate risk is told of, whatever keeps it back (immediate_risk.go).
//
// Why rows never become Record objects on the way out: each row's JSON is made once, as
// it is written, and its bytes go to the socket; that is the difference between nine and
// a hundred and sixty thousand records a second.
//
// Why a pull writes nothing but that a device learned of a right's end, not even who was
// shown what: it would wait for the one writer and for the disk, behind every push and
// upload (hooks/audit_read.go).
//
// Why pushes that wait for the writer share a transaction: the disk is waited for once
// for all of them, and a page that several touch is written once.
//
// Why one cursor a scope, merged: "scope IN (…) ORDER BY seq LIMIT n" sorts what is
// left again for every page (trap T25).
//
// Why what cannot be kept is answered "later" and not refused: a refusal says that the
// server has it, and one person could fill the store with them (bound.go).
//
// Why a position says which collections it is good for: clients of libraries replicate
// each by itself, and a place that was good for some, taken for one of all, would lose the
// rest without a word (only.go).
//
// Why each mutation of a push is read by itself, and one that is none is kept as the text
// that it was: an app's mistake with one would hold up all that stands behind it (trap
// T34), and whoever records something again needs the words (element.go).
//
// Why a verdict remembers what it was given for: else the second of two contents under one
// id is answered as done, and is nowhere (meaning.go, trap T35).
//
// Why copies of what an agency wrote for itself are moved by the feed's triggers: whoever
// un-shares a record takes along what was contested of it (collections.Copies).
//
// Why a record goes by the id that a phone gave it, though another stands for it: what is
// queued behind it on that phone is led there (alias.go), and is nobody's dead end.
//
// Why what a person decided of a conflict is a mutation: it waits in an outbox and is
// judged like an edit, and two ways to settle would be two ways to lose (decide.go).
//
// Why removals are forgotten and verdicts and rights are not: a phone that lacks a
// removal finds that by digest and repairs itself; one that sent a mutation twice could
// never know that it counted twice.
package sync
