// Package chronology is the reading room of a case: everything its agencies
// recorded, in one order, as JSON for an app, as a table for a spreadsheet and as a
// page to print.
//
// # Why
//
// Only members of the case read it, and each reads what the rules let them list:
// another agency's own notes are not in it. Whoever is not a member gets, byte for
// byte, the answer for a case that does not exist. Each reading is audited before
// it is delivered; an unchanged one (304) delivers nothing.
//
// A page costs what the page holds: each source is read from an index, from where
// the last page ended. What other records gave rise to on the pathway is not told
// twice: the record tells it.
package chronology
