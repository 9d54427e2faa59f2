package sync

import (
	"errors"

	"github.com/golang-jwt/jwt/v5"

	"holdfast/hooks/reply"
	"holdfast/hooks/signing"
	contract "holdfast/mobile-contract"
)

// Phases of a run of pages, in order.
const (
	phaseLost        = iota // scopes that the user lost since the position
	phaseKept               // changes in the scopes kept, by seq
	phaseShape              // collections whose shape is newer than the position's contract
	phaseAgain              // records that this device's pushes named
	phaseRecentFirst        // of the scopes gained that the window takes in, the collections asked for first
	phaseRecent             // the rest of these
	phaseFirst              // of the other scopes gained, the collections asked for first
	phaseGain               // the rest of the scopes gained
	phaseDone
)

// place is a client's position: how far it has everything, and inside a run of
// pages where that run stands. It is sealed, and bound to user, device and epoch.
type place struct {
	jwt.RegisteredClaims
	Device   string   `json:"d"`
	Epoch    string   `json:"e"`
	Mark     string   `json:"l,omitempty"` // of the run of the server in which the seqs were given out
	Contract int      `json:"c"`
	Seq      int64    `json:"s"`           // everything up to here is on the phone
	Again    int64    `json:"a,omitempty"` // redeliveries up to here are on the phone
	Only     []string `json:"o,omitzero"`  // the collections that it is good for; nil, all

	// Of a run that is not whole yet:
	Until      int64    `json:"h,omitempty"` // the run's bound, taken at its first page
	AgainUntil int64    `json:"b,omitempty"`
	Phase      int      `json:"p,omitempty"`
	Scope      string   `json:"g,omitempty"` // in the phases that go scope by scope
	After      int64    `json:"q,omitempty"` // the last seq delivered in this phase (and scope)
	Wants      []string `json:"k,omitzero"`  // the collections that the run delivers; nil, all
	First      []string `json:"f,omitempty"`
	Window     int64    `json:"w,omitempty"` // a case that changed from here on comes before the rest
	Repair     []string `json:"r,omitempty"` // scopes to deliver whole though nothing is new
	Speaks     int      `json:"v,omitempty"` // the contract version that the run delivers
	Expand     bool     `json:"x,omitempty"`
	Mending    bool     `json:"m,omitempty"` // scopes are repaired by digest: the run may begin beyond the horizon
	Promised   int64    `json:"u,omitempty"` // when the audit log was told what the run delivers, in Unix nanoseconds: it names the run (promise.go)
}

func (p *place) inRun() bool { return p.Until > 0 }

// enter moves the run to a phase's beginning.
func (p *place) enter(phase int) { p.Phase, p.Scope, p.After = phase, "", 0 }

// finish ends the run: everything up to its bound is on the phone.
func (p *place) finish() {
	p.Seq, p.Again, p.Contract, p.Only = p.Until, p.AgainUntil, p.Speaks, p.Wants
	p.leave()
}

// leave forgets the run.
func (p *place) leave() {
	p.Until, p.AgainUntil, p.Speaks, p.First, p.Repair, p.Expand, p.Promised = 0, 0, 0, nil, nil, false, 0
	p.Mending, p.Wants, p.Window = false, nil, 0
	p.enter(0)
}

// seal writes a position as the token that the client keeps.
func (e *Engine) seal(p *place) (string, error) { return e.keys.Seal(signing.Position, p) }

// unseal reads a client's position, or answers which of the contract's codes says
// what is wrong with it.
func (e *Engine) unseal(token, user, device string) (*place, error) {
	var p place
	if err := e.keys.Open(signing.Position, token, &p); err != nil {
		if errors.Is(err, signing.ErrUnknownKey) && e.ofAnotherHistory(token) {
			return nil, reply.Error(contract.PositionEpoch, "")
		}
		return nil, reply.Error(contract.PositionForged, "")
	}
	ours, err := e.line.Judge(p.inHistory()) // whosever it is
	if err != nil {
		return nil, err
	}
	switch {
	case p.Subject != user:
		return nil, reply.Error(contract.PositionUser, "")
	case p.Device != device:
		return nil, reply.Error(contract.PositionDevice, "")
	case !ours:
		return nil, reply.Error(contract.PositionEpoch, "")
	}
	return &p, nil
}

// ofAnotherHistory reports whether a position that nothing vouches for says that it is of
// another epoch. A server whose keys were lost began a new one, and its phones' positions
// are no forgeries.
func (e *Engine) ofAnotherHistory(token string) bool {
	var p place
	_, _, err := jwt.NewParser().ParseUnverified(token, &p)
	return err == nil && p.Epoch != "" && p.Epoch != e.epoch()
}

// errStop ends the filling of a page that has what it may hold.
var errStop = errors.New("the page is full")
