// Package quicker is the one step of PocketBase's own that the house does otherwise: a
// record's fields are validated by the same code of its own, but a related record is looked
// for once a transaction.
//
// Why: a hundred notes of one author on one case looked for both, and for their agency,
// three hundred times: a quarter of what a push costs (server/sync/doc.go). HOLDFAST_STOCK=1
// leaves PocketBase's step in place, and everything holds as it does without: that is
// tested over every noun (same_test.go).
package quicker
