// Package sync is the counter where phones hand in what was recorded and collect
// what changed. It knows no domain: it reads what the collections declare.
//
// Why rows never become Record objects on the way out: SQLite builds each row's
// JSON and the bytes go to the socket; that is the difference between thirteen and
// a hundred thousand records a second.
//
// Why one cursor a scope, merged: "scope IN (…) ORDER BY seq LIMIT n" sorts what is
// left again for every page (trap T25).
package sync
