// Package letter is a letter's way from a draft to the paper: what it is filled with, what stands in
// its way, who approves it, what it lists, what becomes of it. The text is hooks/lettertext's, the
// paper hooks/letterpage's.
package letter
