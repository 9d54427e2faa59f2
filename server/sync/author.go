package sync

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks/kernel"
	"holdfast/hooks/pathway"
	contract "holdfast/mobile-contract"
)

// anothers says that a mutation was recorded by somebody else than who hands it in: a
// shared tablet, and the next one signed in on it (trap T37). It is never credited to who
// is signed in.
func (b *batch) anothers(m contract.Mutation) bool { return m.Author != "" && m.Author != b.user.Id }

// handOn keeps a mutation for its author, who can take it on or withdraw it, and hands it
// in again under their own sign-in whatever became of it here. Who handed it in is told
// nothing of what it holds, and the same whether it was kept or not.
//
// Anybody could write anything in another's name: it says who brought it, it stands in
// nobody's name until its author takes it on, and it is kept only for somebody with a phone
// who works in the same agency or on a case with who brings it, so many and no more. What
// is not kept here is on the phone, which has its author's word for it.
func (b *batch) handOn(m contract.Mutation) (contract.Result, error) {
	why := refuse(contract.RefusedOtherAuthor, "")
	out := contract.Result{ID: m.ID, Verdict: contract.Refused, Code: string(why.code), Message: why.message}
	var near bool
	err := kernel.Query(b.tx, `SELECT EXISTS (SELECT 1 FROM users a WHERE a.id = {:a} AND a.active AND EXISTS (SELECT 1 FROM devices d WHERE d."user" = a.id)
		AND (a.agency = {:agency} OR EXISTS (SELECT 1 FROM sync_grants x JOIN sync_grants y ON y.scope = x.scope AND y."user" = {:me} AND y.until IS NULL
			WHERE x."user" = a.id AND x.until IS NULL AND x.scope LIKE 'case:%')))`).
		Bind(dbx.Params{"a": m.Author, "me": b.user.Id, "agency": b.user.GetString("agency")}).Row(&near)
	if err != nil {
		return out, fmt.Errorf("asking whose a mutation is: %w", err)
	}
	speaks := b
	if near {
		author, err := b.tx.FindRecordById("users", m.Author)
		if err != nil {
			return out, err
		}
		theirs := newBatch(b.engine, b.tx, author, b.device)
		if m.Collection == "pathway_events" && said(m, "kind") == pathway.ImmediateRisk {
			may, err := theirs.mayAddTo(m.Collection, said(m, "case"))
			if err != nil {
				return out, err
			}
			if may {
				speaks = theirs
			}
		}
		if err := b.keepFor(theirs, m, why); err != nil {
			return out, err
		}
	}
	_, _, err = speaks.speakUp(m, "") // nothing keeps an immediate risk from being told
	return out, err
}

// keepFor keeps a mutation with its author, unless they handed it in themselves or have
// enough from the same hands.
func (b *batch) keepFor(theirs *batch, m contract.Mutation, why *refusal) error {
	var known bool
	err := kernel.Query(b.tx, `SELECT EXISTS (SELECT 1 FROM sync_verdicts WHERE "user" = {:a} AND id = {:m})
		OR EXISTS (SELECT 1 FROM sync_refusals WHERE "user" = {:a} AND mutation = {:m})
		OR (SELECT count(*) FROM sync_refusals WHERE "user" = {:a} AND brought_by = {:me} AND status = 'open') >= {:most}`).
		Bind(dbx.Params{"a": m.Author, "m": m.ID, "me": b.user.Id, "most": contract.MaxOfOthers}).Row(&known)
	if err != nil || known {
		return err
	}
	content, err := b.content(m)
	if err != nil {
		return err
	}
	own, err := theirs.ownOf(m, "")
	if err != nil {
		return err
	}
	_, err = b.keep(map[string]any{
		"user": m.Author, "brought_by": b.user.Id, "device": b.device, "mutation": m.ID, "collection": clip(m.Collection), "record": m.Record, "op": m.Op,
		"content": types.JSONRaw(content), "code": string(why.code), "agency": own, "own": own != "",
		"message":     "It was handed in under the sign-in of " + b.user.GetString("name") + ". Take it on only if you recorded it yourself.",
		"recorded_at": instant(m.RecordedAt), "status": "open",
	}, false)
	return err
}

// takenOn settles what was kept for the user of mutations that they have now handed in
// themselves.
func (b *batch) takenOn() error {
	var ids []any
	for _, id := range b.given {
		if b.signed[id] && b.known[id].Verdict != contract.Refused && b.known[id].Verdict != contract.Held {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	waiting, err := b.tx.FindAllRecords("sync_refusals", dbx.HashExp{"user": b.user.Id, "code": string(contract.RefusedOtherAuthor), "status": "open"}, dbx.In("mutation", ids...))
	if err != nil {
		return err
	}
	for _, r := range waiting {
		r.Set("status", "settled")
		r.Set("settled_by", b.user.Id)
		if err := b.tx.Save(kernel.AsServer(r)); err != nil {
			return err
		}
	}
	return nil
}
