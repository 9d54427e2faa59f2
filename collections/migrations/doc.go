// Package migrations holds the frozen steps by which a store came to its present
// shape: the start, and after it what changed. Replaying them on an empty store gives
// exactly what the nouns declare; a test says so when they do not.
//
// After a change in collections/*.go:
//
//	go run ./collections/migrations/freeze 1767000000_what_changed
//
// compares the nouns with what the steps lead to and writes what changed: one more field
// is a step of some ten lines. Once more with the name of the last step, it writes that
// step anew, as after a merge. A step that a server has taken is never changed.
//
// What a step does to rows is Go, registered beside these under a name between them
// (core.AppMigrations.Register); a table that is no collection is laid by Lay, in the
// package whose it is.
//
// Nothing is ever lost in silence: a step that takes away a field or a collection is refused
// by a store that holds something in it, and changes nothing there. A Go step before it
// carries that over; or freeze -lose notes.body says that it goes. A field that is called
// otherwise is a new one, a Go step that copies it, and one dropped.
//
// Why frozen and not calls into the declarations: a declaration changes, and a step that a
// server has taken must stay what it was when it was taken. Why zero values are left out,
// and defaults are not: nothing that PocketBase learns makes another of a zero.
package migrations
