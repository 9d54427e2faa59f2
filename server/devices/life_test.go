package devices

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// A phone that nobody used for thirty days signs in anew, and every phone does after
// ninety, however much it was used. A day before, it goes on.
func TestAPhonesSignInEndsUnusedAndAtLast(t *testing.T) {
	s := house(t)
	for _, c := range []struct {
		when          string
		started, used time.Duration // ago
		good          bool
	}{
		{"unused for 29 days", 29 * 24 * time.Hour, 29 * 24 * time.Hour, true},
		{"unused for 31 days", 31 * 24 * time.Hour, 31 * 24 * time.Hour, false},
		{"used each day, for 89 days", 89 * 24 * time.Hour, time.Hour, true},
		{"used each day, for 91 days", 91 * 24 * time.Hour, time.Hour, false},
	} {
		d := registered(t, s, demo.Practitioner)
		if _, err := s.App.NonconcurrentDB().NewQuery(`UPDATE device_sessions SET started = {:s}, used = {:u} WHERE device = {:d}`).Bind(dbx.Params{
			"s": time.Now().Add(-c.started).Unix(), "u": time.Now().Add(-c.used).Unix(), "d": d.Device,
		}).Execute(); err != nil {
			t.Fatal(err)
		}
		a := s.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: d.RefreshToken})
		if (a.Status == 200) != c.good || !c.good && a.Code() != string(contract.DeviceEnded) {
			t.Errorf("%s: %d %s", c.when, a.Status, a.Body)
		}
		if c.good {
			continue
		}
		if a := s.Do("GET", "/api/collections/cases/records", d.AccessToken, nil); a.Status < 400 {
			t.Errorf("%s, its access token goes on: %d", c.when, a.Status)
		}
	}
}
