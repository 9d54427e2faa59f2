package evidence

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// What the data protection officer reads and decides of evidence: that a disposal is proposed,
// or a hold set, of a piece of what kind and size and of which family, by its reference. Not
// its title, nor who is on it: that is the family's story.

// Listing is what can be listed of a noun, as SQL: its columns, the tables and the column of its state.
// A row is x.
type Listing struct{ Noun, Take, From, State string }

const ofCase = ` LEFT JOIN cases c ON c.id = x."case" LEFT JOIN evidence e ON e.id = x.evidence`

// Disposals are the proposals to remove a file, waiting and decided.
var Disposals = Listing{
	Noun: "evidence_disposals",
	Take: `x.id, coalesce(c.reference, '') AS reference, coalesce(nullif(x.kind, ''), e.kind, '') AS kind, coalesce(nullif(x.size, 0), e.size, 0) AS size,
		coalesce(nullif(x.sha256, ''), e.sha256, '') AS sum, x.status, x.reason, x.basis AS ground, coalesce(p.name, '') AS by, x.proposed_at AS at,
		coalesce(q.name, '') AS decided, x.decided_at, '' AS said, x.bytes_removed_at AS gone, coalesce(e.held, FALSE) AS held`,
	From:  `evidence_disposals x LEFT JOIN users p ON p.id = x.proposed_by LEFT JOIN users q ON q.id = x.decided_by` + ofCase,
	State: `x.status`,
}

// Holds are the legal holds, standing and lifted.
var Holds = Listing{
	Noun: "evidence_holds",
	Take: `x.id, coalesce(c.reference, '') AS reference, coalesce(e.kind, '') AS kind, coalesce(e.size, 0) AS size, coalesce(e.sha256, '') AS sum,
		iif(x.lifted, 'lifted', 'held') AS status, x.reason, x.authority AS ground, coalesce(p.name, '') AS by, x.set_at AS at, coalesce(q.name, '') AS decided,
		x.lifted_at AS decided_at, x.lift_reason AS said, '' AS gone, coalesce(e.held, FALSE) AS held`,
	From:  `evidence_holds x LEFT JOIN users p ON p.id = x.set_by LEFT JOIN users q ON q.id = x.lifted_by` + ofCase,
	State: `iif(x.lifted, 'lifted', 'held')`,
}

// DisposalsWaiting is how many disposals wait for a second person.
func DisposalsWaiting(app core.App) (n int, err error) {
	err = app.ConcurrentDB().NewQuery(`SELECT count(*) FROM evidence_disposals WHERE status = {:s}`).Bind(dbx.Params{"s": "proposed"}).Row(&n)
	return n, err
}

// DecideDisposal is the second person's word, "approved" or "refused"; the rules of the record
// judge it.
func DecideDisposal(tx core.App, id, status string) error {
	r, err := tx.FindRecordById("evidence_disposals", id)
	if err != nil {
		return err
	}
	r.Set("status", status)
	return tx.Save(r)
}

// HoldDisposed puts under a legal hold what a disposal is proposed of.
func HoldDisposed(tx core.App, disposal, reason, authority string) error {
	d, err := tx.FindRecordById("evidence_disposals", disposal)
	if err != nil {
		return err
	}
	holds, err := tx.FindCollectionByNameOrId("evidence_holds")
	if err != nil {
		return err
	}
	r := core.NewRecord(holds)
	r.Load(map[string]any{"case": d.GetString("case"), "evidence": d.GetString("evidence"), "reason": reason, "authority": authority})
	return tx.Save(r)
}

// LiftHold ends a legal hold, with a reason.
func LiftHold(tx core.App, id, reason string) error {
	r, err := tx.FindRecordById("evidence_holds", id)
	if err != nil {
		return err
	}
	r.Set("lifted", true)
	r.Set("lift_reason", reason)
	return tx.Save(r)
}
