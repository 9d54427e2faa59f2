package kernel

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/clock"
	"holdfast/hooks/reply"
)

// What is wrong with a value that a field does not take.
const (
	otherType = "This is not the kind of value that goes here."
	noYear    = "Is the year right? Nothing of then is recorded here."
	noMoment  = "There is no such day or time."
	noZone    = "Give the time with its zone, such as 2026-07-01T23:30:00+01:00."
)

// Misfit reads a JSON value and says why the field does not take it, or nothing. PocketBase casts
// instead ("abc" becomes the number 0, an hour without a zone one of UTC), and what a
// worker recorded would be lost without a word. Null is every type's empty value.
func Misfit(f core.Field, raw json.RawMessage, v *any) string {
	if err := json.Unmarshal(raw, v); err != nil {
		return goesIn(f)
	}
	check := reply.Field
	if f.Type() != core.FieldTypeJSON && f.Type() != core.FieldTypeNumber { // there is no number in it
		check = func(raw []byte) error { return reply.JSON(raw, 0) }
	}
	if why := saidOf(check(raw)); why != "" {
		return why
	}
	return misfit(f, *v)
}

// MisfitCode is the code of what Misfit says: of a day or a year that there is not it is the
// same as where a day alone is written.
func MisfitCode(why string) string { return misfitSaid(why).Code() }

func misfitSaid(why string) validation.Error {
	switch why {
	case noMoment:
		return problem("no_such_day", why)
	case noYear:
		return problem("no_such_year", why)
	}
	return problem("wrong_type", why)
}

// unsound is why a field of JSON does not take this one, or nothing.
func unsound(raw []byte) string { return saidOf(reply.Field(raw)) }

func saidOf(err error) string {
	var why *reply.Unsound
	switch {
	case errors.As(err, &why):
		return why.Why + "."
	case err != nil:
		return otherType
	}
	return ""
}

func misfit(f core.Field, value any) string {
	if value == nil {
		return ""
	}
	ok := false
	switch f.Type() {
	case core.FieldTypeJSON:
		if raw, written := value.(json.RawMessage); written {
			return unsound(raw)
		}
		ok = true
	case core.FieldTypeBool:
		_, ok = value.(bool)
	case core.FieldTypeNumber:
		_, ok = value.(float64)
	case core.FieldTypeDate, core.FieldTypeAutodate:
		s, text := value.(string)
		at, moment := clock.Moment(s)
		switch {
		case text && !moment && clock.Written(s):
			return noMoment
		case text && !moment && s != "":
			return noZone
		case moment && at.IsZero(): // PocketBase has no word for it but none
			return noYear
		}
		ok = text
	default:
		if !isList(f) {
			var s string
			s, ok = value.(string)
			ok = ok && !strings.ContainsRune(s, 0)
			break
		}
		var list []any
		list, ok = value.([]any)
		for _, v := range list {
			_, text := v.(string)
			ok = ok && text
		}
	}
	if !ok {
		return goesIn(f)
	}
	return ""
}

// goesIn says what a field takes, of one that was given something else.
func goesIn(f core.Field) string {
	switch f.Type() {
	case core.FieldTypeBool:
		return "This is either so or not: say true or false."
	case core.FieldTypeNumber:
		return "A number goes here."
	case core.FieldTypeDate, core.FieldTypeAutodate:
		return "A day and a time go here."
	case core.FieldTypeText, core.FieldTypeEmail, core.FieldTypeURL, core.FieldTypeEditor:
		return "A text goes here."
	}
	if isList(f) {
		return "Several may go here: send a list of them."
	}
	return otherType
}

func isList(f core.Field) bool {
	m, ok := f.(core.MultiValuer)
	return ok && m.IsMultiple()
}

// takesPart reports whether PocketBase does to the field what the key's sign asks: it adds
// to and takes from a number and a list. With any other, it drops the key.
func takesPart(f core.Field, key string) bool {
	setter, ok := f.(core.SetterFinder)
	return ok && (isList(f) || f.Type() == core.FieldTypeNumber) && setter.FindSetter(key) != nil
}

// fitsPart reports whether a value can be added to the field or taken from it.
func fitsPart(f core.Field, value any) bool {
	if one, ok := value.(string); ok && isList(f) {
		value = []any{one}
	}
	return misfit(f, value) == ""
}

// fromForm is the value that a form's texts stand for in a field, as JSON would have it;
// where they stand for none it is what does not fit.
func fromForm(f core.Field, values []string) any {
	if f == nil || f.Type() == core.FieldTypeJSON {
		return nil
	}
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	if isList(f) && len(values) == 1 && (values[0] == "" || strings.HasPrefix(values[0], "[")) {
		return nil // none, or a list as JSON, which PocketBase reads
	}
	if isList(f) || len(values) > 1 {
		return list
	}
	switch {
	case values[0] == "":
		return nil
	case f.Type() == core.FieldTypeBool:
		if yes, err := strconv.ParseBool(values[0]); err == nil {
			return yes
		}
	case f.Type() == core.FieldTypeNumber:
		if n, err := strconv.ParseFloat(values[0], 64); err == nil && !math.IsNaN(n) && !math.IsInf(n, 0) {
			return n
		}
	}
	return values[0]
}
