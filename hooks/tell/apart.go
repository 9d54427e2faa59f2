package tell

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
)

// TakeBackFromApart takes back what was told and asked of a family, off its case, before it
// was restricted.
func TakeBackFromApart(tx core.App, caseID string) error {
	var apart []string
	if err := kernel.Query(tx, `SELECT u.id FROM users u WHERE `+kernel.KeptApart+` ORDER BY u.id`).Bind(dbx.Params{"case": caseID}).Column(&apart); err != nil {
		return fmt.Errorf("who is kept apart from a family: %w", err)
	}
	for _, user := range apart {
		if err := takeBackFrom(tx, caseID, user); err != nil {
			return err
		}
	}
	return turnRefused(tx, caseID)
}

// takeBackFrom takes back what one person was told and asked of a case.
func takeBackFrom(tx core.App, caseID, user string) error {
	told, err := tx.FindAllRecords("notices", dbx.HashExp{"case": caseID, "user": user})
	if err != nil {
		return err
	}
	for _, r := range told {
		if err := tx.Delete(r); err != nil {
			return fmt.Errorf("taking back notice %s: %w", r.Id, err)
		}
	}
	return forget(tx, caseID, user)
}

// forget takes off a person's list all that they were asked in a case: they left it.
func forget(tx core.App, caseID, user string) error {
	rows, err := tx.FindAllRecords("requests", dbx.HashExp{"asked_in": caseID, "user": user})
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := tx.Delete(r); err != nil {
			return fmt.Errorf("taking back request %s: %w", r.Id, err)
		}
	}
	return nil
}
