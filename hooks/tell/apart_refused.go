package tell

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/kernel"
)

// What somebody could not hand in is read by their line manager too (M60), but not of a
// restricted family that this manager is kept apart from: its author alone reads it then.

// apartFrom begins, of what was refused, whose it is (agency) where its author's manager is
// kept apart from the family: nobody is of an agency of that name.
const apartFrom = "apart-"

// RefusedOf is whose something refused is: an agency's own, or nobody's in particular; and where
// the author's manager is kept apart from the case that it is of, its author's alone.
func RefusedOf(app core.App, caseID, manager, agency string) (string, error) {
	agency = strings.TrimPrefix(agency, apartFrom)
	if caseID == "" || manager == "" {
		return agency, nil
	}
	kept, err := kernel.IsKeptApart(app, caseID, manager)
	if err != nil {
		return "", fmt.Errorf("whether a manager is kept apart from case %s: %w", caseID, err)
	}
	if kept {
		agency = apartFrom + agency
	}
	return agency, nil
}

// turnRefused says anew whose the refused work about a case is: who sees it was decided anew.
func turnRefused(tx core.App, caseID string) error {
	return turnRefusedWhere(tx, `(coalesce(r.content->>'$.set.case', '') = {:v} OR EXISTS (SELECT 1 FROM sync_feed f WHERE f.record = r.record AND (f.scope = 'case:' || {:v} OR f.scope LIKE 'case:' || {:v} || '/%')))`, caseID, caseID)
}

// turnRestricted is that of a case which is restricted, where somebody comes or goes.
func turnRestricted(tx core.App, caseID string) error {
	if n, err := tx.CountRecords("cases", dbx.HashExp{"id": caseID, "restricted": true}); err != nil || n == 0 {
		return err
	}
	return turnRefused(tx, caseID)
}

// turnRefusedBy does so of what one person could not hand in, whom another manages now.
func turnRefusedBy(tx core.App, author string) error {
	return turnRefusedWhere(tx, `r."user" = {:v}`, author, "")
}

func turnRefusedWhere(tx core.App, which, value, caseID string) error {
	var rows []struct {
		ID      string `db:"id"`
		Agency  string `db:"agency"`
		Manager string `db:"manager"`
		Case    string `db:"case"`
	}
	if err := kernel.Query(tx, `SELECT r.id, r.agency, w.manager, coalesce(nullif(r.content->>'$.set.case', ''), (SELECT substr(f.scope, 6) FROM sync_feed f WHERE f.record = r.record AND f.scope LIKE 'case:%' ORDER BY f.seq DESC LIMIT 1), '') AS "case"
		FROM sync_refusals r JOIN users w ON w.id = r."user" WHERE NOT r.handover AND `+which).Bind(dbx.Params{"v": value}).All(&rows); err != nil {
		return fmt.Errorf("what was refused of a restricted family: %w", err)
	}
	for _, r := range rows {
		of := caseID
		if of == "" {
			of = collections.CaseOf("case:" + r.Case)
		}
		agency, err := RefusedOf(tx, of, r.Manager, r.Agency)
		if err != nil {
			return err
		}
		if agency == r.Agency {
			continue
		}
		kept, err := tx.FindRecordById("sync_refusals", r.ID)
		if err != nil {
			return err
		}
		kept.Set("agency", agency)
		if err := tx.Save(kernel.AsServer(kept)); err != nil {
			return fmt.Errorf("whose refusal %s is: %w", r.ID, err)
		}
	}
	return nil
}
