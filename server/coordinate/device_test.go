package coordinate

import (
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
)

// handset registers a phone and answers its id, its token and the one to renew with.
func (d *desk) handset(p demo.Person) contract.DeviceAnswer {
	d.t.Helper()
	a := d.Do("POST", "/api/sync/devices", d.SignIn(p), contract.DeviceRequest{Name: p.Name + "'s phone", Platform: "android", AppVersion: "1.4.2"})
	if a.Status != 200 {
		d.t.Fatalf("registering: %d %s", a.Status, a.Body)
	}
	var answer contract.DeviceAnswer
	a.JSON(d.t, &answer)
	return answer
}

func (b *browser) order(device, name, reason string) answer {
	b.d.t.Helper()
	path := "/coordinate/devices/" + device + "/" + name
	return b.post(path, b.get(path).with("reason", reason))
}

func TestAManagerLocksUnlocksAndWipesALostPhone(t *testing.T) {
	d := phones(t)
	phone := d.handset(demo.Practitioner)
	b := d.as(demo.Manager)
	path := "/coordinate/devices/" + phone.Device
	wants(t, b.get("/coordinate/devices"), 200, demo.Practitioner.Name, "android", "1.4.2", "In use")
	wants(t, b.get(path+"/lock"), 200, "Lock this phone?")
	wants(t, b.order(phone.Device, "lock", ""), 422, "Enter why")
	wants(t, b.order(phone.Device, "lock", strings.Repeat("x", 501)), 422, "500 characters")
	if a := d.Do("POST", "/api/sync/pull", phone.AccessToken, contract.PullRequest{}); a.Status != 200 {
		t.Fatalf("before any order: %d %s", a.Status, a.Body)
	}

	old := b.get(path+"/wipe").with("reason", "Out of date.")
	if a := b.order(phone.Device, "lock", "Left on the bus."); a.status != 303 {
		t.Fatalf("locking: %d\n%s", a.status, a.body)
	}
	if a := d.Do("POST", "/api/sync/pull", phone.AccessToken, contract.PullRequest{}); a.Code() != string(contract.DeviceLocked) {
		t.Fatalf("a locked phone pulls: %d %s", a.Status, a.Body)
	}
	wants(t, b.get(path+"?done=lock"), 200, "The phone is locked.", "Left on the bus.", demo.Manager.Name, "registered it", "status")
	wants(t, b.post(path+"/wipe", old), 409, "has changed since you opened it", "Locked")
	wants(t, b.get(path+"/lock"), 409)

	if a := b.order(phone.Device, "unlock", "Found again."); a.status != 303 {
		t.Fatalf("unlocking: %d\n%s", a.status, a.body)
	}
	if a := d.Do("POST", "/api/sync/pull", phone.AccessToken, contract.PullRequest{}); a.Status != 200 {
		t.Fatalf("after unlocking: %d %s", a.Status, a.Body)
	}
	if a := b.order(phone.Device, "wipe", "Stolen."); a.status != 303 {
		t.Fatalf("wiping: %d\n%s", a.status, a.body)
	}
	if a := d.Do("POST", "/api/sync/pull", phone.AccessToken, contract.PullRequest{}); a.Code() != string(contract.DeviceWipe) {
		t.Fatalf("a wiped phone pulls: %d %s", a.Status, a.Body)
	}
	wants(t, b.get(path+"/unlock"), 409, "To be wiped")

	// One whose registration ended holds what it held, and does not prove itself.
	left := d.handset(demo.Practitioner)
	d.set("devices", left.Device, map[string]any{"status": "ended"})
	wants(t, b.get("/coordinate/devices/"+left.Device), 200, "Ended", "a sign-in that is copied from it works elsewhere", "Wipe this phone")
	wants(t, b.get("/coordinate/devices/"+left.Device+"/unlock"), 409, "Ended")
	if a := b.order(left.Device, "wipe", "They left with it."); a.status != 303 || d.field("devices", left.Device, "status") != "wipe" {
		t.Errorf("wiping one that ended: %d\n%s", a.status, a.body)
	}
}

func TestNobodyOrdersThePhonesOfOthersPeople(t *testing.T) {
	d := phones(t)
	own, school := d.handset(demo.Colleague), d.handset(demo.School)
	d.give(demo.Practitioner, map[string]any{"roles": []string{"practitioner", "agency_lead"}})
	b := d.as(demo.Manager)
	form := b.get("/coordinate/devices/"+own.Device+"/lock").with("reason", "A try.")
	for who, id := range map[*browser]string{b: school.Device, d.as(demo.Practitioner): school.Device} {
		lacks(t, who.get("/coordinate/devices"), demo.School.Name)
		wants(t, who.get("/coordinate/devices/"+id), 404)
		wants(t, who.get("/coordinate/devices/"+id+"/lock"), 404)
		f := url.Values{"seal": {who.get("/coordinate").fields().Get("seal")}, "rev": form["rev"], "reason": {"A try."}}
		wants(t, who.post("/coordinate/devices/"+id+"/lock", f), 404)
	}
	wants(t, d.as(demo.Practitioner).get("/coordinate/devices"), 200, demo.Colleague.Name)
	for _, p := range []demo.Person{demo.Coordinator, demo.School, demo.DPO} {
		wants(t, d.as(p).get("/coordinate/devices"), 403)
	}
	for _, who := range []demo.Person{demo.School, demo.Manager, demo.Coordinator} { // and past the pages too
		user, err := d.App.FindRecordById("users", who.ID)
		if err != nil {
			t.Fatal(err)
		}
		err = kernel.Within(d.App, kernel.Actor{User: user, Door: "rest"}, func(tx core.App) error {
			r, err := tx.FindRecordById("devices", school.Device)
			if err != nil {
				return err
			}
			r.Set("status", "wipe")
			return tx.Save(r)
		})
		if _, refused := kernel.Refusal(err); !refused {
			t.Errorf("%s wipes a phone that is not their people's: %v", who.Account, err)
		}
	}
	if s := d.field("devices", school.Device, "status"); s != "active" {
		t.Fatal(s)
	}
}

func TestHostileNamesOfPhonesAreText(t *testing.T) {
	d := phones(t)
	phone := d.handset(demo.Practitioner)
	b := d.as(demo.Manager)
	if a := b.order(phone.Device, "lock", "mark"); a.status != 303 {
		t.Fatal(a.status)
	}
	pages, clean := []string{"/coordinate/devices", "/coordinate/devices/" + phone.Device, "/coordinate/devices/" + phone.Device + "/wipe"}, map[string]string{}
	for _, p := range pages {
		clean[p] = tags(b.get(p))
	}
	for _, text := range hostile {
		d.set("devices", phone.Device, map[string]any{"name": text, "platform": text, "app_version": text})
		if _, err := d.App.NonconcurrentDB().NewQuery(`UPDATE coordinate_device_orders SET reason = {:t}`).Bind(map[string]any{"t": text}).Execute(); err != nil {
			t.Fatal(err)
		}
		for _, p := range pages {
			a := b.get(p)
			wants(t, a, 200, "mark")
			if tags(a) != clean[p] {
				t.Errorf("%s: %q changes the page's elements", p, cut(text))
			}
			lacks(t, answer{body: strings.ToLower(tagText(a))}, "onerror=", "onfocus=", "onload=", "javascript:")
		}
	}
}
