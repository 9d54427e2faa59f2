// Package letterpage puts a finished letter on paper and on the screen. It is pure: no
// app, no clock. It is with the hooks because an approval asks it what can be printed.
//
// HTML and PDF render the same lettertext.Document, so they cannot differ in
// what they say. The PDF looks like a council's letter: the address in the window
// of a DL envelope with the return address above it, the sender and its crest, a
// reference, page n of m, room for a signature. It is on one sheet where its text allows
// (looks). It is tagged: headings, lists and pictures are found by a screen reader in the
// order of the letter, as they are in the HTML.
//
// # The same bytes for ever
//
// A PDF depends on the document, the crest that it names, on Renderer and on nothing else:
// dates come from the letter, objects are in a fixed order, and the layout counts in whole
// hundredths of a point, so that no processor rounds differently. A test holds the
// SHA-256 of one letter. When it changes (other type, another Go with another compressor, another
// layout) Renderer must change with it. A letter keeps the hash of
// its bytes from its approval on, and whoever fetches it is told when they are others.
//
// # Why
//
// Everything is drawn as text and lines: no link, no script, no form, no attachment. The
// crest is drawn anew on white from what somebody chose, so that nothing else of that file
// is in it; the pictures of easy read are lines of our own. A reader of the file runs
// nothing and asks nobody.
//
// A character for which there is no type (hooks/typeface) stops the PDF with an error that
// names it. A box in place of somebody's name would be worse than no letter; the HTML
// shows any script.
package letterpage
