package contract

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// FieldSaid is what is wrong with a field, in a sentence for a person. What a rule of the
// house said of it stays as it is; what PocketBase's fields say, whose codes begin with
// validation_, is the code's own sentence, with the limit that they named.
func FieldSaid(code, said string) string {
	c, ok := fieldCodes[code]
	if !ok || !strings.HasPrefix(code, "validation_") {
		if said == "" && ok {
			return c.Title
		}
		return said
	}
	limits := number.FindAllString(said, -1)
	if form, limited := withLimit[code]; limited && len(limits) == strings.Count(form, "%s") {
		values := make([]any, len(limits))
		for i, n := range limits {
			values[i] = n
		}
		return fmt.Sprintf(form, values...)
	}
	return c.Title
}

var number = regexp.MustCompile(`-?\d+(\.\d+)?`)

// withLimit are the sentences of the codes that name one.
var withLimit = map[string]string{
	"validation_length_invalid":        "This must be %s characters long.",
	"validation_length_out_of_range":   "This must be from %s to %s characters long.",
	"validation_length_too_long":       "This is too long: write at most %s characters.",
	"validation_length_too_short":      "This is too short: write at least %s characters.",
	"validation_max_number_constraint": "This number is too great: it is at most %s.",
	"validation_max_text_constraint":   "This is too long: write at most %s characters.",
	"validation_min_number_constraint": "This number is too small: it is at least %s.",
	"validation_min_text_constraint":   "This is too short: write at least %s characters.",
	"validation_not_enough_values":     "Choose more of these: at least %s.",
	"validation_too_many_values":       "Choose fewer of these: at most %s.",
}

// FieldName is a field's name in words: date_of_birth is Date of birth.
func FieldName(field string) string {
	if words, ok := fieldWords[field]; ok {
		return words
	}
	var out strings.Builder
	for i, r := range field {
		switch {
		case r == '_':
			out.WriteByte(' ')
		case r == '.':
			out.WriteString(", ")
		case i == 0:
			out.WriteRune(unicode.ToUpper(r))
		case unicode.IsUpper(r):
			out.WriteString(" " + string(unicode.ToLower(r)))
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == ' ' || r == '-':
			out.WriteRune(r)
		}
	}
	return strings.TrimSpace(out.String())
}

// fieldWords are the names of those that would say nothing taken to words.
var fieldWords = map[string]string{
	"": "The record", "id": "The record’s own id", "merge": "What the letter is filled with", "data": "What is recorded with it", "explained": "How they hear what the letter says",
	"corrects": "What it corrects", "waits": "What it waits for", "at": "When", "what": "What", "other": "The other person", "same": "The same person’s other record",
	"between": "What stands between them", "passwordConfirm": "The password again", "oldPassword": "The password you have now", "newEmail": "The new email address", "email": "Email address",
	"seen_content_hash": "The letter as you read it", "seen_template_hash": "The wording as you read it", "content_hash": "The letter’s text", "sha256": "The file’s fingerprint",
	"pdf_sha256": "The paper’s fingerprint", "p256dh": "The browser’s key", "agreed_on": "The day it was agreed", "until": "The day it ends",
	"occurred_at": "When it happened", "recorded_at": "When it was written down", "due_on": "The day it is due", "opened_at": "When it was opened", "opened_on": "The day it was opened",
	"starts_at": "When it starts", "given_at": "When it was given", "answered_at": "When it was answered", "on": "The day", "review_on": "The day of the review", "done_on": "The day it was done",
}

// mostNamed is how many fields a refusal's sentence names; errors names them all.
const mostNamed = 5

// SayFields says of each field that is wrong what is wrong with it, in the order of their
// names: Date of birth: there is no such day or time.
func SayFields(problems map[string]FieldProblem) string {
	var list []string
	for i, name := range slices.Sorted(maps.Keys(problems)) {
		if i == mostNamed {
			list = append(list, fmt.Sprintf("And %d more.", len(problems)-i))
			break
		}
		list = append(list, FieldName(name)+": "+lowered(ended(problems[name].Message)))
	}
	return strings.Join(list, " ")
}

// SayFieldsWelsh is what the fields' sentences say in Welsh, each once; which field each is
// of is in errors.
func SayFieldsWelsh(problems map[string]FieldProblem) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(problems)) {
		if c, ok := fieldCodes[problems[name].Code]; ok && !slices.Contains(list, c.Welsh) && len(list) < mostNamed {
			list = append(list, c.Welsh)
		}
	}
	return strings.Join(list, " ")
}

func ended(said string) string {
	said = strings.TrimSpace(said)
	if said == "" || strings.ContainsAny(said[len(said)-1:], ".?!") {
		return said
	}
	return said + "."
}

// lowered begins a sentence that goes on after a colon; a name keeps its capital.
func lowered(said string) string {
	first, _, _ := strings.Cut(said, " ")
	if slices.Contains([]string{"This", "There", "These", "The", "A", "An", "It", "Its", "Choose", "Enter", "Only", "Leave", "Say", "You", "Write", "Nothing", "Somebody", "No"}, first) {
		return strings.ToLower(said[:1]) + said[1:]
	}
	return said
}
