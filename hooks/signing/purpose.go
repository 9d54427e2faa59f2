package signing

import (
	"fmt"
	"slices"
	"time"
)

// Types of what is signed; a token of one type is never taken for another.
const (
	Access   = "at+jwt" // RFC 9068
	Position = "position+jwt"
	Stream   = "stream+jwt" // opens the stream, and nothing else
	History  = "history+jwt"
	Receipt  = "receipt+jwt"
	Link     = "link+jwt"
	Bundle   = "bundle+jwt"
)

const (
	day  = 24 * time.Hour
	year = 365 * day
)

// Purpose is what a key is for. No key serves two.
type Purpose struct {
	Name  string
	Says  string        // what it is for, to the operator
	types []string      // of what is signed with it; none: what is derived (MAC)
	pair  bool          // a key pair: others may check what it signed
	turn  time.Duration // the age at which a new one takes its place
	grace time.Duration // how long after that what it signed is taken; 0: as long as it is kept
	keep  time.Duration // how long it is known after that; 0: for ever
}

// Turn is the age at which a new key takes the place of one for this.
func (p Purpose) Turn() time.Duration { return p.turn }

// Purposes are all there are. How long a retired key is kept:
//   - a phone back after a long absence brings an expired token, and is to hear that it
//     expired and not that nobody knows it, so the public half stays; nothing signed with
//     it is good beyond the grace.
//   - a position is good for as long as the deleted are remembered (400 days), and more.
//   - a refresh token's family ends after 90 days; a phone that is to be emptied is told
//     so by its spent token long after.
//   - a receipt is for ever.
var Purposes = []Purpose{
	{Name: "tokens", Says: "phones' access tokens", types: []string{Access, Stream}, pair: true, turn: 90 * day, grace: time.Hour, keep: 2 * year},
	{Name: "receipts", Says: "receipts, and exported bundles", types: []string{Receipt, Bundle}, pair: true, turn: year},
	{Name: "positions", Says: "how far a phone has pulled", types: []string{Position, History}, turn: year, keep: 2 * year},
	{Name: "links", Says: "links that open one file for a minute", types: []string{Link}, turn: 90 * day, keep: day},
	{Name: "derived", Says: "refresh tokens, orders to empty a phone, and what only the server reads again", turn: year, keep: 2 * year},
}

// purposeOf is what a type is signed for.
func purposeOf(typ string, pair bool) (*Purpose, error) {
	i := slices.IndexFunc(Purposes, func(p Purpose) bool { return slices.Contains(p.types, typ) })
	if i < 0 && !pair {
		return purpose("derived"), nil // what only this server reads again, for a while
	}
	if i < 0 || Purposes[i].pair != pair {
		return nil, fmt.Errorf("no key is for %s", typ)
	}
	return &Purposes[i], nil
}

func purpose(name string) *Purpose {
	i := slices.IndexFunc(Purposes, func(p Purpose) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return &Purposes[i]
}
