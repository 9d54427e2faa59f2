// Package spreadsheet writes a table as a file for spreadsheets, CSV, that none of them takes
// for formulas or numbers.
//
// Why one place: whoever writes a file of what people wrote owes its reader all of this,
// and a door that has a copy of its own has yesterday's.
package spreadsheet
