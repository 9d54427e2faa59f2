package sync

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"

	"holdfast/collections"
	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	contract "holdfast/mobile-contract"
)

// arising are the nouns whose records give rise to events of pathways.
var arising = map[string]bool{
	"letter_events": true, "meetings": true, "referral_steps": true, "disputes": true, "dispute_steps": true,
	"service_agreements": true, "sharing_consents": true, "treatment_consents": true, "sharing_decisions": true,
}

// tellEvents puts into the results what the pathways say, after the push, of the events
// that its mutations made or gave rise to. A record that is applied may be an event that
// was only attempted: without this its worker would see success, and the family none. It
// is asked once for all, and answered as far as the user holds the scope they are in.
func (b *batch) tellEvents(ms []contract.Mutation, results []contract.Result) error {
	type asked struct {
		At    int    `json:"at"`
		Event string `json:"event,omitempty"`
		From  string `json:"from,omitempty"` // the beginning of what it arises from
		Until string `json:"until,omitempty"`
	}
	var all []asked
	for i, m := range ms {
		m = b.meant(m)
		switch r := results[i]; {
		case r.Verdict != contract.Applied && r.Verdict != contract.Merged:
		case m.Collection == "pathway_events":
			id := m.Record
			if r.As != "" {
				id = r.As
			}
			all = append(all, asked{At: i, Event: id})
		case arising[m.Collection]:
			from := m.Collection + "/" + m.Record
			if m.Collection == "referral_steps" && said(m, "step") == "sent" {
				from = "referrals/" + said(m, "referral")
			}
			all = append(all, asked{At: i, From: from + "/", Until: from + "0"}) // what follows a slash is before it
		}
	}
	if len(all) == 0 {
		return nil
	}
	var rows []struct {
		At      int    `db:"at"`
		ID      string `db:"id"`
		Verdict string `db:"verdict"`
		Reasons string `db:"reasons"`
		Told    *int   `db:"told"`
	}
	err := kernel.Query(b.tx, `SELECT e.value->>'at' AS at, e.id, e.verdict, coalesce(e.reasons, '') AS reasons, CASE WHEN e.kind = {:risk} THEN b.body->>'told' END AS told
		FROM (SELECT w.value, e.id, e.kind, e.verdict, e.reasons FROM json_each({:all}) w CROSS JOIN pathway_events e ON e.id = w.value->>'event'
			UNION ALL SELECT w.value, e.id, e.kind, e.verdict, e.reasons FROM json_each({:all}) w CROSS JOIN pathway_events e ON e.arises_from >= w.value->>'from' AND e.arises_from < w.value->>'until') e
		JOIN sync_feed f ON f.record = e.id AND f.collection = {:c} AND f.gone = 0
		JOIN sync_grants g ON g."user" = {:u} AND g.scope = f.scope AND g.until IS NULL
		JOIN sync_bodies b ON b.seq = f.seq`).Bind(dbx.Params{"all": encode(all), "c": collections.ID("pathway_events"), "u": b.user.Id, "risk": pathway.ImmediateRisk}).All(&rows)
	if err != nil {
		return fmt.Errorf("asking what pathways say: %w", err)
	}
	for _, row := range rows {
		r := &results[row.At]
		if r.Event != nil && r.Event.Verdict == string(pathway.Attempted) {
			continue // of several pathways the one that says no
		}
		r.Event = &contract.EventVerdict{ID: row.ID, Verdict: row.Verdict, Told: row.Told}
		_ = json.Unmarshal([]byte(row.Reasons), &r.Event.Reasons) // null, where there are none
	}
	return nil
}

// meant is the mutation that a person sends again with this one, or itself.
func (b *batch) meant(m contract.Mutation) contract.Mutation {
	if m.Collection != "sync_refusals" {
		return m
	}
	r, err := b.tx.FindRecordById("sync_refusals", m.Record)
	if err != nil || r.GetString("status") != "settled" {
		return contract.Mutation{}
	}
	kept, _ := keptMutation(r) // else it is not of the form, and gave rise to nothing
	return kept
}
