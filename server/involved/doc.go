// Package involved answers whether another agency knows a child, and whom to ring.
//
// # Why
//
// Two agencies that work with one child apart each see half. This is no index of
// children: only who is on a case asks, about a child of it; the answer is who to ring,
// never what they know; it is on record in both families; nothing tells of a restricted
// one; and who asks more often than a caseload needs has to wait.
package involved
