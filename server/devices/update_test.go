package devices

import (
	"testing"

	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// After its app was updated a phone says so itself; nobody says it of another phone, and
// nothing else of it changes.
func TestAPhoneSaysWhatItRuns(t *testing.T) {
	s := house(t)
	d, other := registered(t, s, demo.Practitioner), registered(t, s, demo.Practitioner)
	status := func(token string) (out contract.StatusAnswer) {
		s.Do("GET", "/api/sync/status", token, nil).JSON(t, &out)
		return out
	}
	if a := s.Do("PATCH", "/api/sync/devices", d.AccessToken, map[string]any{"name": "The red phone", "app_version": "2.0.1", "platform": "android", "contract": 1}); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	row, err := s.App.FindRecordById("devices", d.Device)
	if err != nil {
		t.Fatal(err)
	}
	if row.GetString("name") != "The red phone" || row.GetString("app_version") != "2.0.1" || row.GetString("platform") != "android" || row.GetInt("contract") != 1 || row.GetString("status") != "active" {
		t.Errorf("%v", row.PublicExport())
	}
	if got := status(d.AccessToken); got.Device.Name != "The red phone" || status(other.AccessToken).Device.Name == "The red phone" {
		t.Errorf("%+v", got.Device)
	}
	var head, again int64
	seq := func(to *int64) {
		if err := s.App.ConcurrentDB().NewQuery("SELECT seq FROM sync_counter").Row(to); err != nil {
			t.Fatal(err)
		}
	}
	seq(&head)
	s.Do("PATCH", "/api/sync/devices", d.AccessToken, map[string]any{"app_version": "2.0.1"})
	if seq(&again); again != head {
		t.Error("what is said again is told to every phone of the user again")
	}
	for what, c := range map[string]struct {
		token string
		body  map[string]any
		want  int
	}{
		"no name":         {d.AccessToken, map[string]any{"name": ""}, 400},
		"a long one":      {d.AccessToken, map[string]any{"app_version": string(make([]byte, 41))}, 400},
		"its own state":   {d.AccessToken, map[string]any{"status": "active"}, 400},
		"another's state": {d.AccessToken, map[string]any{"device": other.Device, "name": "x"}, 400},
		"a sign-in":       {s.SignIn(demo.Practitioner), map[string]any{"name": "x"}, 401},
		"a guest":         {"", map[string]any{"name": "x"}, 401},
	} {
		if a := s.Do("PATCH", "/api/sync/devices", c.token, c.body); a.Status != c.want {
			t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
	}
	if row, err = s.App.FindRecordById("devices", d.Device); err != nil {
		t.Fatal(err)
	}
	row.Set("status", "locked")
	if err := s.App.Save(kernel.AsServer(row)); err != nil {
		t.Fatal(err)
	}
	if a := s.Do("PATCH", "/api/sync/devices", d.AccessToken, map[string]any{"name": "x"}); a.Code() != string(contract.DeviceLocked) {
		t.Errorf("a locked phone: %d %s", a.Status, a.Body)
	}
}

// A phone knows whose it is, and so which scopes are its user's own (M16), from the first
// answer on, and again after each change.
func TestAPhoneKnowsItsOwnUser(t *testing.T) {
	s := house(t)
	d := registered(t, s, demo.Practitioner)
	var refreshed contract.DeviceAnswer
	s.Do("POST", "/api/sync/devices/refresh", "", contract.RefreshRequest{RefreshToken: d.RefreshToken}).JSON(t, &refreshed)
	var status contract.StatusAnswer
	s.Do("GET", "/api/sync/status", d.AccessToken, nil).JSON(t, &status)
	user, err := s.App.FindRecordById("users", demo.Practitioner.ID)
	if err != nil {
		t.Fatal(err)
	}
	for what, who := range map[string]contract.Who{"registering": d.User, "refreshing": refreshed.User, "the status": status.User} {
		if who.ID != user.Id || who.Name != user.GetString("name") || who.Agency != user.GetString("agency") || len(who.Roles) == 0 {
			t.Errorf("%s: %+v", what, who)
		}
	}
	if status.Policy.LeaseHours != 72 || status.Policy.WipeDays != 14 {
		t.Errorf("the lease: %+v", status.Policy)
	}
}

// A name that nobody could read is refused with its field, at registration and later: the
// server did not fail.
func TestAPhoneIsCalledSomethingThatCanBeRead(t *testing.T) {
	s := house(t)
	d := registered(t, s, demo.Practitioner)
	for _, name := range []string{"  ", "\u200b", "\u00a0\u200b "} {
		for method, token := range map[string]string{"POST": s.SignIn(demo.Practitioner), "PATCH": d.AccessToken} {
			var no struct {
				Data struct {
					Code   string
					Errors map[string]contract.FieldProblem
				}
			}
			a := s.Do(method, "/api/sync/devices", token, map[string]any{"name": name})
			a.JSON(t, &no)
			if a.Status != 400 || no.Data.Code != "invalid" || no.Data.Errors["name"].Code == "" || no.Data.Errors["name"].Message == "" {
				t.Errorf("%s as %q: %d %s", method, name, a.Status, a.Body)
			}
		}
	}
}
