package pathway

import "slices"

// What can come of each way of trying.

// NotFaceToFace is said of a sighting by call or post. A screen shows what is held up to
// it: not the room, not who else is in it, not what a sleeve hides. What a child said on
// one is a note, and counts as heard.
const NotFaceToFace = "A child is seen face to face, not by a call (with a picture or without), a message or post: record what came of that, and see the child."

// notThere is said of what only comes of being where the family is.
const notThere = "Nobody was there by a call, a message or post: choose what came of that, or the visit or appointment that it was."

// atTheDoor is what comes of nothing but being where the family is.
var atTheDoor = []string{"not_home", "refused_entry", "not_brought"}

// byPost is what is sent and answered at another time, if it is.
var byPost = []string{"letter", "card"}

// NotBy says why an outcome cannot come of a way of trying; "" where it can. Somebody may
// keep a child back in a call or a message; nobody does in a letter that was sent to them.
func NotBy(method, outcome string) string {
	switch {
	case !directly[method]:
	case outcome == "child_seen":
		return NotFaceToFace
	case slices.Contains(atTheDoor, outcome), outcome == "child_withheld" && slices.Contains(byPost, method):
		return notThere
	}
	return ""
}

// SeesNobody are the ways of trying by which nobody is seen.
func SeesNobody() (list []string) {
	for _, m := range methods {
		if directly[m] {
			list = append(list, m)
		}
	}
	return list
}
