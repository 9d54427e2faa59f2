package sync

import (
	"net/http"
	stdsync "sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/clock"
	"holdfast/hooks/kernel"
	"holdfast/hooks/lineage"
	"holdfast/hooks/reply"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
)

// push takes a device's mutations and answers a verdict for each, after the commit
// is on disk.
func (e *Engine) push(ev *core.RequestEvent) error {
	received := time.Now()
	user, device, err := caller(ev)
	if err != nil {
		return err
	}
	ask, err := readPush(ev, user.Id)
	if err != nil {
		return err
	}
	if err := e.fits(&ask.PushRequest); err != nil {
		return err
	}
	one, _ := e.pushing.LoadOrStore(device, &stdsync.Mutex{})
	one.(*stdsync.Mutex).Lock()
	defer one.(*stdsync.Mutex).Unlock()

	answer := contract.PushAnswer{Epoch: e.epoch(), ServerTime: serverTime(), ClockSkew: clock.Skew(ask.SentAt, received), Contract: e.versions(e.speaks), Ignored: ask.ignored}
	actor := kernel.Actor{User: user, Device: device, Door: "sync"}
	replay := ask.strange || ask.Epoch != "" && ask.Epoch != answer.Epoch
	if replay {
		for i := range ask.Mutations { // their bases are of a history that is gone
			ask.Mutations[i].Base = 0
		}
	}
	var at lineage.Place
	again := false
	err = e.convoy.write(ev.App, &turn{actor: actor, size: len(ask.Mutations), do: func(tx core.App) error {
		b := newBatch(e, tx, user, device)
		b.elements, b.replay, b.blamed = ask.elements, replay, again
		again = true
		if b.skew = answer.ClockSkew; b.skew != nil {
			if err := clock.Keep(tx, device, *b.skew, received); err != nil {
				return err
			}
		}
		results, err := b.run(ask.Mutations)
		if err != nil {
			return err
		}
		if err := b.show(results, ask.Records); err != nil {
			return err
		}
		if err := b.tellEvents(b.all, results); err != nil {
			return err
		}
		answer.Results = results
		at, err = lineage.Here(tx.ConcurrentDB())
		return err
	}})
	if err != nil {
		e.app.Logger().Error("A push failed whole; nothing of it was applied", "error", err, "device", device)
		ev.Response.Header().Set("Retry-After", "5")
		return reply.Error(contract.Busy, "")
	}
	ask.address(answer.Results)
	if err := shown(answer.Results).audit(ev); err != nil { // what is not written down is not shown; the verdicts stand
		e.app.Logger().Error("What a push would have shown could not be written down", "error", err, "device", device)
		hide(answer.Results)
	}
	e.line.Note(at)
	answer.Epoch, answer.DurableSeq = at.Epoch, at.Seq
	if answer.History, err = e.line.Seal(at); err != nil {
		return err
	}
	if answer.Receipt, err = e.receipt(user.Id, device, answer); err != nil {
		return err
	}
	if reply.Welsh(ev.Request) {
		reply.InWelsh(answer.Results)
	}
	noCache(ev.Response.Header())
	return ev.JSON(http.StatusOK, answer)
}

// receipt is what a worker can show to prove that a record was handed in.
func (e *Engine) receipt(user, device string, a contract.PushAnswer) (string, error) {
	verdicts := make([][2]string, len(a.Results))
	for i, r := range a.Results {
		verdicts[i] = [2]string{r.ID, r.Verdict}
	}
	return e.keys.Sign(signing.Receipt, jwt.MapClaims{
		"iss": signing.Issuer, "sub": user, "did": device, "iat": time.Now().Unix(),
		"epoch": a.Epoch, "seq": a.DurableSeq, "verdicts": verdicts,
	})
}
