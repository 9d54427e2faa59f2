package sync

import (
	"errors"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

// along is a refused mutation that is sent again, and its record of that.
type along struct {
	m    contract.Mutation
	kept *core.Record
}

// alongWith are the mutations that are sent again with one: those of its push and its group
// that were refused only because the group could not stand, in the order in which they
// came. One of these goes alone while what was wrong with the group is not put right.
func (b *batch) alongWith(m contract.Mutation, kept *core.Record) ([]along, error) {
	self := []along{{m, kept}}
	if m.Group == "" || kept.GetString("status") != "open" || kept.GetBool("handover") {
		return self, nil
	}
	var ids []string
	err := kernel.Query(b.tx, `SELECT r.id FROM sync_refusals r JOIN sync_verdicts v ON v."user" = r."user" AND v.id = r.mutation
		WHERE r."user" = {:u} AND r.device = {:d} AND r.status = 'open' AND NOT r.handover AND r.content->>'group' = {:g}
			AND v.seq = (SELECT seq FROM sync_verdicts WHERE "user" = {:u} AND id = {:m}) ORDER BY r.rowid`).
		Bind(dbx.Params{"u": kept.GetString("user"), "d": kept.GetString("device"), "g": m.Group, "m": m.ID}).Column(&ids)
	if err != nil {
		return nil, fmt.Errorf("reading the rest of a group: %w", err)
	}
	var all []along
	for _, id := range ids {
		if id == kept.Id {
			all = append(all, self...)
			continue
		}
		r, err := b.deciding("sync_refusals", id)
		if unseen := new(refusal); errors.As(err, &unseen) {
			continue
		} else if err != nil {
			return nil, err
		}
		if r.GetString("code") != string(contract.RefusedGroup) {
			if kept.GetString("code") == string(contract.RefusedGroup) {
				return self, nil
			}
			continue
		}
		other, err := keptMutation(r)
		if err != nil {
			return nil, err
		}
		other.ID = r.GetString("mutation")
		all = append(all, along{other, r})
	}
	if !slices.ContainsFunc(all, func(a along) bool { return a.kept == kept }) {
		return self, nil
	}
	return all, nil
}

// applyAll applies what is sent again together, and answers what became of the one that
// was corrected: where one of them is refused none stands.
func (b *batch) applyAll(all []along, corrected *core.Record) (contract.Result, error) {
	results := make([]contract.Result, len(all))
	for i, a := range all {
		r, err := b.apply(a.m)
		if why := new(refusal); errors.As(err, &why) && a.kept != corrected {
			return r, refuse(contract.RefusedGroup, "") // what is wrong with another is not said of this one's fields
		}
		if err != nil {
			return r, err
		}
		results[i] = r
	}
	var said contract.Result
	for i, a := range all {
		b.name(a.m)
		if a.kept == corrected {
			said = results[i]
		}
		if a.kept.GetString("status") != "open" {
			continue
		}
		if err := b.settleAll(a.m.ID, a.kept.GetString("user"), results[i]); err != nil {
			return said, err
		}
	}
	for _, a := range all {
		if a.kept.GetString("status") != "open" {
			continue
		}
		if err := b.release(a.m); err != nil {
			return said, err
		}
	}
	return said, nil
}
