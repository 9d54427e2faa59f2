// Package letterpage puts a finished letter on paper and on the screen. It is pure: no
// app, no clock. It is with the hooks because an approval asks it what can be printed.
//
// HTML and PDF render the same lettertext.Document, so they cannot differ in
// what they say. The PDF looks like a council's letter: the address in the window
// of a DL envelope, a reference, page n of m, room for a signature. The HTML is
// the accessible twin: fpdf writes no tagged PDF.
//
// # The same bytes for ever
//
// A PDF depends on the document, on Renderer and on nothing else: dates come from
// the letter, objects are in a fixed order, and the layout counts in whole
// hundredths of a point, so that no processor rounds differently. A test holds the
// SHA-256 of one letter. When it changes (another fpdf, another Go with another
// compressor, another layout) Renderer must change with it. A letter keeps the hash of
// its bytes from its approval on, and whoever fetches it is told when they are others.
//
// # Why
//
// Everything is drawn as text: no link, no script, no form, no attachment, no
// picture from outside. A reader of the file runs nothing and asks nobody.
//
// One font is embedded and bold is the same font with its outline drawn too: beside
// the true bold it looks like a sister. A second font took 10 ms a letter where one
// takes 6, and the promise is a thousand letters in ten seconds on one core.
//
// A character that the font lacks stops the PDF with an error that names it. A
// box in place of somebody's name would be worse than no letter; the HTML shows
// any script.
package letterpage
