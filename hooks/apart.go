package hooks

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Who may see a restricted family was chosen by name. Whoever was on its case and was taken
// off it is kept apart from it: nothing tells, asks or brings them back by itself, whatever
// they are at their agency; but that nobody works a case alone comes first. Somebody on the case puts them there again, or lifts it.

// keptApart is a condition in SQL: the account u was taken off the case {:case}, which is
// restricted.
const keptApart = `(EXISTS (SELECT 1 FROM cases k JOIN case_members g ON g."case" = k.id WHERE k.id = {:case} AND k.restricted AND g."user" = u.id AND g.until != '')
	AND NOT EXISTS (SELECT 1 FROM case_members h WHERE h."case" = {:case} AND h."user" = u.id AND h.active))`

// isKeptApart says so of one person.
func isKeptApart(app core.App, caseID, user string) (kept bool, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT ` + keptApart + ` FROM users u WHERE u.id = {:u}`).Bind(dbx.Params{"case": caseID, "u": user}).Row(&kept)
	return kept, err
}

// takeBackFromApart takes back what was told and asked of a family, off its case, before it
// was restricted.
func takeBackFromApart(tx core.App, caseID string) error {
	var apart []string
	if err := Query(tx, `SELECT u.id FROM users u WHERE `+keptApart+` ORDER BY u.id`).Bind(dbx.Params{"case": caseID}).Column(&apart); err != nil {
		return fmt.Errorf("who is kept apart from a family: %w", err)
	}
	for _, user := range apart {
		if err := takeBackFrom(tx, caseID, user); err != nil {
			return err
		}
	}
	return nil
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
