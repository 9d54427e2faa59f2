package sync

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/clock"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	contract "holdfast/mobile-contract"
)

// lost is the scope that a mutation belongs to and its author held until after what this
// device could know when the edit was made, and whether it was made in good faith.
func (b *batch) lost(m contract.Mutation) (scope string, goodFaith bool, err error) {
	var known int64
	if err := kernel.Query(b.tx, `SELECT coalesce(max(seq), 0) FROM sync_places WHERE device = {:d}`).
		Bind(dbx.Params{"d": b.device}).Row(&known); err != nil {
		return "", false, err
	}
	about := []string{m.Record}
	if noun := collections.ByName(m.Collection); noun != nil && makes(m) {
		for _, f := range noun.Fields {
			var parent string
			if f.Type() == core.FieldTypeRelation && json.Unmarshal(m.Set[f.GetName()], &parent) == nil && parent != "" {
				about = append(about, parent)
			}
		}
	}
	for _, record := range about {
		var until int64
		err := kernel.Query(b.tx, `SELECT g.scope, g.until FROM sync_feed f JOIN sync_grants g ON g.scope = f.scope
			WHERE f.record = {:r} AND g."user" = {:u} AND g.until > {:known}
			AND NOT EXISTS (SELECT 1 FROM sync_grants o WHERE o."user" = g."user" AND o.scope = g.scope AND o.until IS NULL)
			ORDER BY g.until DESC LIMIT 1`).
			Bind(dbx.Params{"r": record, "u": b.user.Id, "known": max(known, m.Base)}).Row(&scope, &until)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err == nil {
			goodFaith, err = b.inTime(m, until)
		}
		return scope, goodFaith, err
	}
	return "", false, nil
}

// inTime says whether a mutation can have been made before its author should have heard
// that the right ended, and came while they may not have. The phone's word for when it was
// recorded, put right by how far its clock was out, counts within that: it could say
// anything, so what arrives very late is not taken for what it says.
func (b *batch) inTime(m contract.Mutation, until int64) (bool, error) {
	now := time.Now()
	var at int64 // of the first mark after it: to the day, in favour of who recorded it
	if err := kernel.Query(b.tx, `SELECT coalesce(min(at), {:now}) FROM sync_days WHERE seq >= {:s}`).
		Bind(dbx.Params{"s": until, "now": now.Unix()}).Row(&at); err != nil {
		return false, fmt.Errorf("asking when a right ended: %w", err)
	}
	ended := time.Unix(at, 0)
	recorded, told := clock.Read(m.RecordedAt)
	if told && b.skew != nil {
		recorded = recorded.Add(time.Duration(*b.skew) * time.Second)
	}
	if !told || recorded.After(now) {
		recorded = now
	}
	return !recorded.After(ended.AddDate(0, 0, contract.GoodFaithDays)) && !now.After(ended.AddDate(0, 0, contract.HandoverDays)), nil
}

// handovers are how many of the author's mutations were handed over: open ones by case, and
// those of the last day. Immediate risks are counted by themselves, and so many of them too.
type handovers struct {
	open map[string]int
	day  int
}

// room answers the case that a mutation is handed over to, or none when its author has
// handed over so much already that nobody could look through it. It is with them then.
func (b *batch) room(m contract.Mutation, to string) (string, error) {
	there, err := b.tx.CountRecords("sync_refusals", dbx.HashExp{"user": b.user.Id, "mutation": m.ID, "handover": true})
	if err != nil || there > 0 {
		return to, err // it is handed over already
	}
	risk := m.Collection == "pathway_events" && said(m, "kind") == pathway.ImmediateRisk
	h := b.handed[risk]
	if h == nil {
		h = &handovers{open: map[string]int{}}
		var rows []struct {
			Case string `db:"case"`
			Open int    `db:"open"`
			Day  int    `db:"day"`
		}
		err := kernel.Query(b.tx, `SELECT "case", count(*) FILTER (WHERE status IN ('open', 'held')) AS open, count(*) FILTER (WHERE created >= {:day}) AS day
			FROM sync_refusals WHERE "user" = {:u} AND handover AND good_faith
			AND {:risk} = (collection = 'pathway_events' AND coalesce(content->>'$.set.kind', '') = {:kind}) GROUP BY "case"`).
			Bind(dbx.Params{"u": b.user.Id, "day": daysBack(1), "risk": risk, "kind": pathway.ImmediateRisk}).All(&rows)
		if err != nil {
			return "", fmt.Errorf("counting what was handed over: %w", err)
		}
		for _, r := range rows {
			h.open[r.Case], h.day = r.Open, h.day+r.Day
		}
		b.handed[risk] = h
	}
	if h.open[to] >= contract.OpenHandovers || h.day >= contract.DayHandovers {
		if !b.warned {
			b.warned = true
			b.tx.Logger().Warn("Somebody who lost a case hands in more of it than is handed over; it is kept with them", "user", b.user.Id, "case", to)
		}
		return "", nil
	}
	h.open[to]++
	h.day++
	return to, nil
}

// daysBack is the time so many days ago, as a field of a record has it.
func daysBack(n int) string {
	return time.Now().AddDate(0, 0, -n).UTC().Format("2006-01-02 15:04:05.000Z")
}
