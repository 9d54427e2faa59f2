package letterpage

import "holdfast/hooks/lettertext"

// The return address stands first in the window, in small type: whoever cannot deliver the
// letter sends it back without opening it.
const (
	returnSize    = 7
	returnLeading = 112 // hundredths of the size
)

// returnLines is the return address as it stands in the window.
func returnLines(d *lettertext.Document) []line {
	return wrap(plain(d.Return, false), returnSize, windowRight-windowLeft)
}

// below is where the recipient's address begins under so many lines of return address.
func below(lines []line) int {
	if len(lines) == 0 {
		return windowTop
	}
	return windowTop + len(lines)*returnSize*returnLeading + returnSize*25
}

// returnShows says whether the window has room for the return address above the
// recipient's. Where it has none, the recipient's is what a letter cannot go without.
func returnShows(d *lettertext.Document) bool {
	if d.Return == "" {
		return false
	}
	_, _, fits := fitAddress(d.Recipient, below(returnLines(d)))
	return fits
}

// fitAddress chooses the largest type at which the address fits its window from top down,
// and breaks it into lines. An address that fits in none is set in the smallest, whole.
func fitAddress(lines []string, top int) (how setting, set []line, fits bool) {
	for _, how = range addressSettings {
		set = nil
		for _, text := range lines {
			set = append(set, block(text, false, how.size, windowRight-windowLeft)...)
		}
		if top+how.height(len(set)) <= windowBottom {
			return how, set, true
		}
	}
	return how, set, false
}

// height is from the top of the first line to the feet of the last.
func (how setting) height(lines int) int {
	const foot = 25 // of a letter that goes below its baseline, in hundredths of its size
	return how.size*100 + (lines-1)*how.size*how.leading + how.size*foot
}

// FitsWindow reports whether the whole address shows in the window of a DL
// envelope wherever the letter lies in it. A letter that does not fit can be handed
// over, or goes in an envelope with the address written on it.
func FitsWindow(d *lettertext.Document) bool {
	_, _, fits := fitAddress(d.Recipient, windowTop)
	return fits
}
