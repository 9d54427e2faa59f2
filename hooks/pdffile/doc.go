// Package pdffile writes a PDF of a letter's kind: pages of text in embedded fonts, simple
// drawings, one picture, and the structure by which a screen reader finds headings, lists
// and what a drawing shows (tagged PDF, ISO 32000-1, 14.7 and 14.8). It knows neither
// letters nor type. Objects are in the order in which they were made, so the same calls
// write the same bytes.
//
// # Why it is our own
//
// go-pdf/fpdf, which wrote the letters before, has one shape for a character of the first
// 65,536 and no other way to name one, so nothing in it can join Arabic letters or place an
// accent; and no structure tree. Of the libraries that have both, one is under the GPL and
// the other is not served by the module proxy. What a letter needs of PDF is this file's
// neighbours: three hundred lines.
package pdffile
