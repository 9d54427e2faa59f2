package sync

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/collections"
	"holdfast/hooks/engagement"
	"holdfast/hooks/feed"
	"holdfast/hooks/kernel"
	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// run applies the mutations in the order given, each in its own savepoint; those that
// share a group stand or fall together, where the first of them stands.
func (b *batch) run(all []contract.Mutation) ([]contract.Result, error) {
	results := make([]contract.Result, len(all))
	done := make([]bool, len(all))
	all = slices.Clone(all)
	b.all = all
	if err := b.lookUp(all); err != nil {
		return nil, err
	}
	if err := b.catchUp(); err != nil {
		return nil, err
	}
	for i, m := range all {
		if done[i] {
			continue
		}
		if b.plainly = b.plain(m); !b.plainly {
			if err := b.place(); err != nil {
				return nil, err
			}
		}
		if err := engagement.ReadOnce(b.tx, b.plainly); err != nil {
			return nil, fmt.Errorf("reading pathways again: %w", err)
		}
		if err := b.together(all, group(all, i, done), results); err != nil {
			return nil, err
		}
	}
	b.plainly = false
	if err := b.place(); err != nil {
		return nil, err
	}
	if err := engagement.ReadOnce(b.tx, false); err != nil {
		return nil, fmt.Errorf("reading pathways again: %w", err)
	}
	if err := b.catchUp(); err != nil {
		return nil, err
	}
	for i, m := range all { // one that was held may have been applied further on
		results[i] = b.known[m.ID]
	}
	return results, b.record()
}

// plain says that a mutation, and what it sets free, does not rest on how pathways stand.
func (b *batch) plain(m contract.Mutation) bool {
	n := collections.ByName(m.Collection)
	return !b.blamed && !b.held && m.Group == "" && n != nil && n.Plain
}

// group are the mutations that stand or fall with the one at i, marked as done.
func group(all []contract.Mutation, i int, done []bool) []int {
	members := []int{i}
	for j := i + 1; j < len(all) && all[i].Group != ""; j++ {
		if all[j].Group == all[i].Group {
			members = append(members, j)
			done[j] = true
		}
	}
	return members
}

// together judges one mutation, or the mutations of one group.
func (b *batch) together(all []contract.Mutation, members []int, results []contract.Result) error {
	var fresh []int
	for _, i := range members {
		if first, known := b.known[all[i].ID]; known {
			results[i] = first // sent twice, it counts once
			b.resend(all[i])
		} else if !slices.ContainsFunc(fresh, func(j int) bool { return all[j].ID == all[i].ID }) { // nor twice in one group
			fresh = append(fresh, i)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	culprit, why, err := b.judge(all, fresh, results)
	if err != nil {
		return err
	}
	if why != nil {
		var ms []contract.Mutation
		for _, i := range fresh {
			ms = append(ms, all[i])
		}
		room, err := !why.later, error(nil)
		if room {
			room, err = b.roomToKeep(ms)
		}
		if err != nil {
			return err
		}
		if !room {
			for _, i := range fresh { // no verdict, and no trace
				results[i] = contract.Result{ID: all[i].ID, Verdict: contract.Later, Code: string(contract.LaterTooMany), Message: contract.Of(contract.LaterTooMany).Title}
				b.known[all[i].ID] = results[i]
			}
			return nil
		}
	}
	for _, i := range fresh {
		b.name(all[i])
		if why != nil {
			reason := why
			if i != culprit {
				if reason = b.unfit(all[i].ID); reason == nil {
					reason = beside(why)
				}
			}
			if results[i], err = b.quarantine(all[i], reason); err != nil {
				return err
			}
		}
		b.known[all[i].ID] = results[i]
		b.given = append(b.given, all[i].ID)
	}
	if why == nil {
		for _, i := range fresh {
			if err := b.release(all[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// judge applies mutations in a savepoint of their own. Where one is refused none stands,
// and it answers which it was, and why.
func (b *batch) judge(all []contract.Mutation, fresh []int, results []contract.Result) (culprit int, why *refusal, err error) {
	for _, i := range fresh { // before any of the others waits for something
		if why := b.unfit(all[i].ID); why != nil {
			return i, why, nil
		}
	}
	err = b.savepoint(func() error {
		for _, i := range fresh {
			if b.anothers(all[i]) {
				culprit = i
				return refuse(contract.RefusedOtherAuthor, "")
			}
			r, err := b.apply(all[i])
			if err == nil && len(fresh) > 1 && r.Verdict == contract.Conflict {
				err = refuse(contract.RefusedGroup, "A field of it was changed by somebody else meanwhile.")
			}
			if err != nil {
				culprit = i
				return err
			}
			results[i] = r
		}
		return nil
	})
	if err != nil {
		if why, err = b.reason(err); err == nil {
			why, err = b.patient(all[culprit], why)
		}
	}
	return culprit, why, err
}

// reason turns what stopped a mutation into a refusal. A failure of the disk or the
// database is none: then the whole push fails, and the phone keeps everything.
func (b *batch) reason(err error) (*refusal, error) {
	var r *refusal
	if errors.As(err, &r) {
		return r, nil
	}
	if fields, ok := kernel.Refusal(err); ok {
		problems := map[string]contract.FieldProblem{}
		for name, problem := range fields {
			problems[name] = reply.Problem(b.tx, problem)
		}
		return refuse(contract.RefusedInvalid, "").of(problems), nil
	}
	if _, alive := feed.Head(b.tx.ConcurrentDB()); alive != nil || fatal(err) {
		return nil, err
	}
	b.tx.Logger().Error("A mutation was refused because of an error of ours", "error", err, "device", b.device)
	return refuse(contract.Internal, ""), nil
}

// apply judges and writes one mutation through the same rules and hooks as every
// other door. The error is a refusal, or what a hook or the database said.
func (b *batch) apply(m contract.Mutation) (contract.Result, error) {
	if decides(m) {
		return b.decide(m)
	}
	noun := collections.ByName(m.Collection)
	if noun == nil || noun.Sync == nil || noun.Auth {
		return contract.Result{}, refuse(contract.RefusedUnknownCollection, "")
	}
	c, err := b.tx.FindCachedCollectionByNameOrId(noun.Name)
	if err != nil {
		return contract.Result{}, err
	}
	sent := m.Record
	m, _, err = b.led(m)
	if err != nil {
		return contract.Result{}, err
	}
	j := &job{batch: b, noun: noun, c: c, cid: c.Id, m: m, led: m.Record != sent}
	if m.Op != "delete" {
		if j.values, err = fieldsOf(noun, c, m); err != nil {
			return contract.Result{}, err
		}
	}
	if makes(m) {
		j.record = core.NewRecord(c)
		j.record.Load(j.values)
		j.record.Set("id", m.Record)
	}
	out, err := j.do()
	if j.m.Record != sent {
		out.As = j.m.Record
	}
	return out, err
}

func fatal(err error) bool {
	for _, sign := range []string{"database or disk is full", "disk I/O error", "database is locked", "malformed", "context canceled"} {
		if strings.Contains(err.Error(), sign) {
			return true
		}
	}
	return false
}
