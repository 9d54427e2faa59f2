// Package reply says no in one voice: the contract's codes in PocketBase's shape,
// and requests held to the form that the contract gives.
package reply
