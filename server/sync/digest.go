package sync

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// digest answers how each scope stands, so that a phone knows that it is in sync
// and repairs a scope that differs, alone.
func (e *Engine) digest(ev *core.RequestEvent) error {
	user, device, err := caller(ev)
	if err != nil {
		return err
	}
	var ask contract.DigestRequest
	if err := reply.Decode(ev, contract.MaxPullBytes, &ask); err != nil {
		return err
	}
	if err := e.shown(ask.History); err != nil {
		return err
	}
	ctx := ev.Request.Context()
	now, err := e.now(ctx, device)
	if err != nil {
		return err
	}
	at := &place{Seq: now.Seq}
	if ask.Position != "" {
		if at, err = e.unseal(ask.Position, user.Id, device); err != nil {
			return err
		}
	}
	held, err := names(ctx, e.stmt.kept, user.Id, now.Seq, "")
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, s := range ask.Scopes {
		wanted[s] = true
	}
	answer := contract.DigestAnswer{Digests: map[string]contract.Digest{}, ServerTime: serverTime()}
	if answer.History, err = e.line.Seal(now.Place); err != nil {
		return err
	}
	for _, scope := range held {
		if len(wanted) > 0 && !wanted[scope] {
			continue
		}
		rows, err := e.stmt.revs.QueryContext(ctx, scope)
		if err != nil {
			return err
		}
		var tally contract.Tally
		behind := false
		for rows.Next() {
			var rev int64
			var gone bool
			if err := rows.Scan(&rev, &gone); err != nil {
				rows.Close()
				return err
			}
			behind = behind || rev > at.Seq
			if !gone {
				tally.Add(rev)
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		d := tally.Digest()
		d.Behind = behind
		answer.Digests[scope] = d
	}
	noCache(ev.Response.Header())
	return ev.JSON(http.StatusOK, answer)
}
