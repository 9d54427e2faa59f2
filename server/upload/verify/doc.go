// Package verify holds the stored evidence against its rows, reading every byte again.
//
// Why it knows no server: what it finds must not rest on the program that wrote, and it
// runs beside one or without.
package verify
