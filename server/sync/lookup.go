package sync

import (
	"fmt"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

// lookUp reads at once what every mutation of the push is asked of: the verdicts
// given before, and whether anything waits for a parent.
func (b *batch) lookUp(all []contract.Mutation) error {
	if err := b.recall(all); err != nil {
		return err
	}
	b.recorded = make(map[string]string, len(all))
	for _, m := range all {
		b.recorded[m.ID] = m.RecordedAt
		if m.Author == b.user.Id {
			if b.signed == nil {
				b.signed = map[string]bool{}
			}
			b.signed[m.ID] = true
		}
	}
	if err := b.askAliases(all); err != nil {
		return err
	}
	if err := b.memo.begin(b.user.Id, all); err != nil {
		return fmt.Errorf("reading what is new: %w", err)
	}
	if err := b.askAhead(all); err != nil {
		return fmt.Errorf("asking the rules: %w", err)
	}
	return kernel.Query(b.tx, `SELECT EXISTS (SELECT 1 FROM sync_refusals WHERE waits_for > '')`).Row(&b.held)
}
