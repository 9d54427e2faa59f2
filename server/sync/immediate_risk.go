package sync

import (
	"encoding/json"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/pathway"
	riskrules "holdfast/hooks/risk"
	contract "holdfast/mobile-contract"
)

// speakUp tells of an immediate risk that is kept back, whatever keeps it back: the
// record may wait for its pathway, or for somebody to correct it; those who answer for
// the case do not (guard G12). It answers the case whose people were told, who get a
// copy of what was recorded, since as an event it would have been theirs to read. That
// is a case that its author may write on, or one that was taken from them meanwhile;
// of any other nobody hears: the author's own manager is told, or, where they have none,
// who answers for safeguarding in their agency, its managers, and whoever has the duty.
// untold is that there is nobody at all: then the answer says so.
func (b *batch) speakUp(m contract.Mutation, lost string) (in string, untold bool, err error) {
	if !makes(m) || m.Collection != "pathway_events" || said(m, "kind") != pathway.ImmediateRisk {
		return lost, false, nil
	}
	risk := riskrules.Risk{Event: m.Record, Case: lost, Author: b.user.Id, At: time.Now()}
	if lost == "" {
		id := said(m, "case")
		switch may, err := b.mayAddTo(m.Collection, id); {
		case err != nil:
			return "", false, err
		case may:
			risk.Case = id
		}
	}
	there, err := b.tx.CountRecords(m.Collection, dbx.HashExp{"id": m.Record, "case": risk.Case})
	if err != nil || there > 0 { // it stands already: they were told
		return lost, false, err
	}
	told, err := riskrules.TellAtOnce(b.tx, risk)
	return risk.Case, err == nil && told == 0, err
}

// mayAddTo asks the create rule of a noun of case content, of the case alone.
func (b *batch) mayAddTo(noun, id string) (bool, error) {
	c, err := b.tx.FindCachedCollectionByNameOrId(noun)
	if err != nil {
		return false, err
	}
	r := core.NewRecord(c)
	r.Set("case", id)
	return b.mayCreate(r, map[string]any{"case": id})
}

// said is a field of a mutation as text, empty when it is none.
func said(m contract.Mutation, field string) (text string) {
	if json.Unmarshal(m.Set[field], &text) != nil {
		return ""
	}
	return text
}
