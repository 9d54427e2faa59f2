package lettertext

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// Document is one finished letter: text only, in the order it is read, with all
// that a renderer needs. Every member is present in its JSON, in the order declared
// here, but return, crest and a block's picture where there is none: letters from
// before they existed keep their hash.
type Document struct {
	Language   string    `json:"language"`         // BCP 47: en or cy
	Print      string    `json:"print"`            // standard or large
	Sender     []string  `json:"sender"`           // the organisation, then its address
	Return     string    `json:"return,omitempty"` // where an undelivered letter goes back to, one line
	Crest      string    `json:"crest,omitempty"`  // the SHA-256 of the organisation's picture
	Recipient  []string  `json:"recipient"`        // the address block: name, lines, postcode
	Reference  string    `json:"reference"`
	Date       string    `json:"date"`      // 2006-01-02
	DateText   string    `json:"date_text"` // 2 January 2006, in the letter's language
	Salutation string    `json:"salutation"`
	Body       []Block   `json:"body"`
	Closing    string    `json:"closing"`
	Signatory  Signatory `json:"signatory"`
	Copies     []string  `json:"copies"`
	Labels     Labels    `json:"labels"`
}

// Block is a heading, subheading, paragraph or bullet.
type Block struct {
	Kind  Kind   `json:"kind"`
	Spans []Span `json:"spans"` // neighbours differ in Bold

	Picture string `json:"picture,omitempty"` // beside it in an easy-read letter, one of Pictures
}

// Span is text of one weight.
type Span struct {
	Text string `json:"text"`
	Bold bool   `json:"bold"`
}

// Signatory is who signs, for whom.
type Signatory struct {
	Name         string `json:"name"`
	Role         string `json:"role"`
	Organisation string `json:"organisation"`
}

// Labels are the words of the frame in the letter's language. Page holds {n} and
// {m} for the number of the page and of all pages.
type Labels struct {
	Reference string `json:"reference"`
	Copies    string `json:"copies"`
	Page      string `json:"page"`
}

// Hash is the SHA-256 of Canonical, in lower-case hexadecimal.
func (d *Document) Hash() string {
	sum := sha256.Sum256(d.Canonical())
	return hex.EncodeToString(sum[:])
}

// Canonical is the JSON of the document without white space, its members in the
// declared order and no character escaped that JSON lets stand: what
// JSON.stringify writes for the same object.
func (d *Document) Canonical() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(d); err != nil {
		panic("lettertext: a document of texts did not encode: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Text is the running text of the block.
func (b Block) Text() string {
	var s strings.Builder
	for _, span := range b.Spans {
		s.WriteString(span.Text)
	}
	return s.String()
}

// part is a piece of the letter with the name of where it stands.
type part struct{ where, text string }

// parts is the whole letter in reading order.
func (d *Document) parts() []part {
	var list []part
	add := func(where string, texts ...string) {
		for _, text := range texts {
			list = append(list, part{where, text})
		}
	}
	add("sender", d.Sender...)
	if d.Return != "" {
		add("return", d.Return)
	}
	add("recipient", d.Recipient...)
	add("reference", d.Reference)
	add("date", d.DateText)
	add("salutation", d.Salutation)
	for i, block := range d.Body {
		add(numbered("body", i), block.Text())
	}
	add("closing", d.Closing)
	add("signatory", d.Signatory.Name, d.Signatory.Role, d.Signatory.Organisation)
	add("copies", d.Copies...)
	return list
}

// PlainText is the letter as lines of text in reading order, with no markup.
func (d *Document) PlainText() string {
	var s strings.Builder
	for _, p := range d.parts() {
		s.WriteString(p.text)
		s.WriteByte('\n')
	}
	return s.String()
}

// length counts the code points of the whole letter.
func (d *Document) length() int {
	n := 0
	for _, p := range d.parts() {
		n += utf8.RuneCountInString(p.text)
	}
	return n
}
