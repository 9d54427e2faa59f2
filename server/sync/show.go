package sync

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

// maxShown is how many bytes of records the answer to a push holds. What is beyond, the
// next pull brings, as it does all the others (M46).
const maxShown = 1 << 20

// show puts into the results how the records stand for this user, as a pull would: those
// that are not plainly what was sent, or every one where the client asks. They are read
// at once, and only as far as the user holds the scope they are in.
func (b *batch) show(results []contract.Result, every bool) error {
	wanted := map[[2]string]int{} // the last result about it
	for i, m := range b.all {
		n := collections.ByName(m.Collection)
		if n == nil || n.Sync == nil || n.Auth || !b.toShow(m, results[i], every) {
			continue
		}
		record := m.Record
		if results[i].As != "" {
			record = results[i].As // the one that stands for it
		}
		wanted[[2]string{collections.ID(n.Name), record}] = i
	}
	if len(wanted) == 0 {
		return nil
	}
	keys := make([][2]string, 0, len(wanted))
	for key := range wanted {
		keys = append(keys, key)
	}
	var rows []struct {
		Collection string `db:"collection"`
		Record     string `db:"record"`
		Scope      string `db:"scope"`
		Seq        int64  `db:"seq"`
		Body       string `db:"body"`
	}
	err := kernel.Query(b.tx, `SELECT f.collection, f.record, f.scope, f.seq, b.body
		FROM (SELECT value->>0 AS collection, value->>1 AS record FROM json_each({:keys})) w
		CROSS JOIN sync_feed f ON f.record = w.record AND f.collection = w.collection AND f.gone = 0
		JOIN sync_grants g ON g."user" = {:u} AND g.scope = f.scope AND g.until IS NULL
		JOIN sync_bodies b ON b.seq = f.seq`).Bind(dbx.Params{"keys": encode(keys), "u": b.user.Id}).All(&rows)
	if err != nil {
		return fmt.Errorf("reading how records stand: %w", err)
	}
	size := 0
	for _, row := range rows {
		key := [2]string{row.Collection, row.Record}
		r := &results[wanted[key]]
		if !every && r.Verdict == contract.Applied && row.Seq == r.Rev && !b.differs[key] {
			continue // it was handed in before, and nobody has changed it since
		}
		if size += len(row.Body); size > maxShown {
			r.Omitted = true
			continue
		}
		r.Record = contract.Change{
			Op: "put", Scope: row.Scope, Collection: collections.ByID(row.Collection).Name, ID: row.Record, Rev: row.Seq,
			Record: json.RawMessage(strings.ToValidUTF8(row.Body, "\uFFFD")),
		}
	}
	return nil
}

// toShow says whether a record may be other than what was sent.
func (b *batch) toShow(m contract.Mutation, r contract.Result, every bool) bool {
	switch r.Verdict {
	case contract.Held, contract.Later:
		return false // it is the phone's alone
	case contract.Applied:
		return every || b.differs[[2]string{collections.ID(m.Collection), m.Record}] || b.old[m.ID]
	}
	return !b.anothers(m)
}

// shown counts what an answer delivers of each case, for the audit log.
func shown(results []contract.Result) sighting {
	s := sighting{}
	for _, r := range results {
		s.add(entry{scope: r.Record.Scope, put: r.Record.Op != ""})
	}
	return s
}

// hide takes them out again.
func hide(results []contract.Result) {
	for i := range results {
		if results[i].Record.Op != "" {
			results[i].Record, results[i].Omitted = contract.Change{}, true
		}
	}
}
