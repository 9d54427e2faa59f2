package sync

import (
	"strings"
	"testing"

	"holdfast/server/demo"
)

func TestAPhoneHoldsWhatItsUserWasGranted(t *testing.T) {
	s := fellmoor(t)
	for _, who := range demo.Cast {
		p := newPhone(t, s, who)
		p.pull(7)
		p.inSync()

		q := newPhone(t, s, who)
		q.stream()
		q.inSync()
	}
	outsider := newPhone(t, s, demo.Outsider)
	outsider.pull(0)
	for k := range outsider.rows {
		if h := outsider.rows[k]; strings.HasPrefix(h.scope, "case:") {
			t.Errorf("the outsider's phone holds %s of %s", k, h.scope)
		}
	}
}
