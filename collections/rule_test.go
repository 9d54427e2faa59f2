package collections_test

import (
	"strings"
	"testing"

	"holdfast/collections"
)

// A rule that does not begin with a signed-in check lists rows with an empty owner to a
// guest. What is declared is what a store has: it does not start otherwise.
func TestEveryRuleBeginsWithASignedInCheck(t *testing.T) {
	for _, n := range collections.All() {
		for name, rule := range map[string]string{"read": n.Rules.Read, "create": n.Rules.Create, "update": n.Rules.Update, "delete": n.Rules.Delete} {
			if rule != "" && !strings.HasPrefix(rule, collections.SignedIn) {
				t.Errorf("the %s rule of %s: %q", name, n.Name, rule)
			}
		}
	}
}
