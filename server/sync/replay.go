package sync

import (
	"net/http"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/feed"
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
	_, err = ev.App.NonconcurrentDB().NewQuery(`INSERT INTO sync_replays (device, epoch, at, offered) VALUES ({:d}, {:e}, {:at}, {:n})
		ON CONFLICT (device, epoch) DO UPDATE SET at = excluded.at, offered = offered + excluded.offered`).
		Bind(dbx.Params{"d": device, "e": e.epoch(), "at": time.Now().Unix(), "n": ask.Offered}).Execute()
	if err != nil {
		return err
	}
	return ev.JSON(http.StatusOK, map[string]string{"epoch": e.epoch(), "server_time": serverTime()})
}

// overtaken begins a new epoch when a phone shows a position that this database has
// not reached: somebody put an older copy in its place, and positions that phones
// hold would be given out a second time (trap T16).
func (e *Engine) overtaken(at *place) error {
	var now int64
	if err := e.stmt.head.QueryRow(at.Device).Scan(&now, new(int64)); err != nil || max(at.Seq, at.Until) <= now {
		return err
	}
	e.app.Logger().Error("A phone has seen a later history than this database holds: beginning a new epoch", "phone", at.Seq, "database", now)
	epoch, err := feed.NewEpoch(e.app)
	if err != nil {
		return err
	}
	e.history.Store(epoch)
	return reply.Error(contract.PositionEpoch, "")
}
