// Package store opens the databases: written through to the disk, and with each
// connection remembering the statements it has compiled.
//
// Why remembered: PocketBase sends every statement as text, and compiling it again
// was two thirds of the cost of a Save. The text is the key, SQLite itself notices
// when the schema changed, and a statement in use is never handed out twice.
package store
