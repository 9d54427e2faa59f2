package upkeep

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	"holdfast/hooks/lineage"
)

// TellEpochs writes into the audit log that the store's history began anew, and why: once,
// as soon as there is a log.
func TellEpochs(app core.App) error {
	if !app.HasTable("audit_log") {
		return nil
	}
	by := kernel.Actor{Door: "server"}
	err := kernel.Within(app, by, func(tx core.App) error {
		begun, err := lineage.Untold(tx)
		for _, b := range begun {
			if err := kernel.Audit(tx, by, kernel.Entry{Verb: "history_began", Record: b.Epoch, Fields: []string{lineage.Says(b.Why)}}); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("writing down that a new history began: %w", err)
	}
	return nil
}
