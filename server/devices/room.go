package devices

import (
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"holdfast/hooks"
	"holdfast/hooks/clock"
	"holdfast/hooks/feed"
	"holdfast/hooks/reply"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
)

// Room registers phones and knows them again.
type Room struct {
	keys *signing.Keys
}

// Open binds the room to a server: its routes, and who is believed on every route.
func Open(e *core.ServeEvent) error {
	keys, err := signing.Load(e.App)
	if err != nil {
		return err
	}
	for _, s := range schema {
		if _, err := e.App.NonconcurrentDB().NewQuery(s).Execute(); err != nil {
			return err
		}
	}
	r := &Room{keys: keys}
	e.Router.Bind(r.believe())
	g := e.Router.Group("/api/sync").Unbind(apis.DefaultRateLimitMiddlewareId)
	g.BindFunc(reply.Unknown)
	g.POST("/devices", r.register)
	g.POST("/devices/refresh", r.refresh)
	g.POST("/devices/wiped", r.wiped)
	g.GET("/status", r.status)
	return nil
}

// register makes a device of the signed-in user's phone and gives it tokens.
func (r *Room) register(e *core.RequestEvent) error {
	if e.Auth == nil || e.Auth.IsSuperuser() {
		return reply.Error(contract.Unauthorised, "Sign in first.")
	}
	var ask contract.DeviceRequest
	if err := reply.Decode(e, 16<<10, &ask); err != nil {
		return err
	}
	key, err := plainKey(ask.PublicKey)
	if err != nil {
		return reply.Error(contract.Malformed, "public_key: "+err.Error()+".")
	}
	var answer contract.DeviceAnswer
	err = hooks.Within(e.App, hooks.ActorFrom(e), func(tx core.App) error {
		devices, err := tx.FindCachedCollectionByNameOrId("devices")
		if err != nil {
			return err
		}
		d := core.NewRecord(devices)
		d.Load(map[string]any{
			"user": e.Auth.Id, "name": ask.Name, "platform": ask.Platform, "app_version": ask.AppVersion,
			"public_key": key, "status": "active",
		})
		if err := tx.Save(hooks.AsServer(d)); err != nil {
			return err
		}
		token, err := r.begin(tx, e.Auth.Id, d.Id, time.Now())
		if err != nil {
			return err
		}
		return r.fill(tx, &answer, e.Auth.Id, d.Id, token)
	})
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, answer)
}

// refresh trades a refresh token; it needs no access token.
func (r *Room) refresh(e *core.RequestEvent) error {
	var ask contract.RefreshRequest
	if err := reply.Decode(e, 16<<10, &ask); err != nil {
		return err
	}
	if s, known := r.holder(e.App, ask.RefreshToken); known && wiping(e.App, s.User, s.Device) {
		return r.stopped(e.App, contract.DeviceWipe, s.Device)
	}
	var answer contract.DeviceAnswer
	var refused error
	err := e.App.RunInTransaction(func(tx core.App) error {
		s, token, err := r.renew(tx, ask.RefreshToken, time.Now())
		if err != nil {
			refused = reply.Error(contract.DeviceEnded, "")
			return nil // a family that was ended stays ended
		}
		if _, state, err := owner(tx, s.User, s.Device); err != nil {
			refused = r.stopped(tx, state, s.Device)
			return nil
		}
		return r.fill(tx, &answer, s.User, s.Device, token)
	})
	if err != nil {
		return err
	}
	if refused != nil {
		return refused
	}
	return e.JSON(http.StatusOK, answer)
}

func (r *Room) fill(tx core.App, answer *contract.DeviceAnswer, user, device, refresh string) (err error) {
	answer.Device, answer.RefreshToken = device, refresh
	answer.ExpiresIn = int(AccessLife.Seconds())
	answer.ServerTime = serverTime()
	if answer.AccessToken, err = r.access(user, device, time.Now()); err != nil {
		return err
	}
	answer.Epoch, err = feed.Epoch(tx.ConcurrentDB())
	return err
}

// status answers what a phone should know before anything else; a locked or wiped
// device learns it here.
func (r *Room) status(e *core.RequestEvent) error {
	device, _ := e.Get(hooks.DeviceKey).(string)
	if device == "" {
		return reply.Error(contract.DeviceNeeded, "")
	}
	d, err := e.App.FindRecordById("devices", device)
	if err != nil {
		return reply.Error(contract.DeviceEnded, "")
	}
	var answer contract.StatusAnswer
	answer.ServerTime = serverTime()
	answer.Contract.Version, answer.Contract.Oldest = contract.Version, contract.Oldest
	answer.Device.ID, answer.Device.State = d.Id, d.GetString("status")
	if answer.Device.State == "wipe" {
		answer.Device.Order = r.order(d)
	}
	answer.Policy.LeaseHours, answer.Policy.WipeDays = 72, 14
	if answer.ClockSkew, err = clock.Last(e.App, device); err != nil {
		return err
	}
	if answer.Epoch, err = feed.Epoch(e.App.ConcurrentDB()); err != nil {
		return err
	}
	return e.JSON(http.StatusOK, answer)
}

func serverTime() string { return types.NowDateTime().Time().Format("2006-01-02T15:04:05.000Z") }
