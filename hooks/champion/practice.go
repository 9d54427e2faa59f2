package champion

import "slices"

// Author is who wrote a good-practice item.
const Author Who = "author"

// turns are the life of a good-practice item: nothing is shared that a coordinator
// has not read, and nobody shares their own (domain 4.2, "moderated before sharing").
var turns = []struct {
	from, to string
	by       Who
	reason   bool
}{
	{"", "draft", Author, false},
	{"", "submitted", Author, false},
	{"draft", "submitted", Author, false},
	{"submitted", "draft", Author, false},
	{"declined", "draft", Author, false},
	{"draft", "withdrawn", Author, false},
	{"submitted", "withdrawn", Author, false},
	{"shared", "withdrawn", Author, false},
	{"submitted", "shared", Coordinator, false},
	{"submitted", "declined", Coordinator, true},
	{"shared", "withdrawn", Coordinator, true},
}

// MayTurn reports whether somebody may move an item from one status to another, and
// whether they must say why.
func MayTurn(from, to string, who Who) (ok, reason bool) {
	for _, t := range turns {
		if t.from == from && t.to == to && t.by == who {
			return true, t.reason
		}
	}
	return false, false
}

// MayRewrite reports whether the words of an item may still change: only its author
// may, and not once somebody is to read or has shared them.
func MayRewrite(status string, who Who) bool {
	return who == Author && slices.Contains([]string{"", "draft", "declined"}, status)
}
