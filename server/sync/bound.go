package sync

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	contract "holdfast/mobile-contract"
)

// What a person can have the server keep without a right to anything is bounded, by person.
// Beyond it nothing is refused, since what is refused is kept: the mutation has no verdict,
// its phone keeps it and sends it again, and what comes behind it goes in (trap T13).

// kept is how much of a person's waits to be put right, or did in the last day.
type kept struct{ rows, bytes int }

func notNow() *refusal {
	r := refuse(contract.LaterTooMany, "")
	r.later = true
	return r
}

// room is what of a person's waits and what came in the last day, each found by an index:
// what was settled long ago costs nothing. The index holds all that is asked of a row but
// what it keeps, which is weighed by its head and not read, however long.
const room = `SELECT count(*), coalesce(sum(size), 0) FROM (
	SELECT octet_length(content) AS size FROM sync_refusals
		WHERE "user" = {:u} AND status IN ('open', 'held') AND NOT handover AND code != {:others}
	UNION ALL SELECT octet_length(content) FROM sync_refusals
		WHERE "user" = {:u} AND status IN ('settled', 'withdrawn') AND created >= {:day} AND NOT handover AND code != {:others})`

// roomToKeep says whether the mutations, which stand or fall together, can be kept.
// Immediate risks find room beyond what fills it.
func (b *batch) roomToKeep(ms []contract.Mutation) (bool, error) {
	if b.kept == nil {
		b.kept = &kept{}
		err := kernel.Query(b.tx, room).Bind(dbx.Params{"u": b.user.Id, "others": string(contract.RefusedOtherAuthor), "day": daysBack(1)}).Row(&b.kept.rows, &b.kept.bytes)
		if err != nil {
			return false, fmt.Errorf("counting what waits: %w", err)
		}
	}
	then, most := *b.kept, contract.MaxKept
	for _, m := range ms {
		if b.anothers(m) {
			continue // it waits for its author
		}
		content, err := b.content(m)
		if err != nil {
			return false, err
		}
		then.rows++
		then.bytes += len(content)
		if m.Collection == "pathway_events" && said(m, "kind") == pathway.ImmediateRisk {
			most = contract.MaxKept + contract.MoreRisks
		}
	}
	if then == *b.kept {
		return true, nil
	}
	if then.rows > most || (then.bytes > contract.MaxKeptBytes && most == contract.MaxKept) {
		return false, nil
	}
	*b.kept = then
	return true, nil
}

// bury remembers that the user deleted what never arrived, so that what belongs to it is
// refused as it comes (trap T9). Of one person the latest so many are remembered, and as
// many of a day.
func (b *batch) bury(cid, record string) error {
	var all, day int
	if err := kernel.Query(b.tx, `SELECT count(*), count(*) FILTER (WHERE at >= {:day}) FROM sync_tombstones WHERE "user" = {:u}`).
		Bind(dbx.Params{"u": b.user.Id, "day": time.Now().AddDate(0, 0, -1).Unix()}).Row(&all, &day); err != nil {
		return fmt.Errorf("counting deletes of nothing: %w", err)
	}
	if day >= contract.MaxBuried {
		return notNow()
	}
	if all >= contract.MaxBuried {
		if _, err := kernel.Query(b.tx, `DELETE FROM sync_tombstones WHERE (record, collection) IN (
			SELECT record, collection FROM sync_tombstones WHERE "user" = {:u} ORDER BY at LIMIT {:n})`).
			Bind(dbx.Params{"u": b.user.Id, "n": all - contract.MaxBuried + 1}).Execute(); err != nil {
			return fmt.Errorf("forgetting a delete of nothing: %w", err)
		}
	}
	_, err := kernel.Query(b.tx, `INSERT OR IGNORE INTO sync_tombstones (record, collection, "user", at)
		VALUES ({:r}, {:c}, {:u}, unixepoch())`).Bind(dbx.Params{"r": record, "c": cid, "u": b.user.Id}).Execute()
	return err
}
