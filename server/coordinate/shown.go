package coordinate

// shown is what stands in a cell of a list.
type shown struct {
	Text, Address string // Address is where it leads
	Tag           stage  // beside it, or alone
	Under         []string
	Long          bool   // many words
	Unseen        string // what the address leads to, for who hears it
	Bar           *bar   // the row drawn
}

// Blank reports whether nothing stands in it.
func (c shown) Blank() bool { return c.Text == "" && c.Tag.Name == "" }

// text is what somebody wrote, or that nobody did.
func text(s string, under ...string) shown { return shown{Text: given(s), Under: under} }

// ours is what this desk itself says.
func ours(s string) shown { return shown{Text: s} }

func number(n int) shown { return ours(digits(n)) }

func tag(s stage) shown { return shown{Tag: s} }

// leading leads from a row to what it is of.
func leading(address, s string, under ...string) shown {
	c := text(s, under...)
	c.Address = address
	return c
}
