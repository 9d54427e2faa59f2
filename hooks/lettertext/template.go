package lettertext

import (
	"crypto/sha256"
	"encoding/hex"
)

// Template is a letter that has been parsed and not yet filled in. It cannot be
// changed, so one may be merged from many places at once.
type Template struct {
	source   string
	language string
	print    string
	blocks   []block
	used     map[string]bool // names of the fields that the markup names
}

// Kind is what a block of a letter is.
type Kind string

const (
	Heading    Kind = "heading"
	Subheading Kind = "subheading"
	Paragraph  Kind = "paragraph"
	Bullet     Kind = "bullet"
)

// block is a heading, paragraph or bullet, or, with list set, blocks that are
// repeated for each item.
type block struct {
	kind    Kind
	picture string
	pieces  []piece
	list    *Field
	body    []block
}

// piece is literal text, or a field when field is set.
type piece struct {
	text  string
	field *Field
	bold  bool
}

// Language is the BCP 47 tag of the letter: en or cy.
func (t *Template) Language() string { return t.language }

// Print is standard or large.
func (t *Template) Print() string { return t.print }

// Source is the markup as it was parsed, with lines ended by a line feed.
func (t *Template) Source() string { return t.source }

// Hash is the SHA-256 of Source in UTF-8, in lower-case hexadecimal. An approval
// made offline is checked against it.
func (t *Template) Hash() string {
	sum := sha256.Sum256([]byte(t.source))
	return hex.EncodeToString(sum[:])
}

// Fields returns what this letter shows, in the order of the Catalogue: what the
// markup names and what every letter's frame holds. A field among them that is
// not Optional needs a value before the letter can be approved.
func (t *Template) Fields() []Field {
	var fields []Field
	for _, f := range Catalogue() {
		if f.Place != Body || t.used[f.Name] {
			fields = append(fields, f)
		}
	}
	return fields
}

// Names reports whether the markup itself names the field.
func (t *Template) Names(field string) bool { return t.used[field] }
