package sync

import (
	"slices"
	"strings"

	"holdfast/collections"
)

// elsewhere says whether a row lives on in a scope that the user (1) holds.
const elsewhere = `EXISTS (
		SELECT 1 FROM sync_feed o JOIN sync_grants g ON g."user" = ?1 AND g.scope = o.scope AND g.until IS NULL
		WHERE o.record = f.record AND o.collection = f.collection AND o.gone = 0)`

// chunkSQL reads one scope's feed in order, each live row with its JSON, which was made
// when the record was written, as long as the user holds the scope: they are asked for
// together, so that nothing is read under a right that has ended. Parameters: user (1),
// scope (2), after (3), until (4), limit (5), the run's bound (6).
//
// "LIMIT ?5 + 0", not "LIMIT ?5": SQLite looks at a bare bound limit while it plans,
// and compiles the statement anew whenever it is bound again.
//
// The fourth column is NULL for a live row. Of one that left this scope it says whether
// it lives on in another that the user holds: then its removal here is no removal for
// them.
func chunkSQL(wanted string) string {
	return `SELECT f.seq, f.collection, f.record,
	CASE WHEN f.gone THEN ` + elsewhere + ` END,
	b.body FROM sync_feed f LEFT JOIN sync_bodies b ON b.seq = f.seq
	WHERE f.scope = ?2 AND f.seq > ?3 AND f.seq <= ?4 ` + wanted + `
		AND ?6 >= (SELECT h.since FROM sync_grants h WHERE h."user" = ?1 AND h.scope = ?2 AND h.until IS NULL)
	ORDER BY f.seq LIMIT ?5 + 0`
}

// What a run reads of a scope: what changed, what lives, and what is to be dropped
// record by record; each of all collections or of some.
var (
	chunkText = chunkSQL("")
	liveText  = liveSQL("")
)

func liveSQL(wanted string) string { return chunkSQL("AND f.gone = 0 " + wanted) }

func dropsSQL(wanted string) string {
	return `SELECT f.seq, f.collection, f.record, ` + elsewhere + `, NULL
		FROM sync_feed f WHERE f.scope = ?2 AND f.seq > ?3 AND f.seq <= ?4 AND f.seq <= ?6 ` + wanted + ` ORDER BY f.seq LIMIT ?5 + 0`
}

// among keeps a reading to some synced collections; nil, to none.
func among(names []string) string {
	if names == nil {
		return ""
	}
	ids := []string{}
	for _, n := range collections.All() {
		if n.Sync != nil && slices.Contains(names, n.Name) {
			ids = append(ids, "'"+collections.ID(n.Name)+"'")
		}
	}
	return "AND f.collection IN (" + strings.Join(ids, ", ") + ")"
}
