// Package signin stands in front of PocketBase's own ways in: whoever comes by the
// API is counted as on the pages, and is known however their phone typed their address.
//
// Why in front of the routes and not in their hooks: PocketBase looks an account up
// before any hook, so a name that does not exist would be guessed for nothing, and its
// errors name the address that was typed in the request log.
//
// Why what was read is what goes on: the address that was counted is the one that
// PocketBase is given. Two readings of one body could differ.
//
// Why passwords wait in a line: one check takes a processor for a tenth of a second,
// by intent. Twenty at once would take it from every phone that syncs.
package signin
