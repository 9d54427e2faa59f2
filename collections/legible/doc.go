// Package legible finds stored text that no phone can read, and reads text as it was meant:
// bytes that are not UTF-8, and NUL.
//
// Why it may be there: no door takes such text, but the SQL console and whoever opens the
// file by other means still can; and one letter in an old encoding would make every pull
// that holds it unreadable.
package legible
