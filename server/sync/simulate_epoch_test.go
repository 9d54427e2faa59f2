package sync

import (
	"encoding/json"
	"net/url"
	"slices"

	"github.com/pocketbase/dbx"

	"holdfast/hooks/kernel"
	contract "holdfast/mobile-contract"
)

// turnedAway meets a server that does not serve the phone's position.
func (d *device) turnedAway(status int, raw []byte) bool {
	switch status {
	case 200:
		return false
	case 410:
		d.beyond()
	case 409:
		d.lostEpoch()
	default:
		d.w.t.Fatalf("pull: %d %s", status, raw)
	}
	return true
}

// lostEpoch meets a server whose history began anew: what it had acknowledged is
// offered again, in order, before anything is pulled from nothing.
func (d *device) lostEpoch() {
	d.history = ""
	again := d.acked
	d.acked = nil
	d.offerAll(again)
	for _, m := range d.outbox {
		m.Base = 0 // their bases are of the history that is gone
	}
	d.fromNothing()
	d.epoch = ""
}

// fromNothing begins a run from null: what the phone holds it shows until that is whole.
func (d *device) fromNothing() { d.position, d.anew = nil, map[string]held{} }

// overtaken offers again what was acknowledged under another history than the one
// that an answer names: the server was restored twice before this phone had a
// position of the first restore's history.
func (d *device) overtaken(epoch string) {
	var lost []*deed
	for _, m := range d.acked {
		if m.decided != epoch {
			lost = append(lost, m)
		}
	}
	if len(lost) == 0 {
		return
	}
	d.acked = slices.DeleteFunc(d.acked, func(m *deed) bool { return m.decided != epoch })
	d.offerAll(lost)
}

// offerAll offers deeds of a history that is gone; those without an answer are unsent
// again.
func (d *device) offerAll(again []*deed) {
	for len(again) > 0 {
		n := min(len(again), 200)
		for n < len(again) && n < 490 && again[n].Group != "" && again[n].Group == again[n-1].Group {
			n++
		}
		if !d.offer(again[:n], "gone") {
			for _, m := range again {
				m.Base = 0
			}
			d.outbox = append(slices.Clone(again), d.outbox...)
			return
		}
		again = again[n:]
	}
}

// rejoin is what a phone does whose sign-in has ended, for good (M7): as soon as its user
// signs in again it is another device, starts from nothing, and has kept what it had handed
// in and not, and of which history that was.
func (d *device) rejoin() {
	u, err := d.w.app.FindRecordById("users", d.who.ID)
	d.w.must(err)
	if !u.GetBool("active") {
		return
	}
	a := d.s.Do("POST", "/api/sync/devices", d.s.SignIn(d.who), contract.DeviceRequest{Name: "another", History: d.history})
	if a.Status == 409 { // a person has eight phones at most: one that they lost is ended first
		lost, err := d.w.app.FindAllRecords("devices", dbx.HashExp{"user": d.who.ID, "status": "active"})
		d.w.must(err)
		for _, r := range lost {
			if !slices.ContainsFunc(d.w.devices, func(o *device) bool { return o.device == r.Id }) {
				r.Set("status", "ended")
				d.w.must(d.w.app.Save(kernel.AsServer(r)))
			}
		}
		a = d.s.Do("POST", "/api/sync/devices", d.s.SignIn(d.who), contract.DeviceRequest{Name: "another", History: d.history})
	}
	if a.Status != 200 {
		d.w.t.Fatalf("registering: %d %s", a.Status, a.Body)
	}
	var answer contract.DeviceAnswer
	a.JSON(d.w.t, &answer)
	d.device, d.token, d.refresh = answer.Device, answer.AccessToken, answer.RefreshToken
	d.history = answer.History
	d.fromNothing()
}

// look asks the status, which tells the phone of another epoch and takes nothing.
func (d *device) look() {
	status, raw := d.send("/api/sync/status?history="+url.QueryEscape(d.history), nil, "")
	if raw == nil || status != 200 {
		return
	}
	var a contract.StatusAnswer
	d.w.must(json.Unmarshal(raw, &a))
	d.history = a.History
}

// renew trades the refresh token. One of the phones shows no history with it: of that one
// the server knows a restore by the token alone.
func (d *device) renew() {
	ask := contract.RefreshRequest{RefreshToken: d.refresh, History: d.history}
	if d.n == 3 {
		ask.History = ""
	}
	body, err := json.Marshal(ask)
	d.w.must(err)
	status, raw := d.send("/api/sync/devices/refresh", body, "")
	if raw == nil || status != 200 {
		return
	}
	var a contract.DeviceAnswer
	d.w.must(json.Unmarshal(raw, &a))
	d.token, d.refresh = a.AccessToken, a.RefreshToken
	if d.n != 3 {
		d.history = a.History
	}
}

// check asks for digests; what it finds is for the horizon's own steps to repair.
func (d *device) check() {
	if d.position == nil {
		return
	}
	body, err := json.Marshal(contract.DigestRequest{Position: *d.position, History: d.history})
	d.w.must(err)
	status, raw := d.send("/api/sync/digest", body, "")
	switch {
	case raw == nil:
	case status == 409:
		d.lostEpoch()
	case status == 200:
		var a contract.DigestAnswer
		d.w.must(json.Unmarshal(raw, &a))
		d.history = a.History
	}
}
