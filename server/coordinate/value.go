package coordinate

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain is a stored value as a person reads it: a text as it was written, anything
// else as its JSON.
func plain(raw json.RawMessage) string {
	var s string
	var yes bool
	var list []string
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return ""
	case json.Unmarshal(raw, &s) == nil:
		return s
	case json.Unmarshal(raw, &yes) == nil:
		return yesNo(yes)
	case json.Unmarshal(raw, &list) == nil:
		return strings.Join(list, ", ")
	}
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}

func yesNo(yes bool) string {
	if yes {
		return "Yes"
	}
	return "No"
}

// isText reports whether a value is a text, or nothing yet.
func isText(raw json.RawMessage) bool {
	var s string
	return len(raw) == 0 || json.Unmarshal(raw, &s) == nil
}

// capital begins with a capital.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// oneOf is a noun in words, as one of its kind.
func oneOf(noun string) string {
	noun = strings.ReplaceAll(noun, "_", " ")
	switch {
	case strings.HasSuffix(noun, "eople"):
		return strings.TrimSuffix(noun, "eople") + "erson"
	case strings.HasSuffix(noun, "ies"):
		return strings.TrimSuffix(noun, "ies") + "y"
	}
	return strings.TrimSuffix(noun, "s")
}

func sortedProblems(problems []problem) []problem {
	slices.SortStableFunc(problems, func(a, b problem) int { return strings.Compare(a.Field+a.Text, b.Field+b.Text) })
	return problems
}
