package tell

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/pathway"
)

// AccountsLike are the accounts in use whose names any of these texts may mean.
func AccountsLike(app core.App, texts ...string) (like []pathway.Worker, err error) {
	if len(texts) == 0 {
		return nil, nil
	}
	var all []pathway.Worker
	if err := app.ConcurrentDB().NewQuery(`SELECT id, name, agency FROM users WHERE active ORDER BY id`).All(&all); err != nil {
		return nil, fmt.Errorf("who has an account: %w", err)
	}
	for _, w := range all {
		for _, text := range texts {
			if pathway.Bears(text, w.Name) {
				like = append(like, w)
				break
			}
		}
	}
	return like, nil
}

// IsSocialCare says whether an agency is children's social care, by its kind.
func IsSocialCare(app core.App, agency string) (bool, error) {
	n, err := app.CountRecords("agencies", dbx.HashExp{"id": agency, "kind": "local_authority_csc"})
	return n > 0, err
}

// WorksElsewhere says whether a name is that of somebody who has an account here, and not at
// social care.
func WorksElsewhere(app core.App, name string) (bool, error) {
	like, err := AccountsLike(app, name)
	if err != nil {
		return false, err
	}
	return pathway.Elsewhere(name, like, func(agency string) bool {
		ok, fault := IsSocialCare(app, agency)
		if fault != nil {
			err = fault
		}
		return ok
	}), err
}
