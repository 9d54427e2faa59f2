// Package ops is the operator's: it closes the doors that the house must not have (the
// SQL console's route, zip backups, acting as somebody else, codes without a password,
// file caches, query strings in logs), lets operators in by a listener and a second factor
// of their own, breaks the glass for them, and says how the server is.
//
// Why health is one endpoint for superusers and one thin page: PocketBase's dashboard
// is theirs already, and its extension API may change with any release.
//
// Why a balancer's door is apart from it: it is asked every few seconds by whom nobody
// knows, so it says yes or no alone, and yes only when a write was tried and kept.
//
// Why an operator's code stands in for PocketBase's mailed one: its dashboard then signs
// in with an authenticator app as it is, and nothing of it is ours to keep up.
package ops
