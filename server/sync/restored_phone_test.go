package sync

import (
	"net/url"
	"testing"

	contract "holdfast/mobile-contract"
	"holdfast/server/demo"
	"holdfast/server/demo/demotest"
)

// careful is a phone that keeps the contract's rules of epochs and of history to the
// letter, over plain JSON, and knows nothing else of the server.
type careful struct {
	*phone
	refresh string
	epoch   string // of the last answer
	history string // as it came with the last answer
	lost    bool   // its history is not the server's: 409
	acked   []acknowledged
	outbox  []contract.Mutation
}

// acknowledged is what was acknowledged, and under which history.
type acknowledged struct {
	contract.Mutation
	epoch string
}

func carefulPhone(t *testing.T, s *demotest.Server, who demo.Person) *careful {
	p := &careful{phone: &phone{t: t, s: s, who: who, rows: map[string]held{}}}
	p.register()
	p.finish()
	return p
}

// ask sends one request with what the phone keeps of the server's history, and keeps what
// the answer says of it.
func (p *careful) ask(method, path string, body map[string]any) demotest.Answer {
	p.t.Helper()
	token := p.token
	switch {
	case path == "/api/sync/devices":
		token = p.s.SignIn(p.who)
	case path == "/api/sync/devices/refresh":
		token = ""
	}
	var sent any
	if method == "GET" {
		if p.history != "" {
			path += "?history=" + url.QueryEscape(p.history)
		}
	} else {
		if p.history != "" {
			body["history"] = p.history
		}
		sent = body
	}
	a := p.s.Do(method, path, token, sent)
	switch {
	case a.Status == 200:
		var said struct{ Epoch, History string }
		a.JSON(p.t, &said)
		if said.Epoch != "" {
			p.epoch = said.Epoch
		}
		if said.History != "" {
			p.history = said.History
		}
	case a.Code() == string(contract.PositionEpoch):
		p.lost, p.history = true, ""
	case a.Status != 401:
		p.t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Body)
	}
	return a
}

// register makes it a new device, which has kept what it handed in.
func (p *careful) register() {
	p.t.Helper()
	a := p.ask("POST", "/api/sync/devices", map[string]any{"name": p.who.Account + "'s phone"})
	var d contract.DeviceAnswer
	a.JSON(p.t, &d)
	p.device, p.token, p.refresh, p.position = d.Device, d.AccessToken, d.RefreshToken, nil
}

func (p *careful) renew() {
	p.t.Helper()
	a := p.ask("POST", "/api/sync/devices/refresh", map[string]any{"refresh_token": p.refresh})
	if a.Status == 401 {
		p.register()
		return
	}
	var d contract.DeviceAnswer
	a.JSON(p.t, &d)
	p.token, p.refresh = d.AccessToken, d.RefreshToken
}

// write records something that waits for the next push.
func (p *careful) write(m contract.Mutation) { p.outbox = append(p.outbox, m) }

// handIn pushes mutations; it tells whether they were judged.
func (p *careful) handIn(all []contract.Mutation, epoch string) bool {
	p.t.Helper()
	body := map[string]any{"mutations": all}
	if epoch != "" {
		body["epoch"] = epoch
	}
	a := p.ask("POST", "/api/sync/push", body)
	if a.Status != 200 {
		return false
	}
	var answer contract.PushAnswer
	a.JSON(p.t, &answer)
	for i, r := range answer.Results {
		if r.Verdict == contract.Refused {
			p.t.Errorf("%s's %s of %s was refused: %s", p.who.Account, all[i].Op, all[i].Record, r.Code)
		}
		p.acked = append(p.acked, acknowledged{all[i], answer.Epoch})
	}
	return true
}

func (p *careful) handInOutbox() bool {
	if len(p.outbox) > 0 {
		if !p.handIn(p.outbox, p.epoch) {
			return false
		}
		p.outbox = nil
	}
	return true
}

// pullAll pulls to the end; from null it keeps what it holds until the run is whole.
func (p *careful) pullAll() bool {
	p.t.Helper()
	shown, anew := p.rows, p.position == nil
	if anew {
		p.rows = map[string]held{}
	}
	for {
		a := p.ask("POST", "/api/sync/pull", map[string]any{"position": p.position})
		if a.Status != 200 {
			if anew {
				p.rows, p.position = shown, nil
			}
			return false
		}
		var page contract.PullAnswer
		a.JSON(p.t, &page)
		p.apply(page.Changes)
		p.position = &page.Position
		if !page.More {
			return true
		}
	}
}

// finish syncs until the phone has nothing more to do.
func (p *careful) finish() {
	p.t.Helper()
	for range 10 {
		if p.behind() {
			p.replay()
			continue
		}
		if p.pullAll() && p.handInOutbox() && p.pullAll() && !p.behind() {
			return
		}
	}
	p.t.Fatalf("%s's phone comes to no end", p.who.Account)
}

// behind says that something was acknowledged in a history that is not the server's.
func (p *careful) behind() bool {
	for _, m := range p.acked {
		p.lost = p.lost || m.epoch != p.epoch
	}
	return p.lost
}

// replay offers again all that was acknowledged and all that waits, in order, and starts
// from nothing.
func (p *careful) replay() {
	p.t.Helper()
	var all []contract.Mutation
	for _, m := range p.acked {
		all = append(all, m.Mutation)
	}
	all = append(all, p.outbox...)
	p.lost, p.position, p.history = false, nil, ""
	if len(all) > 0 {
		before := p.acked
		p.acked = nil
		if !p.handIn(all, "one that is gone") {
			p.acked = before
			return
		}
		p.outbox = nil
	}
	if a := p.ask("POST", "/api/sync/replayed", map[string]any{"offered": len(all)}); a.Status != 200 {
		p.lost = true
	}
}
