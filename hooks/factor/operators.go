package factor

import (
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/signing"
)

// operatorCodes is where superusers' secrets lay open, before they lay here.
const operatorCodes = "operator_codes"

// takeOver seals what superusers had, and lets its table go, in one transaction: cut off
// anywhere, the next start does it, and a code that was used stays used. What lay open
// is overwritten, in the database's log as well.
func takeOver(app core.App) error {
	if !app.HasTable(operatorCodes) {
		return nil
	}
	if _, err := signing.Load(app); err != nil { // it may write, which waits for no transaction
		return err
	}
	err := app.RunInTransaction(func(tx core.App) error {
		var all []struct {
			Operator string `db:"operator"`
			Secret   string `db:"secret"`
			Used     int64  `db:"used"`
		}
		if err := tx.NonconcurrentDB().NewQuery(`SELECT operator, secret, used FROM ` + operatorCodes + ` WHERE operator IN (SELECT id FROM _superusers)`).All(&all); err != nil {
			return err
		}
		for _, had := range all {
			operator, err := tx.FindRecordById(core.CollectionNameSuperusers, had.Operator)
			if err != nil {
				return err
			}
			if _, err := keepTOTP(tx, operator, had.Secret, appName, had.Used, time.Now()); err != nil {
				return err
			}
		}
		_, err := tx.NonconcurrentDB().DropTable(operatorCodes).Execute()
		return err
	})
	if err == nil {
		_, err = app.NonconcurrentDB().NewQuery(`PRAGMA wal_checkpoint(TRUNCATE)`).Execute()
	}
	if err != nil {
		return fmt.Errorf("sealing superusers' codes: %w", err)
	}
	return nil
}
