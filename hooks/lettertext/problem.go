package lettertext

import (
	"sort"
	"strings"
)

// Code says why a field cannot be filled in.
type Code string

const (
	Unresolved Code = "unresolved"    // the letter shows it and it has no value
	NoField    Code = "unknown_field" // the catalogue has no such field
	WrongShape Code = "wrong_shape"   // a text where a list belongs, or the other way round
	TooLong    Code = "too_long"      // over the field's Max, or the letter over MaxDocument
	TooMany    Code = "too_many"      // over the field's MaxItems
	BadDate    Code = "bad_date"      // not 2006-01-02
	BadTime    Code = "bad_time"      // neither 15:04 nor 15:04-16:04
	BadCount   Code = "bad_count"     // not a whole number from 1
)

// Problem is one field that stands in the way. Field is its full name; an item
// of a list is counted from 1: missed[2].time. The whole letter is "letter".
type Problem struct {
	Field string `json:"field"`
	Code  Code   `json:"code"`
}

// MergeError lists everything that stands in the way of one letter, in order of
// field and code. A letter with any of them cannot be approved (section 3.2).
type MergeError struct{ Problems []Problem }

func (e *MergeError) Error() string {
	parts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		parts[i] = p.Field + " is " + string(p.Code)
	}
	return "letter cannot be merged: " + strings.Join(parts, ", ")
}

// Unresolved names the fields that have no value, in order, each once.
func (e *MergeError) Unresolved() []string {
	var names []string
	for _, p := range e.Problems {
		if p.Code == Unresolved {
			names = append(names, p.Field)
		}
	}
	return names
}

// problems collects each problem once.
type problems map[Problem]bool

func (ps problems) add(field string, code Code) { ps[Problem{field, code}] = true }

// err is nil when nothing stands in the way.
func (ps problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	list := make([]Problem, 0, len(ps))
	for p := range ps {
		list = append(list, p)
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].Field != list[j].Field {
			return list[i].Field < list[j].Field
		}
		return list[i].Code < list[j].Code
	})
	return &MergeError{Problems: list}
}
