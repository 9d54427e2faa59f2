// Package packs is the content a new partnership starts from.
//
// Content is data: a calendar, a pathway, a letter is a file here, installed as
// records, versioned, and changed by an area in its own copy. The package hands
// out bytes and knows no rules; the engines in hooks read them.
//
// # Why
//
// Practice differs by area and bank holidays are proclaimed at short notice.
// What differs must be changeable without a release, so none of it is code.
package packs
