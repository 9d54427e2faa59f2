// Package legible finds stored text that no phone can read, and puts it right: bytes that
// are not UTF-8, and NUL.
//
// Why it may be there: for a while a form's bytes were stored as they came, and one letter
// in an old encoding made every pull that held it unreadable. No door takes such text
// any more; the SQL console and whoever opens the file by other means still can.
package legible
