package tell

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
)

// PushServices are the push services of the browsers that there are: to these alone the
// server connects, whatever a subscription says.
var PushServices = []string{"fcm.googleapis.com", "updates.push.services.mozilla.com", "*.push.apple.com", "*.notify.windows.com"}

// offer is how this server rings by web push.
type offer struct {
	public   string
	services []string
}

const offered = "holdfast.push"

// OfferPush has the area's public key for web push told to those who ask, and names the
// services that it rings through.
func OfferPush(app core.App, public string, services ...string) {
	app.Store().Set(offered, offer{public, services})
}

// PushKey is that key; empty where the area has none.
func PushKey(app core.App) string {
	o, _ := app.Store().Get(offered).(offer)
	return o.public
}

// RingsThrough says whether an address is one of a service that this server rings through.
func RingsThrough(app core.App, endpoint string) bool {
	o, _ := app.Store().Get(offered).(offer)
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "https" || u.User != nil {
		return false
	}
	return slices.ContainsFunc(o.services, func(service string) bool {
		if of, any := strings.CutPrefix(service, "*"); any {
			return strings.HasSuffix(strings.ToLower(u.Hostname()), of)
		}
		return strings.EqualFold(u.Hostname(), service)
	})
}

// Subscribe makes a subscription its maker's own, and takes it from whoever had the same
// browser or phone before them.
func Subscribe(e *core.RecordEvent) error {
	person := kernel.ActorOf(e.App).Person()
	if person == nil {
		if !kernel.IsServer(e.Record) {
			return kernel.Wrong("user", "required", "A subscription is somebody's own: sign in to make it.")
		}
		return e.Next()
	}
	if !RingsThrough(e.App, e.Record.GetString("endpoint")) {
		return kernel.Wrong("endpoint", "not_allowed", "This is no push service that your area rings through.")
	}
	before, err := e.App.FindAllRecords("push_subscriptions", dbx.HashExp{"endpoint": e.Record.GetString("endpoint")})
	if err != nil {
		return err
	}
	for _, r := range before {
		if err := e.App.Delete(kernel.AsServer(r)); err != nil {
			return fmt.Errorf("a subscription of whoever had it before: %w", err)
		}
	}
	mine, err := e.App.CountRecords("push_subscriptions", dbx.HashExp{"user": person.Id})
	if err != nil {
		return err
	}
	if mine >= 20 {
		return kernel.Wrong("endpoint", "too_many", "You have subscribed twenty browsers and phones: remove one first.")
	}
	if (e.Record.GetString("quiet_from") == "") != (e.Record.GetString("quiet_until") == "") {
		return kernel.Wrong("quiet_until", "required", "Say from when and until when you are not to be rung.")
	}
	e.Record.Set("user", person.Id)
	if err := e.Next(); err != nil {
		return err
	}
	return beginsTold(e.App, e.Record.Id)
}
