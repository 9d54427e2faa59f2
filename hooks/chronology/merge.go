package chronology

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
)

// Source gives its rows one by one, each not before the last (or, newest first, not
// after it); false when there are no more.
type Source func() (Row, bool, error)

// Order is in which direction a chronology is read.
type Order bool

// Oldest first is how a chronology is read through; newest first is how it is
// looked at.
const (
	Oldest Order = false
	Newest Order = true
)

// compare puts rows in their one order: when, which source, which record.
func compare(a, b *Row) int {
	return cmp.Or(strings.Compare(a.Key, b.Key), cmp.Compare(a.place, b.place), strings.Compare(a.ID, b.ID))
}

// Merge is one source of many, in one order. A source is asked for a row only when
// its last was given out.
func Merge(sources []Source, order Order) Source {
	heads, live := make([]Row, len(sources)), make([]bool, len(sources))
	begun, given := false, -1
	return func() (_ Row, _ bool, err error) {
		for i := range heads {
			if begun && i != given {
				continue
			}
			if heads[i], live[i], err = sources[i](); err != nil {
				return Row{}, false, err
			}
			heads[i].place = i
		}
		begun, given = true, -1
		for i := range heads {
			if live[i] && (given < 0 || (compare(&heads[i], &heads[given]) < 0) != bool(order)) {
				given = i
			}
		}
		if given < 0 {
			return Row{}, false, nil
		}
		return heads[given], true, nil
	}
}

// Page is one page of a chronology. Next is where the following page begins; More
// says that there may be one.
type Page struct {
	Rows []Row
	Next Place
	More bool
}

// Cut reads a page of at most limit rows that the filter admits. It looks at no more
// than reach rows: where few are admitted a page may be short, even empty, and says
// that there is more.
func Cut(s Source, f Filter, limit, reach int) (Page, error) {
	p := Page{Rows: []Row{}}
	for range reach {
		r, more, err := s()
		if err != nil || !more {
			return p, err
		}
		if f.Admits(&r) {
			if len(p.Rows) == limit {
				p.More = true
				return p, nil
			}
			p.Rows = append(p.Rows, r)
		}
		p.Next = Place{r.Key, r.place, r.ID}
	}
	p.More = true
	return p, nil
}

// Place is where a reader stands: after this row.
type Place struct {
	Key   string
	Place int
	ID    string
}

// ErrPlace is the error of a place that cannot be read.
var ErrPlace = errors.New("chronology: this place cannot be read")

// String is the place as a word for the wire.
func (p Place) String() string {
	raw, _ := json.Marshal([]any{p.Key, p.Place, p.ID}) // texts and a number always encode
	return base64.RawURLEncoding.EncodeToString(raw)
}

// ParsePlace reads a place back.
func ParsePlace(s string) (p Place, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return p, ErrPlace
	}
	var parts []json.RawMessage
	if json.Unmarshal(raw, &parts) != nil || len(parts) != 3 || json.Unmarshal(parts[0], &p.Key) != nil ||
		json.Unmarshal(parts[1], &p.Place) != nil || json.Unmarshal(parts[2], &p.ID) != nil {
		return Place{}, ErrPlace
	}
	return p, nil
}

// Bounds are the key and id after which (newest first: before which) a source of
// this number goes on, so that it gives out what the page before did not.
func (p Place) Bounds(source int, order Order) (key, id string) {
	switch {
	case p == (Place{}) && order == Newest:
		return last, last
	case p == (Place{}):
		return "", ""
	case source == p.Place:
		return p.Key, p.ID
	case (source < p.Place) != bool(order): // its rows of that instant were given out
		return p.Key, exhausted(order)
	}
	return p.Key, exhausted(!order)
}

// last is behind every key and id.
const last = "~"

func exhausted(order Order) string {
	if order == Oldest {
		return last
	}
	return ""
}
