package sync

import (
	"regexp"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	contract "holdfast/mobile-contract"
)

// rights says what a user may write at all, as far as the API rules tell without a
// record: the parts of a rule that are about the user alone are asked of them. Where one
// of these says no, no record of the collection can be written; where all of a rule is
// such parts and they say yes, any can, as far as the rule goes. What the practice's own
// rules say besides is said when a record comes.
type rights struct {
	app     core.App
	user    *core.Record
	answers map[string]bool // of the parts that were asked
}

// of is what the user may do to a noun's records by push: create, update, delete.
func (w *rights) of(n *collections.Noun) (may [3]string, err error) {
	rules := [3]string{n.Rules.Create, n.Rules.Update, n.Rules.Delete}
	if n.Auth {
		rules = [3]string{}
	}
	if n.AppendOnly {
		rules[1], rules[2] = "", ""
	}
	for i, rule := range rules {
		if may[i], err = w.by(rule); err != nil {
			return may, err
		}
	}
	return may, nil
}

func (w *rights) by(rule string) (string, error) {
	if rule == "" {
		return contract.MayNever, nil
	}
	may := contract.MayAlways
	for _, part := range conjuncts(rule) {
		if !ofUserAlone(part) {
			may = contract.MayDepends
			continue
		}
		yes, known := w.answers[part]
		if !known {
			var err error
			if yes, err = w.app.CanAccessRecord(w.user, asker(w.user, nil), &part); err != nil {
				return "", err
			}
			w.answers[part] = yes
		}
		if !yes {
			return contract.MayNever, nil
		}
	}
	return may, nil
}

var (
	quotedText = regexp.MustCompile(`'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"`)
	identifier = regexp.MustCompile(`[@A-Za-z_][\w.:@]*`)
)

// ofUserAlone reports whether a part of a rule names nothing but who asks.
func ofUserAlone(part string) bool {
	for _, name := range identifier.FindAllString(quotedText.ReplaceAllString(part, ""), -1) {
		switch name {
		case "true", "false", "null":
			continue
		}
		if !strings.HasPrefix(name, "@request.auth.") || strings.Contains(name, "_via_") {
			return false
		}
	}
	return true
}

// conjuncts are the parts of a rule of which each must hold; a rule with an "or" outside
// of brackets is one part.
func conjuncts(rule string) []string {
	bare := quotedText.ReplaceAllStringFunc(rule, func(s string) string { return strings.Repeat("x", len(s)) })
	var out []string
	depth, from := 0, 0
	for i := 0; i < len(bare); i++ {
		switch {
		case bare[i] == '(':
			depth++
		case bare[i] == ')':
			depth--
		case depth == 0 && strings.HasPrefix(bare[i:], "||"):
			return []string{rule}
		case depth == 0 && strings.HasPrefix(bare[i:], "&&"):
			out = append(out, strings.TrimSpace(rule[from:i]))
			from = i + 2
		}
	}
	return append(out, strings.TrimSpace(rule[from:]))
}
