// Command sabotage breaks the house on purpose: it takes one guard away at a time, in a
// copy, and runs the test that stands over it. A test that stays green guards nothing.
//
// Why a list and not every line: a cut is worth its time where somebody is harmed when the
// guard goes, and what must turn red is said beside it, so that a failure names the guard
// and not only a line. A third of the cuts are on the way of one note to the disk
// (server/sync/doc.go), where a fault would be silent.
//
// Why each cut names its text and not its line: a cut that no longer applies is a failure
// too, and the everyday suite says so (TestEveryCutApplies), long before anybody runs this.
//
//	make sabotage              all of them, one after the other: half an hour or two
//	make sabotage CUTS=store   those whose file or test matches
package main
