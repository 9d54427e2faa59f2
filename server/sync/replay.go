package sync

import (
	"net/http"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/reply"
	contract "holdfast/mobile-contract"
)

// replayed notes that a device has offered again all that it had been told was
// safe, after the server's history began anew.
func (e *Engine) replayed(ev *core.RequestEvent) error {
	_, device, err := caller(ev)
	if err != nil {
		return err
	}
	var ask contract.ReplayedRequest
	if err := reply.Decode(ev, contract.MaxPullBytes, &ask); err != nil {
		return err
	}
	if err := e.shown(ask.History); err != nil {
		return err
	}
	at, err := e.line.Now()
	if err != nil {
		return err
	}
	_, err = ev.App.NonconcurrentDB().NewQuery(`INSERT INTO sync_replays (device, epoch, at, offered) VALUES ({:d}, {:e}, {:at}, {:n})
		ON CONFLICT (device, epoch) DO UPDATE SET at = excluded.at, offered = offered + excluded.offered`).
		Bind(dbx.Params{"d": device, "e": at.Epoch, "at": time.Now().Unix(), "n": ask.Offered}).Execute()
	if err != nil {
		return err
	}
	answer := contract.ReplayedAnswer{Epoch: at.Epoch, ServerTime: serverTime()}
	if answer.History, err = e.line.Seal(at); err != nil {
		return err
	}
	return ev.JSON(http.StatusOK, answer)
}
