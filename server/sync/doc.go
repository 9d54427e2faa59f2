// Package sync is the counter where phones hand in what was recorded and collect
// what changed. It knows no domain: it reads what the collections declare.
//
// Why rows never become Record objects on the way out: SQLite builds each row's
// JSON and the bytes go to the socket; that is the difference between thirteen and
// a hundred thousand records a second.
//
// Why one cursor a scope, merged: "scope IN (…) ORDER BY seq LIMIT n" sorts what is
// left again for every page (trap T25).
//
// Why removals are forgotten and verdicts and rights are not: a phone that lacks a
// removal finds that by digest and repairs itself; one that sent a mutation twice could
// never know that it counted twice.
package sync
