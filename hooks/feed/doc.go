// Package feed is the house's memory of what changed: one row for each record in
// each scope at its latest position, and one interval for each right a user held.
// Beside each live row lies what the record looks like on the wire.
//
// Why in the database and not in Go: hooks do not see the dashboard's console, a
// cascade or a migration; triggers see them all, in the transaction that changes
// the row. Why here and not in the sync room: every writer depends on it (If-Match
// needs a record's position), and only one room reads it to phones.
package feed
