// Package collections says what exists: every noun of the house, one file each,
// with its fields, indexes, access rules and how it travels to a phone.
//
// Why declared in Go and also frozen in migrations: the declaration is what a
// reader changes; the migration is what a running server replays, step by step. A test
// holds the two equal, so neither can drift.
//
// Why two descriptions of access (the rule and the scope): the rule guards the
// stock REST doors record by record, the scope lets a pull cost what changed.
// A property test holds them equal as well.
package collections
