package kernel

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
)

// Held is a record of a case that somebody is on, or nil. Whether it is not there or is
// another family's is one question with one answer, and takes one time: to read the record
// first and ask whose it is then would tell by how long it takes.
func Held(app core.App, noun, user, id string) (*core.Record, error) {
	field := collections.ByName(noun).CaseField
	r := &core.Record{}
	err := app.RecordQuery(noun).AndWhere(dbx.NewExp("{{"+noun+"}}.[[id]] = {:id} AND EXISTS (SELECT 1 FROM sync_grants g WHERE g.[[user]] = {:u} AND g.scope = 'case:' || {{"+noun+"}}.[["+field+"]] AND g.until IS NULL)",
		dbx.Params{"id": id, "u": user})).Limit(1).One(r)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("whether somebody is on the case of %s/%s: %w", noun, id, err)
	}
	return r, nil
}
