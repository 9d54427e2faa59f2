package letterpage

// All lengths are whole hundredths of a point; an inch has 7,200.

// mm turns tenths of a millimetre into hundredths of a point, rounded down.
func mm(tenths int) int { return tenths * 7200 / 254 }

// The page is A4, the margins leave a line of about 70 characters at 12 point.
var (
	pageWidth    = mm(2100)
	pageHeight   = mm(2970)
	left         = mm(220)
	right        = mm(1900)
	bodyTop      = mm(950)  // baseline of the first line of a first page's text, below the window
	nextTop      = mm(250)  // the same on the pages after
	bodyBottom   = mm(2855) // no baseline of the text is lower
	footerLine   = mm(2905) // baseline of the footer
	senderLeft   = mm(1250) // the organisation's block, right of the window
	senderTop    = mm(180)
	signatureGap = mm(110) // room for a signature in ink
	copyLine     = mm(100) // baseline of what says that a sheet is a copy
	crestTop     = mm(140) // the crest stands above the window, at the left
	crestWidth   = mm(600)
	crestHeight  = mm(220)
	pictureSide  = mm(200) // of a picture beside a sentence
	pictureGap   = mm(60)
)

// The window. A DL envelope is 220 by 110 mm; the usual window in the United
// Kingdom is 90 by 35 mm, 20 mm from the left edge and 20 mm from the bottom (from
// suppliers' lists, from memory: try it with the area's own envelopes), so it spans
// 20 to 110 mm across and 55 to 90 mm down. A4 folded in three is 210 by 99 mm and
// can slide 10 mm sideways and 11 mm down in the envelope. What can be seen wherever
// it lies is the window less that play; what may ever be seen is the window plus it,
// and holds nothing but the address (domain reference 3.4, hard block 6). GOV.UK
// Notify's published checks likewise start the text at 95 mm, keep the sender's
// block right of 125 mm, and set addresses in 8 point.
var (
	windowLeft   = mm(220)  // always seen from 20.0
	windowRight  = mm(1000) // always seen to 100.0
	windowTop    = mm(550)  // always seen from 55.0
	windowBottom = mm(790)  // always seen to 79.0
	clearBottom  = mm(900)  // nothing but the address above this, from 44.0 down, and from 10.0 to 110.0 across
)

// addressSettings are tried in turn until the address fits its window: the size in points
// and the leading in hundredths of it. Eight lines fit only when they are set close.
var addressSettings = []setting{{11, 118}, {10, 118}, {9, 118}, {8, 118}, {8, 103}}

// setting is how close type of a size is set.
type setting struct{ size, leading int }

// scale is the sizes of type for one kind of print, in points.
type scale struct{ body, heading, subheading, sender, footer int }

// 12 point is the least for clear print; large print begins at 16 (guidance of
// the UK Association for Accessible Formats, from memory, not checked).
var scales = map[string]scale{
	"standard": {body: 12, heading: 14, subheading: 12, sender: 10, footer: 9},
	"large":    {body: 16, heading: 20, subheading: 17, sender: 12, footer: 12},
}

// look is how closely a letter is set. The wide one is tried first, and the closer ones
// where they bring the letter on one sheet: a second sheet that holds a name and a
// telephone number costs more than it says.
type look struct {
	leading int  // from one baseline to the next, in hundredths of the size
	gap     int  // before a paragraph, in hundredths of the leading
	fold    bool // a last list of short lines, how to reach us, is one paragraph
	pair    bool // short bullets stand two on a line
	runIn   bool // a heading stands on the line where its paragraph begins, and who signs on that of for whom
}

var looks = map[string][]look{
	"standard": {
		{leading: 125, gap: 60}, {leading: 120, gap: 45}, {leading: 120, gap: 45, fold: true},
		{leading: 118, gap: 40, fold: true, pair: true}, {leading: 115, gap: 32, fold: true, pair: true}, {leading: 115, gap: 26, fold: true, pair: true}, {leading: 115, gap: 20, fold: true, pair: true},
		{leading: 118, gap: 40, fold: true, pair: true, runIn: true}, {leading: 115, gap: 32, fold: true, pair: true, runIn: true}, {leading: 115, gap: 20, fold: true, pair: true, runIn: true},
	},
	"large": {{leading: 125, gap: 60}, {leading: 120, gap: 45, fold: true}, {leading: 118, gap: 32, fold: true}, {leading: 115, gap: 20, fold: true}},
}

// leading is the distance from one baseline to the next in what stands beside the text.
func leading(size int) int { return size * 125 }
