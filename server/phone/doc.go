// Package phone is the front door: the app for whoever works with families, served at /
// with all that it needs, so that a device has it whole at its first visit.
//
// Why the page says what is needed before the app is there: an old browser, one without
// scripts, and a server that was built without Node show it as it came. It has the numbers
// to ring, and the way to the pages in a browser, which need no script.
//
// Why the card of numbers and the guides are for everybody: somebody who finds a child in
// danger does not sign in first. They are what the area has published to read; nothing of a
// family, and no worker's name, goes through this room.
//
// Why the policy allows no script but ours: what a family's record says is drawn as text,
// and this holds if a screen ever forgets it.
package phone
