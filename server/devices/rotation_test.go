package devices

import (
	"testing"
	"time"

	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// New keys in place of the old ones put no phone out, and stop none from saying that it
// is empty.
func TestAPhoneNoticesNothingOfNewKeys(t *testing.T) {
	s := house(t)
	lost := withKey(t, s, demo.Practitioner, "P-256")
	d := registered(t, s, demo.Colleague)
	turn(t, s, lost.Device, "wipe")
	order := orderIn(s.Do("GET", "/api/collections/cases/records", lost.AccessToken, nil))
	keys, err := signing.Load(s.App)
	if err != nil || order == "" {
		t.Fatal(order, err)
	}
	if err := keys.Rotate("", time.Now()); err != nil {
		t.Fatal(err)
	}
	if a := s.Do("GET", "/api/sync/status", d.AccessToken, nil); a.Status != 200 {
		t.Errorf("its token: %d %s", a.Status, a.Body)
	}
	first := d.RefreshToken
	for range 3 {
		a := s.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: d.RefreshToken})
		if a.Status != 200 {
			t.Fatalf("its refresh token: %d %s", a.Status, a.Body)
		}
		a.JSON(t, &d)
	}
	if a := s.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: lost.RefreshToken}); a.Code() != "device_wipe" {
		t.Errorf("a phone to be emptied brings a token from before: %d %s", a.Status, a.Body)
	}
	if a := confirm(s, lost.Device, lost.receipt(t, "wiped+jwt", lost.Device, order)); a.Status != 200 {
		t.Errorf("the receipt for an order from before: %d %s", a.Status, a.Body)
	}
	if a := s.Do("GET", "/api/sync/status", d.AccessToken, nil); a.Status != 200 {
		t.Fatalf("its new token: %d %s", a.Status, a.Body)
	}
	for _, key := range keys.All() {
		if key.For == "derived" || key.For == "tokens" {
			if err := keys.Revoke(key.ID, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if a := s.Do("GET", "/api/sync/status", d.AccessToken, nil); a.Status != 401 {
		t.Errorf("its token, after the key was revoked: %d %s", a.Status, a.Body)
	}
	for _, token := range []string{first, d.RefreshToken} {
		if a := s.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: token}); a.Code() != "device_ended" {
			t.Errorf("after its key was revoked: %d %s", a.Status, a.Body)
		}
	}
}
