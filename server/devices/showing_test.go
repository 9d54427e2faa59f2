package devices

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	accountrules "holdfast/hooks/account"
	"holdfast/hooks/kernel"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// earlier is a refresh token as an earlier build gave it: it names no place.
func (y *years) earlier(token, generation string) string {
	y.t.Helper()
	keys, err := signing.Load(y.s.App)
	if err != nil {
		y.t.Fatal(err)
	}
	family, _, _ := strings.Cut(token, ".")
	return family + "." + generation + "." + base64.RawURLEncoding.EncodeToString(keys.MAC("refresh", family, generation))
}

// An outsider has a copy of an old token: of a phone that has ended, of one whose sign-in is
// over, or of one that proves itself with a key that they do not have. After however many
// starts of the server it begins nothing, and ends nobody's phone.
func TestACopiedTokenBeginsAndEndsNothingWithoutItsPhone(t *testing.T) {
	y := &years{t, house(t)}
	ended, over, keyed := y.phone(demo.Practitioner), y.phone(demo.School), y.s.Phone(demo.Colleague)
	spent := keyed.RefreshToken
	for range 3 {
		if a := keyed.Refresh(); a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	if err := kernel.Within(y.s.App, kernel.Actor{Door: "server"}, func(tx core.App) error { return accountrules.EndDevice(tx, ended.Device) }); err != nil {
		t.Fatal(err)
	}
	if _, err := y.s.App.NonconcurrentDB().NewQuery(`UPDATE device_sessions SET used = used - 31 * 86400 WHERE device = '` + over.Device + `'`).Execute(); err != nil {
		t.Fatal(err)
	}
	y.restarted()
	keyed.On(y.s)
	for _, token := range []string{y.earlier(ended.RefreshToken, "9"), y.earlier(over.RefreshToken, "9"), y.earlier(spent, "9"), spent} {
		a := y.s.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: token})
		if a.Status != 401 {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	y.want(0, "the outsider came")
	if a := keyed.Do("GET", "/api/sync/status", nil); a.Status != 200 {
		t.Errorf("the phone that proves itself: %d %s", a.Status, a.Body)
	}
	shows := func(token string) demotest.Answer {
		path := "/api/sync/devices/refresh"
		return y.s.Do("POST", path, "", contract.RefreshRequest{RefreshToken: token}, contract.ProofHeader, keyed.Prove("POST", path, ""))
	}
	if a := shows(y.earlier(spent, "9")); a.Status != 200 {
		t.Errorf("the phone itself, ahead of the database: %d %s", a.Status, a.Body)
	}
	y.want(1, "the phone itself told of a restore")
	if a := shows(spent); a.Code() != string(contract.DeviceEnded) {
		t.Errorf("a spent token with the phone's own key: %d %s", a.Status, a.Body)
	}
	if a := keyed.Do("GET", "/api/sync/status", nil); a.Code() != string(contract.DeviceEnded) {
		t.Errorf("and the phone is not ended: %d %s", a.Status, a.Body)
	}
}
