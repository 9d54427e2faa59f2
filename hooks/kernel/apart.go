package kernel

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Who may see a restricted family was chosen by name. Whoever was on its case and was taken
// off it is kept apart from it: nothing tells, asks or brings them back by itself, whatever
// they are at their agency; but that nobody works a case alone comes first. Somebody on the case puts them there again, or lifts it.

// KeptApart is a condition in SQL: the account u was taken off the case {:case}, which is
// restricted.
const KeptApart = `(EXISTS (SELECT 1 FROM cases k JOIN case_members g ON g."case" = k.id WHERE k.id = {:case} AND k.restricted AND g."user" = u.id AND g.until != '')
	AND NOT EXISTS (SELECT 1 FROM case_members h WHERE h."case" = {:case} AND h."user" = u.id AND h.active))`

// IsKeptApart says so of one person.
func IsKeptApart(app core.App, caseID, user string) (kept bool, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT ` + KeptApart + ` FROM users u WHERE u.id = {:u}`).Bind(dbx.Params{"case": caseID, "u": user}).Row(&kept)
	return kept, err
}
