package devices

import (
	"fmt"
	"net/http"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	accountrules "holdfast/hooks/account"
	"holdfast/hooks/clock"
	"holdfast/hooks/kernel"
	"holdfast/hooks/lineage"
	"holdfast/hooks/reply"
	"holdfast/hooks/signing"
	"holdfast/hooks/tell"
	contract "holdfast/mobile-contract"
)

// Room registers phones and knows them again.
type Room struct {
	keys     *signing.Keys
	line     *lineage.Line
	verified verified
	nonces   nonces
}

// Open binds the room to a server: its routes, and who is believed on every route.
func Open(e *core.ServeEvent) error {
	keys, err := signing.Load(e.App)
	if err != nil {
		return err
	}
	r := &Room{keys: keys, line: lineage.Of(e.App)}
	e.Router.Bind(r.believe())
	hangUp(e.App)
	g := e.Router.Group("/api/sync").Unbind(apis.DefaultRateLimitMiddlewareId)
	g.BindFunc(reply.Unknown)
	g.POST("/devices", r.register).BindFunc(reply.Refused)
	g.PATCH("/devices", r.update).BindFunc(reply.Refused)
	g.DELETE("/devices", r.signOut)
	g.POST("/devices/refresh", r.refresh)
	g.POST("/devices/stream", r.streamToken)
	g.POST("/devices/wiped", r.wiped)
	g.GET("/status", r.status)
	return nil
}

// signOut ends the phone that asks.
func (r *Room) signOut(e *core.RequestEvent) error {
	device, _ := e.Get(kernel.DeviceKey).(string)
	if device == "" {
		return reply.Error(contract.DeviceNeeded, "")
	}
	if err := kernel.Within(e.App, kernel.ActorFrom(e), func(tx core.App) error { return accountrules.EndDevice(tx, device) }); err != nil {
		return err
	}
	return e.NoContent(http.StatusNoContent)
}

// status answers what a phone should know before anything else; a locked or wiped
// device learns it here.
func (r *Room) status(e *core.RequestEvent) error {
	device, _ := e.Get(kernel.DeviceKey).(string)
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
	answer.Device.ID, answer.Device.Name, answer.Device.State = d.Id, d.GetString("name"), d.GetString("status")
	if answer.User, err = who(e.App, d.GetString("user")); err != nil {
		return err
	}
	if answer.Device.State == "wipe" {
		answer.Device.Order = r.order(d)
	}
	answer.Policy.LeaseHours, answer.Policy.WipeDays = 72, 14
	answer.PushKey = tell.PushKey(e.App)
	if answer.ClockSkew, err = clock.Last(e.App, device); err != nil {
		return err
	}
	foreign, err := r.line.Foreign(e.Request.URL.Query().Get("history"))
	if err != nil {
		return err
	}
	at, err := r.line.Now()
	if err != nil {
		return err
	}
	answer.Epoch, answer.History = at.Epoch, foreign
	if foreign == "" {
		answer.History, err = r.line.Seal(at)
	}
	if err != nil {
		return err
	}
	return e.JSON(http.StatusOK, answer)
}

// who is what a phone knows of its own user: the scopes that are theirs by themselves
// follow from it.
func who(app core.App, id string) (contract.Who, error) {
	u, err := app.FindRecordById("users", id)
	if err != nil {
		return contract.Who{}, fmt.Errorf("reading whose phone it is: %w", err)
	}
	return contract.Who{ID: u.Id, Name: u.GetString("name"), Agency: u.GetString("agency"), Roles: append([]string{}, u.GetStringSlice("roles")...)}, nil
}

func serverTime() string { return types.NowDateTime().Time().Format("2006-01-02T15:04:05.000Z") }
