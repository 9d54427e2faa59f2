package intake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Why evidence is refused: codes for a phone.
const (
	KindOff     = "kind_off"
	TypeRefused = "type_refused"
	TooLarge    = "too_large"
	TooMany     = "too_many"
)

// Policy is what may come in.
type Policy struct {
	Key      string           `json:"key"`
	Title    string           `json:"title"`
	Version  int              `json:"version"`
	MaxBytes map[Family]int64 `json:"max_bytes"`
	Kinds    map[string]Kind  `json:"kinds"`
	hash     string
}

// Kind is what one kind of evidence may be. A kind that a policy does not name is
// off.
type Kind struct {
	Title          string   `json:"title"`
	Types          []string `json:"types"`
	MaxBytes       int64    `json:"max_bytes,omitempty"` // narrower than its families' limits; 0: theirs
	PerCase        int      `json:"per_case"`
	PerDay         int      `json:"per_day"` // in one case
	NeedsException bool     `json:"needs_exception,omitempty"`
}

// Ceiling is the most bytes that any policy may allow, whatever it says.
const Ceiling = 2 << 30

// Parse reads a policy and refuses one that could not be kept: known are the kinds
// there are, byException those that no policy may open without an exception.
func Parse(body []byte, known []string, byException string) (*Policy, error) {
	var p Policy
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return nil, fmt.Errorf("reading the policy: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something stands behind the policy")
	}
	for f, n := range p.MaxBytes {
		if f != Picture && f != Document && f != Sound && f != Film {
			return nil, fmt.Errorf("max_bytes: there is no family of types %q", f)
		}
		if n < 1 || n > Ceiling {
			return nil, fmt.Errorf("max_bytes.%s: %d is not between 1 and %d", f, n, int64(Ceiling))
		}
	}
	for name, k := range p.Kinds {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("kinds: there is no kind %q", name)
		}
		if err := k.check(p.MaxBytes); err != nil {
			return nil, fmt.Errorf("kinds.%s: %w", name, err)
		}
		if name == byException && !k.NeedsException {
			return nil, fmt.Errorf("kinds.%s: needs_exception must be true", name)
		}
	}
	sum := sha256.Sum256(body)
	p.hash = hex.EncodeToString(sum[:])
	return &p, nil
}

func (k Kind) check(limits map[Family]int64) error {
	if len(k.Types) == 0 {
		return errors.New("types is empty: leave the kind out to turn it off")
	}
	for _, t := range k.Types {
		f, ok := formats[t]
		if !ok {
			return fmt.Errorf("types: %q can be let in by nobody", t)
		}
		if limits[f.Family] == 0 {
			return fmt.Errorf("types: %q has no max_bytes for %s", t, f.Family)
		}
	}
	if k.PerCase < 1 || k.PerDay < 1 {
		return errors.New("per_case and per_day are at least 1")
	}
	if k.MaxBytes < 0 {
		return errors.New("max_bytes is negative")
	}
	return nil
}

// Hash names what the policy says.
func (p *Policy) Hash() string { return p.hash }

// Largest is the most bytes that a kind may have, of whatever type; 0 when it is off.
func (p *Policy) Largest(kind string) int64 {
	var most int64
	for _, t := range p.Kinds[kind].Types {
		most = max(most, p.limit(kind, t))
	}
	return most
}

func (p *Policy) limit(kind, mime string) int64 {
	n := p.MaxBytes[formats[mime].Family]
	if own := p.Kinds[kind].MaxBytes; own > 0 {
		n = min(n, own)
	}
	return n
}

// Takes holds bytes of a type to the policy; code is empty when they may come in.
func (p *Policy) Takes(kind, mime string, size int64) (code, why string) {
	k, on := p.Kinds[kind]
	switch {
	case !on:
		return KindOff, "evidence of kind " + kind + " is not taken here"
	case !slices.Contains(k.Types, mime):
		return TypeRefused, mime + " is not taken as " + kind
	case size > p.limit(kind, mime):
		return TooLarge, fmt.Sprintf("%s has at most %d bytes", mime, p.limit(kind, mime))
	}
	return "", ""
}

// Announced holds an announcement to the policy, before there are bytes: the kind,
// the size, the type if one is named, and how many there are of the kind in the case
// and of that day.
func (p *Policy) Announced(kind, mime string, size int64, inCase, thatDay int) (field, code, why string) {
	k, on := p.Kinds[kind]
	switch {
	case !on:
		return "kind", KindOff, "Evidence of this kind is not taken here."
	case size > p.Largest(kind):
		return "size", TooLarge, fmt.Sprintf("Evidence of this kind has at most %d bytes.", p.Largest(kind))
	case inCase >= k.PerCase:
		return "kind", TooMany, fmt.Sprintf("A case has at most %d of this kind.", k.PerCase)
	case thatDay >= k.PerDay:
		return "captured_at", TooMany, fmt.Sprintf("A case has at most %d of this kind from one day.", k.PerDay)
	case mime != "" && !k.near(mime):
		return "mime", TypeRefused, "This type is not taken for this kind."
	}
	return "", "", ""
}

// near lets through a type of a family that the kind takes: a phone may call a photo
// by a sister's name, and what it is its bytes will show.
func (k Kind) near(mime string) bool {
	family := FamilyOf(mime)
	return family != "" && slices.ContainsFunc(k.Types, func(t string) bool { return formats[t].Family == family })
}
