// Package migrations holds the frozen steps by which a store came to its present
// shape: replaying them on an empty store gives exactly what the declarations say.
//
// Why frozen JSON and not calls into the declarations: a declaration changes, and
// a step that a server has taken must stay what it was when it was taken.
// `go run ./collections/migrations/freeze` writes the next step.
package migrations
