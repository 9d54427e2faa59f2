package hooks

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/lineage"
)

// tellEpochs writes into the audit log that the store's history began anew, and why: once,
// as soon as there is a log.
func tellEpochs(app core.App) error {
	if !app.HasTable("audit_log") {
		return nil
	}
	by := Actor{Door: "server"}
	err := Within(app, by, func(tx core.App) error {
		begun, err := lineage.Untold(tx)
		for _, b := range begun {
			if err := Audit(tx, by, Entry{Verb: "history_began", Record: b.Epoch, Fields: []string{lineage.Says(b.Why)}}); err != nil {
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
