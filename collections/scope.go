package collections

import "strings"

// CaseOf is the case that a scope belongs to, or empty.
func CaseOf(scope string) string {
	rest, ok := strings.CutPrefix(scope, "case:")
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(rest, "/")
	return id
}
