// Package ops is the operator's: it closes the doors that the house must not have (the
// SQL console's route, zip backups, codes without a password, file caches, query
// strings in logs), and says how the server is.
//
// Why health is one endpoint for superusers and one thin page: PocketBase's dashboard
// is theirs already, and its extension API may change with any release.
package ops
