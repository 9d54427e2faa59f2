package collections_test

import (
	"regexp"
	"testing"

	"holdfast/collections"
	contract "holdfast/mobile-contract"
)

// Every field of every collection is named in words, with every code that may be wrong of it.
func TestEveryFieldIsNamedInWords(t *testing.T) {
	words := regexp.MustCompile(`^[A-Z][a-z’]*( [a-z0-9’]+)*$`)
	for _, n := range collections.All() {
		for _, f := range n.Fields {
			name := contract.FieldName(f.GetName())
			if !words.MatchString(name) {
				t.Errorf("%s.%s is named %q", n.Name, f.GetName(), name)
			}
			for _, c := range contract.FieldCodes {
				if said := contract.SayFields(map[string]contract.FieldProblem{f.GetName(): {Code: c.Code, Message: contract.FieldSaid(c.Code, "")}}); len(said) < len(name)+8 || said[:len(name)+2] != name+": " {
					t.Errorf("%s.%s, %s: %q", n.Name, f.GetName(), c.Code, said)
				}
			}
		}
	}
}
