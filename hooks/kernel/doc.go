// Package kernel is what every rule stands on: the transaction and who writes in it, what may be
// written and by whom, the stamps, the audit log and the journal of one write, and the words in
// which a rule refuses. It knows no subject: it imports none of them.
//
// Read door.go first (how a writer comes in), then tx.go, order.go (in which order the rules run),
// guard.go, stamp.go, audit.go. What a subject below calls upon of one above stands as a name that
// hooks.go gives.
package kernel
